import { describe, expect, it } from '@jest/globals'
import { createPrivateKey } from 'node:crypto'
import { CachedKeyStore } from '../../lib/index.js'
import { makeKeyPair } from '../helpers/keys.js'
import { mint, now } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { by, expectDenial, handOver, managed } from '../helpers/registry.js'
import { prove } from '../helpers/possession.js'

/** A project with one key, a verifier behind a cache, and one clock for both. */
async function platformOf() {
  const platform = managed()
  const { registry, store, clock } = platform
  await registry.createProject({ id: 'shop' }, { by })
  const old = await registry.generateKey('shop', { by })
  const keyStore = new CachedKeyStore(store)
  await store.watch((projectId) => {
    keyStore.invalidate(projectId)
  })
  const verifier = verifierOf({ keyStore, clock: () => clock.now })
  const send = ({ kid, privateKey = '' }: { kid: string; privateKey?: string }) => {
    const claims = { iat: clock.now, exp: clock.now + 60 }
    return verifier.verify(mint({ header: { kid }, claims, privateKey: createPrivateKey(privateKey) }))
  }
  return { ...platform, old, send }
}
const letIn = (outcome: Promise<unknown>) =>
  expect(outcome).resolves.toMatchObject({ project: { id: 'shop' } })

it.each([60, 86_400, 0.5])(
  'the old key is good until the last moment of %p seconds, and no longer',
  async (overlap) => {
    const { registry, clock, old, send } = await platformOf()
    await letIn(send(old))
    const fresh = await registry.rotateKey('shop', { overlap, by })
    for (const at of [0, overlap / 2, overlap - 0.001]) {
      clock.now = now + at
      await letIn(send(old))
      await letIn(send(fresh))
    }
    for (const at of [overlap, overlap + 0.001, overlap + 1e6]) {
      clock.now = now + at
      await expectRefusal(send(old), 'token_not_verified')
      await letIn(send(fresh))
    }
  },
)

it('without an overlap the old key ends at once', async () => {
  const { registry, old, send } = await platformOf()
  await letIn(send(old))
  const fresh = await registry.rotateKey('shop', { overlap: 0, by })
  await expectRefusal(send(old), 'token_not_verified')
  await letIn(send(fresh))
})

it('a retiring key that is revoked ends at once', async () => {
  const { registry, old, send } = await platformOf()
  const fresh = await registry.rotateKey('shop', { by })
  await letIn(send(old))
  await registry.revokeKey('shop', { kid: old.kid, reason: 'exposed', by })
  await expectRefusal(send(old), 'token_not_verified')
  await letIn(send(fresh))
})

it('a token that the old key signed within the overlap is refused after it', async () => {
  const { registry, clock, old, store } = await platformOf()
  await registry.rotateKey('shop', { overlap: 10, by })
  const token = mint({ header: { kid: old.kid }, privateKey: createPrivateKey(old.privateKey) })
  clock.now = now + 10
  const verifier = verifierOf({ keyStore: store, clock: () => clock.now })
  await expectRefusal(verifier.verify(token), 'token_not_verified')
})

describe('to stretch the life of the old key', () => {
  it('it cannot be rotated again with a longer overlap', async () => {
    const { registry, old } = await platformOf()
    await registry.rotateKey('shop', { kid: old.kid, overlap: 10, by })
    await expectDenial(
      registry.rotateKey('shop', { kid: old.kid, overlap: 1000, by }),
      'key_not_active',
      `The key "${old.kid}" is retiring; only an active key can be replaced.`,
    )
  })

  it('a registration that wants to replace it cannot postpone its end', async () => {
    const { registry, old, store } = await platformOf()
    const pair = makeKeyPair('ES256')
    const { kid, challenge } = await registry.registerKey('shop', {
      jwk: pair.publicJwk,
      replaces: old.kid,
      overlap: 1000,
      by,
    })
    await registry.rotateKey('shop', { kid: old.kid, overlap: 10, by })
    const proof = await prove({ privateKey: pair.privateKey, challenge })
    await registry.confirmKey('shop', { kid, proof, by })
    expect(await store.find('shop', old.kid)).toMatchObject({ notAfter: now + 10 })
  })

  it('the same idempotency key tells its end and does not move it', async () => {
    const { registry, clock } = await platformOf()
    const rotate = () => registry.rotateKey('shop', { overlap: 10, idempotencyKey: 'a', by })
    const { retiring } = await rotate()
    clock.now = now + 5
    expect(await rotate()).toMatchObject({ retiring, repeated: true })
    expect(retiring.until).toBe(now + 10)
  })
})

it('an expired kid is not given to another key, nor the expired key another kid', async () => {
  const { registry, clock, old } = await platformOf()
  await registry.rotateKey('shop', { overlap: 10, by })
  clock.now = now + 20
  const other = makeKeyPair('ES256')
  await expectDenial(
    handOver(registry, 'shop', other, { kid: old.kid }),
    'key_exists',
    `This kid is, or was, in use in this project (kid "${old.kid}"), and is never accepted again. Make a new pair.`,
  )
  await expectDenial(
    registry.registerKey('shop', { jwk: old.publicJwk, by }),
    'key_exists',
    /^This kid is, or was, in use/,
  )
  const renamed = { ...old.publicJwk, kid: 'new' }
  await expectDenial(
    registry.registerKey('shop', { jwk: renamed, by }),
    'key_exists',
    `This public key is, or was, in use in this project (kid "${old.kid}"), and is never accepted again. Make a new pair.`,
  )
  // The same kid in another project is another key.
  await registry.createProject({ id: 'other' }, { by })
  await handOver(registry, 'other', other, { kid: old.kid })
})
