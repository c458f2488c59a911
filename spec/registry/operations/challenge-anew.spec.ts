import { describe, expect, it } from '@jest/globals'
import { createRegistry, MemoryProjectStore, type KeyView } from '../../../lib/registry/index.js'
import { makeKeyPair } from '../../helpers/keys.js'
import { audience, now } from '../../helpers/mint.js'
import { prove } from '../../helpers/possession.js'
import { by, expectDenial, handOver, managedShop } from '../../helpers/registry.js'

const week = 7 * 86_400

describe('the time to answer a challenge', () => {
  it.each([1, 3_600, week])('is as long as the platform chooses: %p s', async (challengeLifetime) => {
    const { registry, clock } = await managedShop({ challengeLifetime })
    const { publicJwk: jwk, privateKey } = makeKeyPair('ES256')
    clock.now += 0.75
    const { kid, challenge } = await registry.registerKey('shop', { jwk, by })
    expect(challenge.exp).toBe(now + challengeLifetime)
    const proof = await prove({ privateKey, challenge })
    clock.now = challenge.exp
    await expectDenial(registry.confirmKey('shop', { kid, proof, by }), 'challenge_expired', /has expired/)
    clock.now -= 0.25
    expect(await registry.confirmKey('shop', { kid, proof, by })).toMatchObject({ state: 'active' })
  })

  it.each([0, -1, 0.5, NaN, Infinity, week + 1, '600', null])('cannot be %p', (challengeLifetime) => {
    const options = { store: new MemoryProjectStore(), audience, challengeLifetime }
    expect(() => createRegistry(options as never)).toThrow(
      /^createRegistry: challengeLifetime must be a number of seconds from 1 to 604800/,
    )
  })
})

describe('a pending key that is challenged anew with what the list of keys says of it', () => {
  async function rotationThatWaits(overlap: number) {
    const platform = await managedShop()
    const { registry } = platform
    const { kid: old } = await handOver(registry, 'shop')
    const { publicJwk, privateKey } = makeKeyPair('RS256')
    const own = { jwk: publicJwk, kid: 'own', alg: 'PS256', replaces: old, overlap } as const
    const { challenge: first } = await registry.registerKey('shop', { ...own, by })
    const listed = async (kid: string) =>
      (await registry.listKeys('shop', { limit: 500 })).keys.find((key) => key.kid === kid) as KeyView
    const anew = async () => {
      const { publicJwk: jwk, replaces = '', overlap = 0 } = await listed('own')
      return (await registry.registerKey('shop', { jwk, replaces, overlap, by })).challenge
    }
    const confirm = async (challenge: typeof first) =>
      registry.confirmKey('shop', { kid: 'own', proof: await prove({ privateKey, challenge }), by })
    return { ...platform, old, first, listed, anew, confirm }
  }

  it.each([0, 60, 86_400])('replaces what it was to replace, with an overlap of %p s', async (overlap) => {
    const { old, first, listed, anew, confirm, clock } = await rotationThatWaits(overlap)
    expect(await listed('own')).toMatchObject({ state: 'pending', alg: 'PS256', replaces: old, overlap })
    clock.now += 3_600
    const second = await anew()
    expect(second).toMatchObject({ kid: 'own', alg: 'PS256', exp: now + 3_600 + 86_400 })
    await expectDenial(confirm(first), 'proof_invalid', /not that of the newest challenge/)
    const active = await confirm(second)
    expect(active).toMatchObject({ state: 'active', replaces: old })
    expect(active).not.toHaveProperty('overlap')
    expect(await listed(old)).toMatchObject(
      overlap === 0 ? { state: 'revoked' } : { state: 'retiring', notAfter: clock.now + overlap },
    )
  })

  it('takes no more room than it has', async () => {
    const { registry, anew, confirm } = await rotationThatWaits(0)
    for (let live = 2; live < 10; live++) await registry.generateKey('shop', { alg: 'EdDSA', by })
    await expectDenial(registry.generateKey('shop', { by }), 'too_many_keys', /has 10 live keys/)
    expect(await confirm(await anew())).toMatchObject({ state: 'active' })
  })

  it('is no new key of the day', async () => {
    const { registry, anew } = await rotationThatWaits(0)
    for (let made = 2; made < 100; made++) {
      const { kid } = await registry.generateKey('shop', { alg: 'EdDSA', by })
      await registry.revokeKey('shop', { kid, reason: 'unused', by })
    }
    await expectDenial(registry.generateKey('shop', { by }), 'too_many_keys', /made 100 keys within a day/)
    expect(await anew()).toMatchObject({ kid: 'own' })
  })
})
