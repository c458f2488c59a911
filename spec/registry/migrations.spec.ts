import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type pg from 'pg'
import { migrations, PostgresProjectStore } from '../../lib/registry/index.js'
import { PostgresServer } from '../helpers/postgres-server.js'
import { changeOf, projectRecord } from '../helpers/records.js'

jest.setTimeout(30_000)

let server: PostgresServer
let admin: pg.Pool
beforeAll(async () => {
  server = await PostgresServer.start()
  admin = server.pool()
})
afterAll(() => server.remove())

let databases = 0
async function freshDatabase(): Promise<string> {
  const database = `fresh_${(databases += 1)}`
  await admin.query(`CREATE DATABASE ${database}`)
  return database
}

describe('migrate', () => {
  it('is safe when eight instances start at once, and again later', async () => {
    const database = await freshDatabase()
    const pools = Array.from({ length: 8 }, () => server.pool({ database }))
    const stores = pools.map((db) => new PostgresProjectStore({ db }))
    await Promise.all(stores.map((store) => store.migrate()))
    expect(await stores[0]?.commit(changeOf(projectRecord('shop')))).toBe('done')
    await Promise.all(stores.map((store) => store.migrate()))
    expect(await stores[7]?.load('shop', { now: 0, madeAfter: 0 })).toMatchObject({ version: 1 })
    const applied = await pools[0]?.query('SELECT version FROM reverse_jwt.migrations')
    expect(applied?.rows).toEqual(migrations.map(({ version }) => ({ version })))
  })

  it('refuses a database that is newer than the code, and leaves it as it is', async () => {
    const db = await PGlite.create()
    const store = new PostgresProjectStore({ db })
    await store.migrate()
    await db.query('INSERT INTO reverse_jwt.migrations (version) VALUES (99)')
    await expect(store.migrate()).rejects.toThrow(
      'The database has version 99 of the schema reverse_jwt, this reverse-jwt knows versions up to 2. Install a newer reverse-jwt; there is no way back.',
    )
    await db.query('DELETE FROM reverse_jwt.migrations WHERE version = 99')
    await store.migrate()
    await db.close()
  })

  it('applies a step as a whole or not at all', async () => {
    const database = await freshDatabase()
    const db = server.pool({ database })
    // The last step of the first migration fails.
    await db.query('CREATE SCHEMA reverse_jwt; CREATE TABLE reverse_jwt.audit (id integer)')
    const store = new PostgresProjectStore({ db })
    await expect(store.migrate()).rejects.toMatchObject({ code: 'store_unavailable' })
    const tables = await db.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'reverse_jwt'",
    )
    expect(tables.rows).toEqual([{ table_name: 'audit' }])
    await db.query('DROP TABLE reverse_jwt.audit')
    await store.migrate()
    expect(await store.list({ limit: 1 })).toEqual([])
  })

  it('is what a DBA gets who runs the texts by hand', async () => {
    const database = await freshDatabase()
    const db = server.pool({ database })
    for (const { sql } of migrations) await db.query(sql)
    const store = new PostgresProjectStore({ db })
    await store.migrate()
    expect(await store.commit(changeOf(projectRecord('shop')))).toBe('done')
    expect(migrations.map(({ version }) => version)).toEqual([1, 2])
  })

  it('works in a database whose language orders names in another way', async () => {
    const database = await freshDatabase()
    await admin.query(
      `CREATE DATABASE ${database}_icu TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C.UTF-8'`,
    )
    const store = new PostgresProjectStore({ db: server.pool({ database: `${database}_icu` }) })
    await store.migrate()
    for (const id of ['b', 'B', 'a', 'é']) await store.commit(changeOf(projectRecord(id)))
    expect((await store.list({ limit: 9 })).map(({ project }) => project.id)).toEqual(['B', 'a', 'b', 'é'])
    const page = await store.list({ limit: 9, after: 'a' })
    expect(page.map(({ project }) => project.id)).toEqual(['b', 'é'])
  })
})
