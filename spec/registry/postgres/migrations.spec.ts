import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type pg from 'pg'
import { migrations, PostgresProjectStore } from '../../../lib/registry/index.js'
import { now } from '../../helpers/mint.js'
import { emptyPglite } from '../../helpers/pglite.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { changeOf, projectRecord, written } from '../../helpers/records.js'

jest.setTimeout(90_000)

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
    expect(await stores[0]?.commit(changeOf(projectRecord('shop')))).toEqual(written)
    await Promise.all(stores.map((store) => store.migrate()))
    expect(await stores[7]?.load('shop', { now: 0, madeAfter: 0 })).toMatchObject({ version: 1 })
    const applied = await pools[0]?.query('SELECT version FROM reverse_jwt.migrations')
    expect(applied?.rows).toEqual(migrations.map(({ version }) => ({ version })))
  })

  it('refuses a database that is newer than the code, and leaves it as it is', async () => {
    const db = await emptyPglite()
    const store = new PostgresProjectStore({ db })
    await store.migrate()
    await db.query('INSERT INTO reverse_jwt.migrations (version) VALUES (99)')
    await expect(store.migrate()).rejects.toThrow(
      'The database has version 99 of the schema reverse_jwt, this reverse-jwt knows versions up to 5. Install a newer reverse-jwt; there is no way back.',
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
    await expect(store.migrate()).rejects.toMatchObject({ code: 'store_unusable' })
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
    expect(await store.commit(changeOf(projectRecord('shop')))).toEqual(written)
    expect(migrations.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5])
  })

  it('takes over what the first version noted, and nothing that is no moment', async () => {
    const db = server.pool({ database: await freshDatabase() })
    const [first, second] = migrations
    await db.query(first?.sql ?? '')
    const at = (seconds: number) => `to_timestamp(${now + seconds})`
    await db.query(`
      INSERT INTO reverse_jwt.projects (id, issuer, suspended, created_at, updated_at, version)
        VALUES ('shop', 'shop', false, now(), now(), 1);
      INSERT INTO reverse_jwt.keys (project_id, kid, alg, public_jwk, thumbprint, created_at, activated_at, revoked_at, last_used_at,
          nonce_hash, challenge_expires_at)
        SELECT 'shop', kid, 'ES256', '{}', kid, ${at(0)}, activated, revoked, used, nonce, expires FROM (VALUES
          ('used', ${at(1)}, NULL, ${at(2)}, NULL, NULL),
          ('unused', ${at(1)}, NULL, NULL, NULL, NULL),
          ('odd', ${at(1)}, NULL, 'infinity', NULL, NULL),
          ('withdrawn', NULL, ${at(1)}, NULL, NULL, NULL),
          ('unconfirmed', NULL, NULL, NULL, 'x', now() - interval '1 second'),
          ('pending', NULL, NULL, NULL, 'x', now() + interval '1 hour')
        ) AS old (kid, activated, revoked, used, nonce, expires)`)
    await db.query(second?.sql ?? '')
    const store = new PostgresProjectStore({ db })
    await store.migrate()
    const keys = await store.listKeys('shop', { limit: 9 })
    expect(keys.map(({ kid, lastUsedAt }) => [kid, lastUsedAt])).toEqual([
      ['odd', undefined],
      ['pending', undefined],
      ['unused', undefined],
      ['used', now + 2],
      ['withdrawn', undefined],
    ])
    await store.touch(['odd', 'unused', 'pending'].map((kid) => ({ projectId: 'shop', kid, at: now + 3 })))
    const used = (await store.listKeys('shop', { limit: 9 })).filter((key) => key.lastUsedAt === now + 3)
    expect(used.map(({ kid }) => kid)).toEqual(['odd', 'unused'])
  })

  it('fails soon where somebody holds the tables, and can be tried again', async () => {
    const db = server.pool({ database: await freshDatabase() })
    const [first, second] = migrations
    await db.query(first?.sql ?? '')
    const holder = await db.connect()
    await holder.query('BEGIN; SELECT 1 FROM reverse_jwt.keys')
    // The step itself waits ten seconds.
    const withShortTimeLimit = second?.sql.replace("'10s'", "'50ms'") ?? ''
    expect(withShortTimeLimit).not.toBe(second?.sql)
    await expect(db.query(withShortTimeLimit)).rejects.toMatchObject({ code: '55P03' })
    await holder.query('ROLLBACK')
    holder.release()
    await new PostgresProjectStore({ db }).migrate()
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
