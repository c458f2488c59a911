import { beforeEach, expect, it } from '@jest/globals'
import { MemoryRevocations, type RevocationStore } from '../../lib/session/index.js'
import { MemoryKeyStore } from '../../lib/index.js'
import { keyPair } from '../helpers/keys.js'
import { now } from '../helpers/mint.js'
import { rival, shop } from '../helpers/platform.js'

let clock = now
let revocations: RevocationStore
const why = { by: 'ops', reason: 'test' }
const session = { id: 'id-1', projectId: 'shop', kid: 'key-es256', issuedAt: now }

beforeEach(() => {
  clock = now
  const revokedKey = { jwk: keyPair('RS256').publicJwk, kid: 'key-rs256', revokedAt: now - 5 }
  const { keys } = shop()
  revocations = new MemoryRevocations({
    keyStore: new MemoryKeyStore([shop(undefined, { keys: [...keys, revokedKey] }), rival]),
    clock: () => clock,
  })
})

it('ends one session', async () => {
  expect(revocations.isRevoked(session)).toBe(false)
  await revocations.revoke({ projectId: 'shop', sessionId: 'id-1', expiresAt: now + 600 }, why)
  expect(revocations.isRevoked(session)).toBe(true)
  expect(revocations.isRevoked({ ...session, id: 'id-2' })).toBe(false)
  expect(await revocations.list()).toEqual({
    generatedAt: now,
    revocations: [{ session: 'id-1', until: now + 600 }],
  })
})

it('ends those of a project that were issued up to now, by any clock', async () => {
  await revocations.revoke({ projectId: 'shop' }, why)
  expect(revocations.isRevoked({ ...session, issuedAt: now + 10 })).toBe(true)
  expect(revocations.isRevoked({ ...session, issuedAt: now + 11 })).toBe(false)
  expect(revocations.isRevoked({ ...session, projectId: 'rival' })).toBe(false)
})

it('ends those of a key that is revoked, and of no other', async () => {
  await revocations.revoke({ projectId: 'shop', kid: 'key-rs256' }, why)
  expect(revocations.isRevoked({ ...session, kid: 'key-rs256' })).toBe(true)
  expect(revocations.isRevoked(session)).toBe(false)
  for (const kid of ['key-es256', 'unknown'])
    await expect(revocations.revoke({ projectId: 'shop', kid }, why)).rejects.toThrow(/revoke the key first/)
})

it('ends those of the project from the 101st on', async () => {
  for (let at = 0; at < 100; at++)
    await revocations.revoke({ projectId: 'shop', sessionId: `s-${at}`, expiresAt: now + 600 }, why)
  expect(revocations.isRevoked(session)).toBe(false)
  await revocations.revoke({ projectId: 'shop', sessionId: 's-100', expiresAt: now + 600 }, why)
  expect(revocations.isRevoked(session)).toBe(true)
  expect((await revocations.list()).revocations).toEqual([{ project: 'shop', before: now + 10 }])
  expect(revocations.isRevoked({ ...session, projectId: 'rival' })).toBe(false)
})

it('forgets what nobody takes any more, and not before', async () => {
  await revocations.revoke({ projectId: 'shop', sessionId: 'id-1', expiresAt: now + 600 }, why)
  await revocations.revoke({ projectId: 'rival' }, why)
  clock = now + 720
  expect((await revocations.list()).revocations).toHaveLength(2)
  clock = now + 721
  expect((await revocations.list()).revocations).toHaveLength(1)
  clock = now + 7_271
  expect((await revocations.list()).revocations).toHaveLength(0)
})

it('makes each list newer than the one before', async () => {
  const [first, second] = [await revocations.list(), await revocations.list()]
  expect(second.generatedAt).toBeGreaterThan(first.generatedAt)
})

it('makes no entry of what has expired', async () => {
  await revocations.revoke({ projectId: 'shop', sessionId: 'id-1', expiresAt: now - 120 }, why)
  expect((await revocations.list()).revocations).toHaveLength(0)
})

it('says what is missing', () => {
  expect(() => new MemoryRevocations({} as never)).toThrow(/keyStore must be the key store of the verifier/)
})
