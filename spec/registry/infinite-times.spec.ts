import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createRegistry, PostgresProjectStore } from '../../lib/registry/index.js'
import { audience, now } from '../helpers/mint.js'
import { emptyPglite } from '../helpers/pglite.js'
import { keyRecord, projectRecord } from '../helpers/records.js'
import { hostedKey, keySet, pendingKeySet, setChange } from './store/hosted-records.js'

jest.setTimeout(60_000)

let db: PGlite
let store: PostgresProjectStore
beforeAll(async () => {
  db = await emptyPglite()
  store = new PostgresProjectStore({ db })
  await store.migrate()
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.query(
    'TRUNCATE reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.key_uses, reverse_jwt.audit, reverse_jwt.session_revocations, reverse_jwt.key_sets, reverse_jwt.hosted_keys',
  )
  const record = projectRecord('shop', { keySet, pendingKeySet })
  const denied = hostedKey('h', { removedAt: now, deniedAt: now, reason: 'other' })
  await store.commit(setChange(record, [denied], [keyRecord('a')]))
  await store.endSession({ projectId: 'shop', sessionId: 'a', expiresAt: now + 600, at: now })
})

const columns = [
  ...['created_at', 'updated_at', 'deleted_at'].map((column) => ['projects', column]),
  ...['created_at', 'activated_at', 'not_before', 'not_after', 'revoked_at', 'challenge_expires_at'].map(
    (column) => ['keys', column],
  ),
  ['key_uses', 'last_used_at'],
  ['audit', 'changed_at'],
  ['projects', 'sessions_before', 'projects_sessions_finite'],
  ['session_revocations', 'ended_at'],
  ['session_revocations', 'expires_at'],
  ...['confirmed_at', 'challenge_expires_at', 'tried_at', 'read_at', 'failing_since'].map((column) => [
    'key_sets',
    column,
  ]),
  ...['first_seen', 'removed_at', 'denied_at'].map((column) => ['hosted_keys', column]),
]
const infinities = ['infinity', '-infinity']

describe.each(columns)("'infinity' in %s.%s", (table, column, constraint = `${table}_finite`) => {
  it.each(infinities)('is not taken: %s', async (value) => {
    const write = db.query(`UPDATE reverse_jwt.${table} SET ${column} = '${value}'`)
    await expect(write).rejects.toMatchObject({ code: '23514', constraint })
  })
})

it('a key set that was tried by a clock that was ahead is due', async () => {
  const due = () => store.dueKeySets({ ttl: 300, limit: 1 })
  expect([await due(), await due()]).toMatchObject([[{ projectId: 'shop' }], []])
  await db.query("UPDATE reverse_jwt.key_sets SET tried_at = now() + interval '1 hour'")
  expect(await due()).toMatchObject([{ projectId: 'shop' }])
})

describe('where somebody took the constraint away', () => {
  const unavailable = { code: 'store_unavailable', status: 503 }
  const unreadable = {
    code: 'store_unusable',
    message: expect.stringContaining(': what is stored cannot be read: '),
  }
  beforeAll(async () => {
    for (const table of ['projects', 'keys', 'key_uses', 'audit', 'hosted_keys'])
      await db.query(`ALTER TABLE reverse_jwt.${table} DROP CONSTRAINT ${table}_finite`)
  })
  const write = (column: string, value: string) =>
    db.query(`UPDATE reverse_jwt.keys SET ${column} = '${value}'`)
  const load = () => store.load('shop', { now, madeAfter: now, kids: ['a'] })

  it.each(
    ['not_before', 'not_after', 'revoked_at'].flatMap((column) => infinities.map((value) => [column, value])),
  )('a key whose %s is %s is an outage, and no key that lives for ever', async (column, value) => {
    expect(await store.find('shop', 'a')).toMatchObject({ kid: 'a' })
    await write(column, value)
    await expect(store.find('shop', 'a')).rejects.toMatchObject(unavailable)
    await expect(load()).rejects.toMatchObject(unreadable)
    await expect(store.listKeys('shop', { limit: 1 })).rejects.toMatchObject(unreadable)
  })

  it.each(infinities)('a revocation of a hosted key at %s makes the set an outage', async (value) => {
    expect(await store.keySet('shop')).toMatchObject({ denied: [{ kid: 'h' }] })
    await db.query(`UPDATE reverse_jwt.hosted_keys SET denied_at = '${value}'`)
    await expect(store.keySet('shop')).rejects.toMatchObject(unavailable)
  })

  it.each(infinities)(
    'such a key can still be revoked, though the answer cannot be told: %s',
    async (value) => {
      await write('not_after', value)
      const revocation = store.revoke({ projectId: 'shop', kid: 'a', reason: 'other', by: 'x', at: now })
      await expect(revocation).rejects.toMatchObject(unreadable)
      const { rows } = await db.query(
        'SELECT revocation_reason FROM reverse_jwt.keys WHERE revoked_at IS NOT NULL',
      )
      expect(rows).toEqual([{ revocation_reason: 'other' }])
    },
  )

  it.each(infinities)('a last use at %s is not shown, and holds up nothing', async (value) => {
    await db.query(`UPDATE reverse_jwt.key_uses SET last_used_at = '${value}'`)
    const registry = createRegistry({ store, audience, clock: () => now })
    const { keys } = await registry.listKeys('shop')
    expect(keys).toMatchObject([{ kid: 'a', state: 'active' }])
    expect(keys[0]).not.toHaveProperty('lastUsedAt')
    const { key } = await registry.revokeKey('shop', { kid: 'a', reason: 'exposed', by: 'x' })
    expect(key.state).toBe('revoked')
  })
})
