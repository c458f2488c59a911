import { describe, expect, it } from '@jest/globals'
import { makeKeyPair } from '../../helpers/keys.js'
import { now } from '../../helpers/mint.js'
import { wholeProject } from '../../helpers/records.js'
import { by, expectDenial, handOver, managedShop } from '../../helpers/registry.js'

const day = 86_400

describe('the number of live keys', () => {
  it('is ten at most: pending, active and retiring ones', async () => {
    const { registry, clock } = await managedShop({ challengeLifetime: 600 })
    const first = await registry.generateKey('shop', { by })
    await registry.rotateKey('shop', { by })
    await registry.registerKey('shop', { jwk: makeKeyPair('ES256').publicJwk, by })
    for (let count = 3; count < 10; count++) await registry.generateKey('shop', { by })
    const full =
      'The project "shop" has 10 live keys (pending, active and retiring), the maximum. Revoke one that is not needed.'
    const jwk = makeKeyPair('ES256').publicJwk
    const attempts = [
      () => registry.generateKey('shop', { by }),
      () => registry.registerKey('shop', { jwk, by }),
      async () => {
        const active = (await registry.listKeys('shop')).keys.find(({ state }) => state === 'active')
        await registry.rotateKey('shop', { kid: active?.kid ?? '', by })
      },
    ]
    for (const attempt of attempts) await expectDenial(attempt(), 'too_many_keys', full)

    await registry.revokeKey('shop', { kid: first.kid, reason: 'superseded', by })
    await registry.generateKey('shop', { by })
    await expectDenial(registry.generateKey('shop', { by }), 'too_many_keys', full)
    // The registration that nobody confirmed.
    clock.now += 600
    await registry.generateKey('shop', { by })
  })

  it('does not count keys that ended at once', async () => {
    const { registry } = await managedShop()
    await handOver(registry, 'shop')
    for (let count = 0; count < 15; count++) await registry.rotateKey('shop', { overlap: 0, by })
    expect((await registry.listKeys('shop')).keys).toHaveLength(16)
  })
})

describe('the number of new keys', () => {
  const full =
    'The project "shop" made 100 keys within a day, the maximum. Use one that it has, or wait until the oldest of them is a day old. Keys can be revoked all the same.'

  it('is a hundred a day, however soon they are revoked; revocation has no limit', async () => {
    const { registry, clock } = await managedShop()
    const { kid } = await registry.generateKey('shop', { alg: 'EdDSA', by })
    for (let count = 1; count < 100; count++) {
      clock.now += 1
      const { kid: spare } = await registry.generateKey('shop', { alg: 'EdDSA', by })
      await registry.revokeKey('shop', { kid: spare, reason: 'unused', by })
    }
    const jwk = makeKeyPair('ES256').publicJwk
    const attempts = [
      () => registry.generateKey('shop', { by }),
      () => registry.registerKey('shop', { jwk, by }),
      () => registry.rotateKey('shop', { by }),
    ]
    for (const attempt of attempts) await expectDenial(attempt(), 'too_many_keys', full)
    await registry.createProject({ id: 'other' }, { by })
    await registry.generateKey('other', { by })
    clock.now = now + day - 0.001
    await expectDenial(registry.generateKey('shop', { by }), 'too_many_keys', full)
    clock.now = now + day
    await registry.rotateKey('shop', { by })
    await expectDenial(registry.rotateKey('shop', { by }), 'too_many_keys', full)
    await registry.revokeKey('shop', { kid, reason: 'exposed', by })
  })

  it('counts registrations that were withdrawn; those that nobody confirmed are not kept', async () => {
    const { registry, store, clock } = await managedShop({ challengeLifetime: 600 })
    const register = (kid: string) =>
      registry.registerKey('shop', { jwk: makeKeyPair('EdDSA').publicJwk, kid, by })
    for (let count = 0; count < 300; count++) {
      if (count % 10 === 0) clock.now += 600
      await register(`ignored-${count}`)
    }
    expect((await wholeProject(store, 'shop'))?.keys).toHaveLength(10)
    clock.now += 600
    // What has expired is counted until it goes, with the first of these.
    for (let count = 0; count < 100; count++) {
      await register(`withdrawn-${count}`)
      await registry.revokeKey('shop', { kid: `withdrawn-${count}`, reason: 'unused', by })
    }
    await expectDenial(register('one more'), 'too_many_keys', full)
    expect((await wholeProject(store, 'shop'))?.keys).toHaveLength(100)
  })
})
