import { describe, expect, it } from '@jest/globals'
import { createPublicKey } from 'node:crypto'
import { createSigner } from '../../../lib/customer/index.js'
import { makeKeyPair } from '../../helpers/keys.js'
import { audience, now } from '../../helpers/mint.js'
import { wholeProject } from '../../helpers/records.js'
import { by, expectDenial, handOver, managed } from '../../helpers/registry.js'
import { verifierOf } from '../../helpers/platform.js'

const day = 86_400

async function shopOf() {
  const platform = managed()
  await platform.registry.createProject({ id: 'shop' }, { by })
  return platform
}

describe('a generated key', () => {
  it('signs tokens that the platform accepts at once', async () => {
    const { registry, store } = await shopOf()
    const { kid, publicJwk, privateKey } = await registry.generateKey('shop', { by })
    expect(publicJwk).toMatchObject({ kty: 'EC', crv: 'P-256', kid, alg: 'ES256', use: 'sig' })
    expect(createPublicKey(privateKey).export({ format: 'jwk' })).toMatchObject({ x: publicJwk.x })
    const token = await createSigner({ projectId: 'shop', audience, privateKey }).sign()
    const verifier = verifierOf({ keyStore: store, clock: () => Date.now() / 1000 })
    await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
  })

  it.each(['RS256', 'EdDSA', 'Ed25519', 'ES384'] as const)('can be for %s', async (alg) => {
    const { registry, store } = await shopOf()
    const { kid } = await registry.generateKey('shop', { alg, by })
    expect(await store.find('shop', kid)).toMatchObject({ kid, alg: alg === 'Ed25519' ? 'EdDSA' : alg })
  })

  it('is listed without its private half, which is nowhere', async () => {
    const { registry, store } = await shopOf()
    const { kid, privateKey, publicJwk } = await registry.generateKey('shop', { by })
    expect((await registry.listKeys('shop')).keys).toEqual([
      { kid, alg: 'ES256', state: 'active', publicJwk, createdAt: now, activatedAt: now },
    ])
    const kept = JSON.stringify([await wholeProject(store, 'shop'), await registry.audit()])
    const secret = privateKey.split('\n').slice(1, -2).join('')
    expect(secret.length).toBeGreaterThan(100)
    expect(kept).not.toContain(secret.slice(0, 40))
    expect(kept).not.toContain('"d"')
  })

  it('is refused for an algorithm that is none', async () => {
    const { registry } = await shopOf()
    const making = registry.generateKey('shop', { alg: 'HS256' as never, by })
    await expectDenial(making, 'request_invalid', /^alg must be one of ES256, /)
  })
})

describe('a rotation', () => {
  it('makes a new key at once and lets the old one retire', async () => {
    const { registry, clock } = await shopOf()
    const old = await registry.generateKey('shop', { by })
    clock.now += 100
    const rotation = await registry.rotateKey('shop', { by })
    expect(rotation).toMatchObject({
      privateKey: expect.stringContaining('PRIVATE KEY'),
      retiring: { kid: old.kid, until: now + 100 + day },
      repeated: false,
    })
    const states = async () => (await registry.listKeys('shop')).keys.map(({ kid, state }) => [kid, state])
    expect(await states()).toEqual([
      [old.kid, 'retiring'],
      [rotation.kid, 'active'],
    ])
    clock.now += day
    expect(await states()).toEqual([
      [old.kid, 'expired'],
      [rotation.kid, 'active'],
    ])
  })

  it('keeps the algorithm unless told otherwise', async () => {
    const { registry } = await shopOf()
    await registry.generateKey('shop', { alg: 'EdDSA', by })
    expect(await registry.rotateKey('shop', { by })).toMatchObject({ publicJwk: { alg: 'EdDSA' } })
    expect(await registry.rotateKey('shop', { alg: 'ES256', by })).toMatchObject({
      publicJwk: { alg: 'ES256' },
    })
  })

  it('is made once for one idempotency key, and its private half told once', async () => {
    const { registry, store } = await shopOf()
    await registry.generateKey('shop', { by })
    const rotate = () => registry.rotateKey('shop', { idempotencyKey: 'monday', by })
    const { privateKey, ...first } = await rotate()
    expect(privateKey).toContain('PRIVATE KEY')
    const again = await rotate()
    expect(again).toEqual({ ...first, repeated: true })
    expect((await wholeProject(store, 'shop'))?.keys).toHaveLength(2)
    expect((await registry.audit()).records).toHaveLength(3)

    const other = await registry.rotateKey('shop', { idempotencyKey: 'tuesday', by })
    expect(other).toMatchObject({ repeated: false, retiring: { kid: first.kid } })
  })

  it('does not take the idempotency key of another rotation', async () => {
    const { registry } = await shopOf()
    const { kid } = await registry.generateKey('shop', { by })
    const { kid: second } = await registry.rotateKey('shop', { kid, idempotencyKey: 'a', by })
    await expectDenial(
      registry.rotateKey('shop', { kid: second, idempotencyKey: 'a', by }),
      'request_invalid',
      'This idempotencyKey belongs to the rotation of another key; use a new one',
    )
  })

  it('wants to know which of several keys, and takes none that is not active', async () => {
    const { registry } = await shopOf()
    await expectDenial(
      registry.rotateKey('shop', { by }),
      'key_not_active',
      'The project "shop" has no active key to rotate. Generate or register one.',
    )
    const { kid } = await registry.generateKey('shop', { by })
    await registry.generateKey('shop', { by })
    await expectDenial(
      registry.rotateKey('shop', { by }),
      'request_invalid',
      'The project has 2 active keys; say with kid which one is to retire',
    )
    await registry.rotateKey('shop', { kid, by })
    await expectDenial(
      registry.rotateKey('shop', { kid, by }),
      'key_not_active',
      `The key "${kid}" is retiring; only an active key can be replaced.`,
    )
    await expectDenial(
      registry.rotateKey('shop', { kid: 'x', by }),
      'key_not_found',
      'The project "shop" has no key "x".',
    )
  })

  it.each([-1, 2_592_001, NaN, Infinity, '60', null])('refuses an overlap of %p', async (overlap) => {
    const { registry } = await shopOf()
    await registry.generateKey('shop', { by })
    await expectDenial(
      registry.rotateKey('shop', { overlap: overlap as number, by }),
      'request_invalid',
      'overlap must be a number of seconds from 0 to 2592000 (30 days)',
    )
    await registry.rotateKey('shop', { overlap: 2_592_000, by })
  })
})

describe('a revocation', () => {
  it('ends a key for good, and says so when it was the last', async () => {
    const { registry, store, clock } = await shopOf()
    const first = await registry.generateKey('shop', { by })
    const second = await registry.generateKey('shop', { by })
    clock.now += 5
    const answer = await registry.revokeKey('shop', first.kid, { reason: 'exposed', by })
    expect(answer).toEqual({
      key: expect.objectContaining({ state: 'revoked', revokedAt: now + 5, revocationReason: 'exposed' }),
    })
    expect((await store.find('shop', first.kid))?.revokedAt).toBeLessThan(now)
    const last = await registry.revokeKey('shop', second.kid, { reason: 'unused', by })
    expect(last.warning).toBe(
      'The project has no key left that can sign: all its tokens are refused until it has a new key.',
    )
  })

  it('changes nothing the second time', async () => {
    const { registry, clock } = await shopOf()
    const { kid } = await registry.generateKey('shop', { by })
    const first = await registry.revokeKey('shop', kid, { reason: 'exposed', by })
    clock.now += 5
    expect(await registry.revokeKey('shop', kid, { reason: 'other', by })).toEqual(first)
    expect((await registry.audit()).records).toHaveLength(3)
  })

  it.each(['leaked', undefined, '', 'toString', ['exposed']])('refuses the reason %p', async (reason) => {
    const { registry } = await shopOf()
    const { kid } = await registry.generateKey('shop', { by })
    await expectDenial(
      registry.revokeKey('shop', kid, { reason: reason as 'other', by }),
      'request_invalid',
      reason === undefined
        ? 'reason is undefined; set it or leave it out'
        : 'reason must be one of exposed, compromised, superseded, unused, other',
    )
  })
})

describe('the number of live keys', () => {
  it('is ten at most: pending, active and retiring ones', async () => {
    const { registry, clock } = await shopOf()
    const first = await registry.generateKey('shop', { by })
    await registry.rotateKey('shop', { by })
    await registry.registerKey('shop', { publicKey: makeKeyPair('ES256').publicJwk, by })
    for (let count = 3; count < 10; count++) await registry.generateKey('shop', { by })
    const full =
      'The project "shop" has 10 live keys (pending, active and retiring), which is the most. Revoke one that is not needed.'
    const publicKey = makeKeyPair('ES256').publicJwk
    const attempts = [
      () => registry.generateKey('shop', { by }),
      () => registry.registerKey('shop', { publicKey, by }),
      async () => {
        const active = (await registry.listKeys('shop')).keys.find(({ state }) => state === 'active')
        await registry.rotateKey('shop', { kid: active?.kid ?? '', by })
      },
    ]
    for (const attempt of attempts) await expectDenial(attempt(), 'too_many_keys', full)

    await registry.revokeKey('shop', first.kid, { reason: 'superseded', by })
    await registry.generateKey('shop', { by })
    await expectDenial(registry.generateKey('shop', { by }), 'too_many_keys', full)
    // The registration that nobody confirmed.
    clock.now += 600
    await registry.generateKey('shop', { by })
  })

  it('does not count keys that ended at once', async () => {
    const { registry } = await shopOf()
    await handOver(registry, 'shop')
    for (let count = 0; count < 15; count++) await registry.rotateKey('shop', { overlap: 0, by })
    expect((await registry.listKeys('shop')).keys).toHaveLength(16)
  })
})

describe('the number of new keys', () => {
  const full =
    'The project "shop" made 100 keys within a day, which is the most. Use one that it has, or wait until the oldest of them is a day old. Keys can be revoked all the same.'

  it('is a hundred a day, however soon they are revoked; revocation has no limit', async () => {
    const { registry, clock } = await shopOf()
    const { kid } = await registry.generateKey('shop', { alg: 'EdDSA', by })
    for (let count = 1; count < 100; count++) {
      clock.now += 1
      const { kid: spare } = await registry.generateKey('shop', { alg: 'EdDSA', by })
      await registry.revokeKey('shop', spare, { reason: 'unused', by })
    }
    const publicKey = makeKeyPair('ES256').publicJwk
    const attempts = [
      () => registry.generateKey('shop', { by }),
      () => registry.registerKey('shop', { publicKey, by }),
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
    await registry.revokeKey('shop', kid, { reason: 'exposed', by })
  })

  it('counts registrations that were withdrawn; those that nobody confirmed are not kept', async () => {
    const { registry, store, clock } = await shopOf()
    const register = (kid: string) =>
      registry.registerKey('shop', { publicKey: makeKeyPair('EdDSA').publicJwk, kid, by })
    for (let count = 0; count < 300; count++) {
      if (count % 10 === 0) clock.now += 600
      await register(`ignored-${count}`)
    }
    expect((await wholeProject(store, 'shop'))?.keys).toHaveLength(10)
    clock.now += 600
    // What has expired is counted until it goes, with the first of these.
    for (let count = 0; count < 100; count++) {
      await register(`withdrawn-${count}`)
      await registry.revokeKey('shop', `withdrawn-${count}`, { reason: 'unused', by })
    }
    await expectDenial(register('one more'), 'too_many_keys', full)
    expect((await wholeProject(store, 'shop'))?.keys).toHaveLength(100)
  })
})
