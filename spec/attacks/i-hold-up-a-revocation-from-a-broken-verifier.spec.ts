import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type pg from 'pg'
import { createRegistry, grants, PostgresProjectStore, type Registry } from '../../lib/registry/index.js'
import { audience, now } from '../helpers/mint.js'
import { PostgresServer } from '../helpers/postgres-server.js'
import { by } from '../helpers/registry.js'

jest.setTimeout(60_000)

let server: PostgresServer
let owner: pg.Pool
let registry: Registry
let manager: PostgresProjectStore
let verifier: PostgresProjectStore
let broken: pg.PoolClient
let kid: string
beforeAll(async () => {
  server = await PostgresServer.start()
  owner = server.pool()
  await owner.query('CREATE ROLE manager LOGIN; CREATE ROLE verifier LOGIN')
  await new PostgresProjectStore({ db: owner }).migrate()
  await owner.query(grants({ registry: 'manager', verifier: 'verifier' }))
  manager = new PostgresProjectStore({ db: server.pool({ user: 'manager' }) })
  registry = createRegistry({ store: manager, audience })
  const pool = server.pool({ user: 'verifier' })
  verifier = new PostgresProjectStore({ db: pool })
  broken = await pool.connect()
})
afterAll(async () => {
  broken.release(true)
  await server.remove()
})

let made = 0
let projectId: string
beforeEach(async () => {
  projectId = `shop-${(made += 1)}`
  await registry.createProject({ id: projectId }, { by })
  ;({ kid } = await registry.generateKey(projectId, { by }))
})

afterEach(() => broken.query('ROLLBACK'))

/** Takes every lock that it is given, and lets go of none. Says which it was given. */
async function holdLocks(statements: readonly string[]): Promise<string[]> {
  const held: string[] = []
  await broken.query('BEGIN')
  for (const statement of statements) {
    await broken.query('SAVEPOINT one')
    try {
      await broken.query(statement)
      held.push(statement)
    } catch (error) {
      expect(error).toMatchObject({ code: '42501' })
      await broken.query('ROLLBACK TO one')
    }
  }
  return held
}

const tables = ['projects', 'keys', 'key_uses', 'audit']
const rowLocks = ['UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE']
const tableModes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
]

describe('while a broken verifier holds every lock that its role can take', () => {
  it('a key is revoked, and the project goes on', async () => {
    await verifier.touch([{ projectId, kid, at: now }])
    const held = await holdLocks([
      'SELECT id FROM reverse_jwt.projects',
      'SELECT project_id, kid FROM reverse_jwt.keys',
      'UPDATE reverse_jwt.keys SET alg = alg',
      'UPDATE reverse_jwt.key_uses SET last_used_at = now()',
      ...tables.flatMap((table) => [
        ...rowLocks.map((lock) => `SELECT 1 FROM reverse_jwt.${table} FOR ${lock}`),
        ...tableModes.map((mode) => `LOCK TABLE reverse_jwt.${table} IN ${mode} MODE`),
      ]),
    ])
    const { kid: second } = await registry.rotateKey(projectId, { by })
    const { key } = await registry.revokeKey(projectId, { kid, reason: 'exposed', by })
    expect(key).toMatchObject({ state: 'revoked', lastUsedAt: now })
    await registry.generateKey(projectId, { by })
    await registry.revokeKey(projectId, { kid: second, reason: 'exposed', by })
    expect((await registry.listAudit({ projectId })).records).toHaveLength(6)
    // The control: it did hold something.
    expect(held).toContain('UPDATE reverse_jwt.key_uses SET last_used_at = now()')
    expect(held).toContain('SELECT project_id, kid FROM reverse_jwt.keys')
  })

  it.each(
    ['projects', 'keys'].flatMap((table) => [
      ...rowLocks.map((lock) => `SELECT 1 FROM reverse_jwt.${table} FOR ${lock}`),
      ...tableModes.map((mode) => `LOCK TABLE reverse_jwt.${table} IN ${mode} MODE`),
    ]),
  )('it is not given %s', async (statement) => {
    expect(await holdLocks([statement])).toEqual([])
  })
})

it('an honest verifier notes the last use of a key meanwhile, once the lock on it is gone', async () => {
  await holdLocks(['SELECT 1 FROM reverse_jwt.key_uses FOR UPDATE'])
  const noted = verifier.touch([{ projectId, kid, at: now }])
  await registry.revokeKey(projectId, { kid, reason: 'exposed', by })
  await broken.query('ROLLBACK')
  await noted
  const { keys } = await registry.listKeys(projectId)
  expect(keys).toMatchObject([{ kid, state: 'revoked', lastUsedAt: now }])
})

it('it can make up no row of last use, and fill no table', async () => {
  const attempts = [
    "INSERT INTO reverse_jwt.key_uses (project_id, kid, last_used_at) VALUES ('x', 'y', now())",
    "UPDATE reverse_jwt.key_uses SET project_id = 'x'",
    'DELETE FROM reverse_jwt.key_uses',
  ]
  expect(await holdLocks(attempts)).toEqual([])
  const rows = async () =>
    (await owner.query<{ rows: number }>('SELECT count(*)::int AS rows FROM reverse_jwt.key_uses')).rows[0]
      ?.rows
  const before = await rows()
  await verifier.touch([{ projectId, kid: 'unknown', at: now }])
  await verifier.touch([{ projectId: 'unknown', kid, at: now }])
  expect(await rows()).toBe(before)
})

it('it can write no moment that is none', async () => {
  for (const moment of ['infinity', '-infinity']) {
    const write = broken.query(`UPDATE reverse_jwt.key_uses SET last_used_at = '${moment}'`)
    await expect(write).rejects.toMatchObject({ code: '23514' })
  }
})
