import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import {
  createRegistry,
  deleteEventsBefore,
  grants,
  listenWithPg,
  PostgresProjectStore,
  recordEvents,
} from '../../../lib/registry/index.js'
import { refusedEvent } from '../../helpers/events.js'
import { audience, now } from '../../helpers/mint.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { projectRecord } from '../../helpers/records.js'
import { by, handOver } from '../../helpers/registry.js'
import { hostedKey, setChange } from '../store/hosted-records.js'

jest.setTimeout(90_000)

/** Three roles, as docs/registry.md has them; one with a name that must be quoted. */
const registryRole = 'platform "admin"'
const verifierRole = 'Platform-API'

let server: PostgresServer
let admin: pg.Pool
let verifier: pg.Pool
let manager: pg.Pool
let kid: string
beforeAll(async () => {
  server = await PostgresServer.start()
  const superuser = server.pool()
  await superuser.query('CREATE ROLE owner LOGIN')
  await superuser.query('CREATE ROLE "platform ""admin""" LOGIN; CREATE ROLE "Platform-API" LOGIN')
  await superuser.query('CREATE DATABASE platform OWNER owner')
  const owner = server.pool({ user: 'owner', database: 'platform' })
  await new PostgresProjectStore({ db: owner }).migrate()
  await owner.query(grants({ registry: registryRole, verifier: verifierRole }))
  const poolOf = (user: string) => server.pool({ user: encodeURIComponent(user), database: 'platform' })
  admin = owner
  manager = poolOf(registryRole)
  verifier = poolOf(verifierRole)
})
afterAll(() => server.remove())

const denied = { code: '42501' }

/** A record of the audit that nobody's change made. */
const forged = (id = '', overriding = '', value = '') =>
  `INSERT INTO reverse_jwt.audit (${id} changed_at, changed_by, action, project_id, before_change, after_change)
    ${overriding} VALUES (${value} now(), 'me', 'x', 'x', '{}', '{}')`

describe('the role of the registry', () => {
  it('can do all that a registry does', async () => {
    const registry = createRegistry({ store: new PostgresProjectStore({ db: manager }), audience })
    await registry.createProject({ id: 'shop' }, { by })
    ;({ kid } = await handOver(registry, 'shop'))
    await registry.rotateKey('shop', { by })
    const { kid: other } = await registry.generateKey('shop', { by })
    await registry.revokeKey('shop', { kid: other, reason: 'unused', by })
    await registry.updateProject('shop', { name: 'Shop' }, { by })
    await registry.suspendProject('shop', { by })
    await registry.resumeProject('shop', { by })
    await registry.endSessions('shop', { by })
    await registry.registerKeySet('shop', { jwksUri: 'https://shop.example/jwks.json', by })
    await registry.removeKeySet('shop', { by })
    await registry.createProject({ id: 'gone' }, { by })
    await registry.deleteProject('gone', { by })
    expect((await registry.listKeys('shop')).keys).toHaveLength(3)
    expect((await registry.listProjects()).projects).toHaveLength(1)
    expect((await registry.listAudit()).records).toHaveLength(14)
  })

  it.each([
    'UPDATE reverse_jwt.audit SET changed_by = NULL',
    'DELETE FROM reverse_jwt.audit',
    'TRUNCATE reverse_jwt.audit',
    'DROP TABLE reverse_jwt.audit',
    'ALTER TABLE reverse_jwt.audit DISABLE TRIGGER ALL',
    'DELETE FROM reverse_jwt.keys',
    'DELETE FROM reverse_jwt.projects',
    'DELETE FROM reverse_jwt.migrations',
    'UPDATE reverse_jwt.events SET reason = NULL',
    'DELETE FROM reverse_jwt.events',
    'TRUNCATE reverse_jwt.events',
    'CREATE TABLE reverse_jwt.mine (id integer)',
  ])('cannot %s', async (sql) => {
    await expect(manager.query(sql)).rejects.toMatchObject(denied)
  })

  it('cannot choose the number of an audit record', async () => {
    await expect(manager.query(forged('id,', '', '1,'))).rejects.toMatchObject({ code: '428C9' })
    for (const overriding of ['OVERRIDING SYSTEM VALUE', 'OVERRIDING USER VALUE'])
      await expect(manager.query(forged('id,', overriding, '1,'))).rejects.toMatchObject(denied)
    for (const call of ["nextval('reverse_jwt.audit_id_seq')", "setval('reverse_jwt.audit_id_seq', 1)"])
      await expect(manager.query(`SELECT ${call}`)).rejects.toMatchObject(denied)
    // The control. It may add a record, as it must, and so a false one: under the next number, after all that are there.
    const newest = async () =>
      (await admin.query<{ id: number }>('SELECT max(id)::int AS id FROM reverse_jwt.audit')).rows[0]?.id ?? 0
    const before = await newest()
    await manager.query(forged())
    expect(await newest()).toBeGreaterThan(before)
  })

  it('cannot take away a key that was ever active or revoked, nor can the owner by mistake', async () => {
    const remove = "DELETE FROM reverse_jwt.keys WHERE project_id = 'shop'"
    for (const db of [manager, admin]) await expect(db.query(remove)).rejects.toMatchObject(denied)
    const { rows } = await admin.query(
      "SELECT count(*)::int AS keys FROM reverse_jwt.keys WHERE project_id = 'shop'",
    )
    expect(rows).toEqual([{ keys: 3 }])
  })

  it('loses what an earlier version gave it', async () => {
    await admin.query(
      `GRANT INSERT, UPDATE ON reverse_jwt.audit TO "platform ""admin"""; GRANT SELECT, UPDATE ON reverse_jwt.keys TO "${verifierRole}"`,
    )
    // The control.
    await verifier.query('SELECT 1 FROM reverse_jwt.keys FOR UPDATE')
    await admin.query(grants({ registry: registryRole, verifier: verifierRole }))
    const numbered = forged('id,', 'OVERRIDING SYSTEM VALUE', '999,')
    await expect(manager.query(numbered)).rejects.toMatchObject(denied)
    await expect(verifier.query('SELECT 1 FROM reverse_jwt.keys FOR UPDATE')).rejects.toMatchObject(denied)
  })
})

describe('where a project hosts its keys', () => {
  const keySet = { jwksUri: 'https://shop.example/jwks.json', confirmedAt: now }
  const keys = [hostedKey('h'), hostedKey('i', { thumbprint: 'of another pair' })]

  it('the role of the registry reads sets and writes what changed, and the verifier finds it', async () => {
    const store = new PostgresProjectStore({ db: manager })
    const registry = createRegistry({ store, audience })
    await store.commit(setChange(projectRecord('hosted', { keySet }), keys))
    expect(await store.dueKeySets({ ttl: 300, limit: 9 })).toMatchObject([{ projectId: 'hosted' }])
    await store.noteKeySetRead({ projectId: 'hosted', jwksUri: keySet.jwksUri, isRead: true })
    await registry.revokeKey('hosted', { kid: 'h', reason: 'exposed', by })
    expect((await registry.listHostedKeys('hosted')).keys).toHaveLength(2)
    const found = await new PostgresProjectStore({ db: verifier }).keySet('hosted')
    expect(found).toMatchObject({ denied: [{ kid: 'h' }], copy: { keys: [{ kid: 'i' }] } })
  })

  it.each(['DELETE FROM reverse_jwt.hosted_keys', 'TRUNCATE reverse_jwt.hosted_keys'])(
    'the role of the registry cannot %s',
    async (sql) => {
      await expect(manager.query(sql)).rejects.toMatchObject(denied)
    },
  )

  it.each([
    "UPDATE reverse_jwt.key_sets SET jwks_uri = 'https://mine.example/'",
    'UPDATE reverse_jwt.key_sets SET read_at = now()',
    'SELECT jwks_uri FROM reverse_jwt.key_sets FOR KEY SHARE',
    'SELECT nonce_hash FROM reverse_jwt.key_sets',
    'SELECT failure FROM reverse_jwt.key_sets',
    'DELETE FROM reverse_jwt.key_sets',
    'UPDATE reverse_jwt.hosted_keys SET denied_at = NULL',
    'SELECT reason FROM reverse_jwt.hosted_keys',
    'SELECT kid FROM reverse_jwt.hosted_keys FOR KEY SHARE',
    'DELETE FROM reverse_jwt.hosted_keys',
    "INSERT INTO reverse_jwt.key_sets (project_id, jwks_uri, confirmed_at) VALUES ('mine', 'x', now())",
    "INSERT INTO reverse_jwt.hosted_keys (project_id, kid, first_seen) VALUES ('hosted', 'mine', now())",
  ])('the role of a verifier cannot %s', async (sql) => {
    await expect(verifier.query(sql)).rejects.toMatchObject(denied)
  })
})

describe('the role of a verifier', () => {
  it('can read which sessions have ended, and end one', async () => {
    const store = new PostgresProjectStore({ db: verifier })
    const at = Date.now() / 1000
    const end = { projectId: 'shop', sessionId: 'a', at }
    // The second one removes the first one.
    await store.endSession({ ...end, sessionId: 'old', at: at - 600, expiresAt: at - 300 })
    await store.endSession({ ...end, expiresAt: at + 600 })
    for (let count = 0; count < 101; count++)
      await store.endSession({ ...end, sessionId: `${count}`, expiresAt: at + 600 })
    const { projects, keys, sessions } = await store.revocations()
    expect(projects.map(({ project }) => project).toSorted()).toEqual(['gone', 'shop', 'shop'])
    expect([keys.length, sessions.length]).toEqual([2, 100])
  })

  it('can add to the record of events, which the role of the registry reads, and the owner alone shortens', async () => {
    const event = refusedEvent({ id: randomUUID() })
    const record = recordEvents({ db: verifier })
    await record.ready()
    // The second time as when an answer was lost.
    for (let time = 1; time <= 2; time++) {
      record.onEvent(event)
      await record.flush()
    }
    await record.close()
    const own = recordEvents({ db: manager })
    own.onEvent(event)
    await own.close()
    const registry = createRegistry({ store: new PostgresProjectStore({ db: manager }), audience })
    expect(await registry.getRefusal(event.id)).toMatchObject({ id: event.id })
    const store = new PostgresProjectStore({ db: verifier })
    await expect(store.refusal(event.id)).rejects.toThrow(
      /permission denied for table events .* Run the SQL of grants\(\)/,
    )
    const date = new Date()
    for (const db of [verifier, manager])
      await expect(deleteEventsBefore(db, date)).rejects.toThrow(
        'deleteEventsBefore cannot delete events: permission denied',
      )
    expect(await deleteEventsBefore(admin, date)).toBe(1)
  })

  it('is told what to do where the grants are those of an earlier version', async () => {
    await admin.query(`REVOKE ALL ON reverse_jwt.events FROM "${verifierRole}"`)
    await expect(recordEvents({ db: verifier }).ready()).rejects.toThrow(
      /^recordEvents cannot write events: permission denied for table events .* again after each migrate\(\)/,
    )
    await admin.query(grants({ registry: registryRole, verifier: verifierRole }))
    await recordEvents({ db: verifier }).ready()
  })

  it('can ask which keys end soon', async () => {
    const store = new PostgresProjectStore({ db: verifier })
    const soon = Date.now() / 1000 + 30 * 86_400
    expect(await store.expiringKeys(soon)).toEqual([])
    await admin.query("UPDATE reverse_jwt.keys SET not_after = now() + interval '1 day' WHERE kid = $1", [
      kid,
    ])
    await admin.query('UPDATE reverse_jwt.keys SET revoked_at = now() WHERE kid <> $1', [kid])
    expect(await store.expiringKeys(soon)).toMatchObject([{ projectId: 'shop', kid }])
  })

  it('can find keys, read origins, note the last use of a key, and hear of changes', async () => {
    const listen = listenWithPg(() => new pg.Client(server.url(verifierRole, 'platform')))
    const store = new PostgresProjectStore({ db: verifier, listen })
    expect(await store.find('shop', kid)).toMatchObject({ kid, project: { id: 'shop', name: 'Shop' } })
    expect(await store.origins()).toEqual({ listed: [], any: true })
    await store.touch([{ projectId: 'shop', kid, at: now }])
    const watch = await store.watch(() => undefined)
    await watch.close()
    const { rows } = await admin.query(
      'SELECT count(*)::int AS used FROM reverse_jwt.key_uses WHERE last_used_at IS NOT NULL',
    )
    expect(rows).toEqual([{ used: 1 }])
  })

  it.each([
    'SELECT * FROM reverse_jwt.keys',
    'SELECT nonce_hash FROM reverse_jwt.keys',
    'SELECT idempotency_key FROM reverse_jwt.keys',
    'SELECT suspension_reason FROM reverse_jwt.projects',
    'SELECT 1 FROM reverse_jwt.audit',
    'UPDATE reverse_jwt.keys SET revoked_at = NULL',
    'UPDATE reverse_jwt.keys SET public_jwk = NULL',
    'UPDATE reverse_jwt.key_uses SET last_used_at = NULL, kid = NULL',
    'SELECT 1 FROM reverse_jwt.keys FOR UPDATE',
    'SELECT 1 FROM reverse_jwt.keys FOR NO KEY UPDATE',
    'SELECT 1 FROM reverse_jwt.keys FOR SHARE',
    'SELECT 1 FROM reverse_jwt.projects FOR KEY SHARE',
    "INSERT INTO reverse_jwt.key_uses (project_id, kid) VALUES ('shop', 'mine')",
    'DELETE FROM reverse_jwt.key_uses',
    'UPDATE reverse_jwt.projects SET suspended = false',
    'UPDATE reverse_jwt.projects SET sessions_before = NULL',
    'SELECT sessions_before FROM reverse_jwt.projects FOR KEY SHARE',
    'TRUNCATE reverse_jwt.session_revocations',
    'DELETE FROM reverse_jwt.keys',
    "INSERT INTO reverse_jwt.projects (id) VALUES ('mine')",
    "INSERT INTO reverse_jwt.keys (project_id, kid) VALUES ('shop', 'mine')",
    "INSERT INTO reverse_jwt.audit (changed_by) VALUES ('me')",
    'SELECT id FROM reverse_jwt.events',
    'UPDATE reverse_jwt.events SET count = 1',
    'DELETE FROM reverse_jwt.events',
    'TRUNCATE reverse_jwt.events',
    "INSERT INTO reverse_jwt.events (id, at, type, count) VALUES (gen_random_uuid(), now(), 'x', 1) RETURNING id",
    'CREATE TABLE reverse_jwt.mine (id integer)',
  ])('cannot %s', async (sql) => {
    await expect(verifier.query(sql)).rejects.toMatchObject(denied)
  })
})

it('nobody else can see anything', async () => {
  await server.pool().query('CREATE ROLE nobody LOGIN')
  const nobody = server.pool({ user: 'nobody', database: 'platform' })
  const tables = [
    ...['projects', 'keys', 'key_uses', 'key_sets', 'hosted_keys', 'audit', 'session_revocations'],
    ...['events', 'migrations'],
  ]
  for (const table of tables) {
    await expect(nobody.query(`SELECT 1 FROM reverse_jwt.${table}`)).rejects.toMatchObject(denied)
  }
})

const notARole = 'must be the name of a role: 1 to 63 bytes, without NUL'
it.each([
  [{ registry: 'a' }, 'verifier is missing: the name of a role'],
  [{ registry: 'a', verifier: '' }, `verifier ${notARole}`],
  [{ registry: 'a'.repeat(64), verifier: 'b' }, `registry ${notARole}`],
  [{ registry: 'a', verifier: 'b\0' }, `verifier ${notARole}`],
  [{ registry: 1, verifier: 'b' }, `registry ${notARole}`],
])('grants nothing to %j', (roles, message) => {
  const write = () => grants(roles as { registry: string; verifier: string })
  expect(write).toThrow(new TypeError(`grants: ${message}`))
})
