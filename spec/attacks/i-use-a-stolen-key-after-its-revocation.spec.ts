import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CachedKeyStore, createVerifier, type KeyStore } from '../../lib/index.js'
import { MemoryProjectStore, type KeyRevocationReason } from '../../lib/registry/index.js'
import { makeKeyPair } from '../helpers/keys.js'
import { mint } from '../helpers/mint.js'
import { platform, verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { by, expectDenial, handOver, managed } from '../helpers/registry.js'
import { letTimeGo, seconds, stopTime } from '../keys/caches.js'

beforeEach(stopTime)
afterEach(letTimeGo)

const stolen = makeKeyPair('ES256')

/** A platform of one registry and one verifier, whose cache hears of changes unless the messages are lost. */
async function platformOf({ messagesAreLost = false } = {}) {
  const store = new MemoryProjectStore()
  const { registry } = managed(store)
  await registry.createProject({ id: 'shop' }, { by })
  const { kid } = await handOver(registry, 'shop', stolen)
  const keyStore = new CachedKeyStore(store, { ttl: 30 })
  if (!messagesAreLost) {
    await store.watch((projectId) => {
      keyStore.invalidate(projectId)
    })
  }
  const verifier = verifierOf({ keyStore })
  const send = () => verifier.verify(mint({ header: { kid }, privateKey: stolen.privateKey }))
  const revoke = (reason: KeyRevocationReason = 'exposed') => registry.revokeKey('shop', { kid, reason, by })
  return { store, registry, keyStore, kid, send, revoke }
}
const letIn = (outcome: Promise<unknown>) =>
  expect(outcome).resolves.toMatchObject({ project: { id: 'shop' } })

it('is refused from the moment on at which its instance hears of the revocation', async () => {
  const { send, revoke } = await platformOf()
  await letIn(send())
  await revoke()
  await expectRefusal(send(), 'token_not_verified')
})

it('is refused after 30 seconds when the message is lost', async () => {
  const { send, revoke } = await platformOf({ messagesAreLost: true })
  await letIn(send())
  await revoke()
  await seconds(29.9)
  await letIn(send())
  await seconds(0.2)
  await expectRefusal(send(), 'token_not_verified')
})

it('is not kept alive by using it all the time', async () => {
  const { send, revoke } = await platformOf({ messagesAreLost: true })
  await letIn(send())
  await revoke()
  for (let second = 0; second < 29; second++) {
    await seconds(1)
    await letIn(send())
  }
  await seconds(1.1)
  await expectRefusal(send(), 'token_not_verified')
})

it.each([undefined, 'shop', 'rival', '', '__proto__'])(
  'is not revived by a forged message about %p',
  async (projectId) => {
    const { send, revoke, keyStore } = await platformOf()
    await letIn(send())
    await revoke()
    keyStore.invalidate(projectId)
    await expectRefusal(send(), 'token_not_verified')
  },
)

it('is refused although it was being read while it was revoked', async () => {
  const { store, revoke, kid } = await platformOf()
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  let reads = 0
  const slow: KeyStore = {
    async find(projectId, name) {
      const key = store.find(projectId, name)
      if ((reads += 1) === 1) await held
      return key
    },
  }
  const keyStore = new CachedKeyStore(slow, { ttl: 30 })
  await store.watch((projectId) => {
    keyStore.invalidate(projectId)
  })
  const sent = verifierOf({ keyStore }).verify(mint({ header: { kid }, privateKey: stolen.privateKey }))
  await seconds(0)
  expect(reads).toBe(1)
  await revoke()
  release()
  await expectRefusal(sent, 'token_not_verified')
})

describe('comes back as new', () => {
  const { publicJwk } = stolen
  const wasUsed =
    /^This (kid|public key) is, or was, in use in this project \(kid "[\w-]{43}"\), and is never accepted again/

  it.each(['exposed', 'compromised', 'superseded', 'unused', 'other'] as const)(
    'in the same project, after it was revoked as %s',
    async (reason) => {
      const { registry, revoke, send, kid } = await platformOf()
      await revoke(reason)
      await expectDenial(registry.registerKey('shop', { jwk: publicJwk, by }), 'key_exists', wasUsed)
      const renamed = registry.registerKey('shop', { jwk: publicJwk, kid: 'new', by })
      await expectDenial(renamed, 'key_exists', wasUsed)
      const other = makeKeyPair('ES256').publicJwk
      await expectDenial(registry.registerKey('shop', { jwk: other, kid, by }), 'key_exists', wasUsed)
      await expectRefusal(send(), 'token_not_verified')
    },
  )

  it('in another project, also after the first one was deleted', async () => {
    const { registry, revoke } = await platformOf()
    await registry.createProject({ id: 'mine' }, { by })
    await revoke()
    await expectDenial(handOver(registry, 'mine', stolen), 'key_exists', /one key belongs to one project/)
    await registry.deleteProject('shop', { by })
    await expectDenial(handOver(registry, 'mine', stolen), 'key_exists', /one key belongs to one project/)
    await expectDenial(registry.createProject({ id: 'shop' }, { by }), 'project_exists', /never used again/)
  })
})

it('is refused with its project: suspended, and deleted', async () => {
  const { registry, send } = await platformOf()
  await letIn(send())
  await registry.suspendProject('shop', { by })
  await expectRefusal(send(), 'project_suspended')
  await registry.resumeProject('shop', { by })
  await letIn(send())
  await registry.deleteProject('shop', { by })
  await expectRefusal(send(), 'token_not_verified')
})

it('is told of with the moment of its revocation, though no clock can bring the key back', async () => {
  const store = new MemoryProjectStore()
  const { registry } = managed(store)
  await registry.createProject({ id: 'shop' }, { by })
  const { kid } = await handOver(registry, 'shop', stolen)
  const { key } = await registry.revokeKey('shop', { kid, reason: 'exposed', by })
  const { options, events, clock } = platform({ keyStore: store })
  const { revokedAt = NaN } = key
  for (const [later, seconds] of [
    [100, 100],
    [-5, 0],
  ] as const) {
    clock.now = revokedAt + later
    const claims = { iat: clock.now, exp: clock.now + 60 }
    const token = mint({ header: { kid }, privateKey: stolen.privateKey, claims })
    await expectRefusal(createVerifier(options).verify(token), 'token_not_verified')
    expect(events.at(-1)).toMatchObject({ reason: 'key_revoked', signature: 'good', revokedAt, seconds })
  }
})
