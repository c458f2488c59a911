import { describe, expect, it } from '@jest/globals'
import { createHash, createPublicKey } from 'node:crypto'
import { makeKeyPair } from '../../helpers/keys.js'
import { audience, now } from '../../helpers/mint.js'
import { wholeProject } from '../../helpers/records.js'
import { by, expectDenial, handOver, managedShop } from '../../helpers/registry.js'
import { prove } from '../../helpers/possession.js'

describe('the hand-over of a public key', () => {
  it.each(['ES256', 'ES512', 'RS256', 'EdDSA'])('takes a %s key that the customer made', async (alg) => {
    const { registry, store, clock } = await managedShop()
    const pair = makeKeyPair(alg)
    const { kid, challenge } = await registry.registerKey('shop', { jwk: pair.publicJwk, by })
    expect(challenge).toEqual({
      aud: audience,
      proj_id: 'shop',
      kid,
      alg,
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      exp: now + 86_400,
    })
    expect((await registry.listKeys('shop')).keys).toMatchObject([
      { kid, state: 'pending', challengeExpiresAt: now + 86_400 },
    ])
    expect(await store.find('shop', kid)).toBeUndefined()

    clock.now += 86_399
    const proof = await prove({ privateKey: pair.privateKey, challenge })
    const key = await registry.confirmKey('shop', { kid, proof, by })
    expect(key).toMatchObject({ kid, alg, state: 'active', activatedAt: now + 86_399 })
    expect(key).not.toHaveProperty('challengeExpiresAt')
    expect(await store.find('shop', kid)).toMatchObject({ kid, alg })
  })

  it.each<[string, (pem: string) => object | string]>([
    ['PEM', (pem) => pem],
    ['PEM in bytes', (pem) => Buffer.from(pem)],
    ['PEM in base64', (pem) => Buffer.from(pem).toString('base64')],
    ['a KeyObject', (pem) => createPublicKey(pem)],
    ['DER in base64, as a KMS hands it out', (pem) => pem.replaceAll(/-----.*-----|\n/g, '')],
  ])('takes %s, a kid and an algorithm', async (_, form) => {
    const { registry } = await managedShop()
    const pair = makeKeyPair('RS256')
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string
    const { challenge } = await registry.registerKey('shop', {
      pem: form(pem),
      kid: 'k1',
      alg: 'PS256',
      by,
    })
    expect(challenge).toMatchObject({ kid: 'k1', alg: 'PS256' })
    const proof = await prove({ privateKey: pair.privateKey, challenge })
    expect(await registry.confirmKey('shop', { kid: 'k1', proof, by })).toMatchObject({ alg: 'PS256' })
  })

  it('takes a JWK as JSON', async () => {
    const { registry } = await managedShop()
    const jwk = ` ${JSON.stringify({ ...makeKeyPair('ES256').publicJwk, kid: 'k1' })}`
    expect(await registry.registerKey('shop', { jwk, by })).toMatchObject({ kid: 'k1' })
  })

  it('stores of a JWK the members that make the key, and no others', async () => {
    const { registry, store } = await managedShop()
    const { publicJwk } = makeKeyPair('RS256')
    const others = { d: null, oth: [], use: null, key_ops: ['sign', 'verify'], ext: true, x5c: ['AAAA'] }
    await registry.registerKey('shop', { jwk: { ...publicJwk, ...others }, by })
    const stored = await store.load('shop', { now, madeAfter: 0 })
    expect(stored?.keys.map((key) => key.publicJwk)).toEqual([publicJwk])
  })

  it('lets the replaced key retire when the new one is confirmed, not before', async () => {
    const { registry, store, clock } = await managedShop()
    const { kid: old } = await handOver(registry, 'shop')
    clock.now += 1
    const pair = makeKeyPair('ES256')
    const { kid, challenge } = await registry.registerKey('shop', {
      jwk: pair.publicJwk,
      replaces: old,
      overlap: 60,
      by,
    })
    expect(await store.find('shop', old)).not.toHaveProperty('notAfter')
    const proof = await prove({ privateKey: pair.privateKey, challenge })
    await registry.confirmKey('shop', { kid, proof, by })
    expect(await store.find('shop', old)).toMatchObject({ notAfter: now + 61 })
    expect((await registry.listKeys('shop')).keys).toMatchObject([
      { kid: old, state: 'retiring' },
      { kid, state: 'active', replaces: old },
    ])
  })

  it('leaves a replaced key alone that was revoked in the meantime', async () => {
    const { registry, store } = await managedShop()
    const { kid: old } = await handOver(registry, 'shop')
    const pair = makeKeyPair('ES256')
    const { kid, challenge } = await registry.registerKey('shop', {
      jwk: pair.publicJwk,
      replaces: old,
      by,
    })
    await registry.revokeKey('shop', { kid: old, reason: 'exposed', by })
    const proof = await prove({ privateKey: pair.privateKey, challenge })
    await registry.confirmKey('shop', { kid, proof, by })
    const found = await store.find('shop', old)
    expect(found).toHaveProperty('revokedAt')
    expect(found).not.toHaveProperty('notAfter')
  })

  it('keeps the hash of a nonce and never the nonce, and lets go of it afterwards', async () => {
    const { registry, store } = await managedShop()
    const pair = makeKeyPair('ES256')
    const { kid, challenge } = await registry.registerKey('shop', { jwk: pair.publicJwk, by })
    const kept = JSON.stringify(await wholeProject(store, 'shop'))
    expect(kept).toContain(createHash('sha256').update(challenge.nonce).digest('base64url'))
    expect(kept).not.toContain(challenge.nonce)
    const proof = await prove({ privateKey: pair.privateKey, challenge })
    await registry.confirmKey('shop', { kid, proof, by })
    expect(JSON.stringify([await wholeProject(store, 'shop'), await registry.listAudit()])).not.toMatch(
      /nonce/i,
    )
  })
})

describe('a challenge', () => {
  async function registered(pair = makeKeyPair('ES256')) {
    const platform = await managedShop()
    const { kid, challenge } = await platform.registry.registerKey('shop', {
      jwk: pair.publicJwk,
      by,
    })
    const { privateKey } = pair
    const confirm = async (answered = challenge) =>
      platform.registry.confirmKey('shop', {
        kid,
        proof: await prove({ privateKey, challenge: answered }),
        by,
      })
    return { ...platform, pair, kid, challenge, confirm }
  }

  it('is answered once', async () => {
    const { confirm, kid } = await registered()
    await confirm()
    await expectDenial(
      confirm(),
      'challenge_used',
      `The challenge of the key "${kid}" was answered already; the key is active.`,
    )
  })

  it('can be answered for a day, and the key then be registered again', async () => {
    const { clock, confirm, kid, registry, pair } = await registered()
    clock.now += 86_400
    await expectDenial(
      confirm(),
      'challenge_expired',
      `The challenge of the key "${kid}" has expired. Register the key again, for a new one.`,
    )
    expect((await registry.listKeys('shop')).keys).toMatchObject([{ state: 'expired' }])
    await handOver(registry, 'shop', pair)
    expect((await registry.listKeys('shop')).keys).toMatchObject([{ kid, state: 'active' }])
  })

  it('is worthless once there is a newer one', async () => {
    const { confirm, registry, pair } = await registered()
    const { challenge: newer } = await registry.registerKey('shop', { jwk: pair.publicJwk, by })
    await expectDenial(
      confirm(),
      'proof_invalid',
      'The proof of possession is refused: its nonce or exp is not that of the newest challenge.',
    )
    await confirm(newer)
  })

  it('is over when the key is revoked', async () => {
    const { confirm, registry, kid, pair } = await registered()
    await registry.revokeKey('shop', { kid, reason: 'other', by })
    await expectDenial(confirm(), 'key_not_active', `The key "${kid}" is revoked.`)
    await expectDenial(
      registry.registerKey('shop', { jwk: pair.publicJwk, by }),
      'key_exists',
      /^This kid is, or was, in use in this project/,
    )
  })

  it('survives a wrong answer', async () => {
    const { confirm, registry, kid } = await registered()
    await expectDenial(
      registry.confirmKey('shop', { kid, proof: 'x.y.z', by }),
      'proof_invalid',
      'The proof of possession is refused: it is not a compact JWS of JSON objects.',
    )
    await confirm()
  })
})

describe('a public key', () => {
  it('is refused under the kid of another one that waits', async () => {
    const { registry, clock } = await managedShop()
    const kid = 'k1'
    await registry.registerKey('shop', { jwk: makeKeyPair('ES256').publicJwk, kid, by })
    const jwk = makeKeyPair('ES256').publicJwk
    await expectDenial(
      registry.registerKey('shop', { jwk, kid, by }),
      'key_exists',
      'Another public key waits for its confirmation under the kid "k1". Choose another kid, or wait until its challenge has expired.',
    )
    clock.now += 86_400
    await registry.registerKey('shop', { jwk, kid, by })
  })

  it('is confirmed under one kid only', async () => {
    const { registry } = await managedShop()
    const { publicJwk: jwk, privateKey } = makeKeyPair('ES256')
    const both = await Promise.all(['k1', 'k2'].map((kid) => registry.registerKey('shop', { jwk, kid, by })))
    const outcomes = await Promise.allSettled(
      both.map(async ({ kid, challenge }) =>
        registry.confirmKey('shop', { kid, proof: await prove({ privateKey, challenge }), by }),
      ),
    )
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const refused = outcomes.find((outcome) => outcome.status === 'rejected')
    await expectDenial(
      Promise.reject(refused?.reason as Error),
      'key_exists',
      /^This public key is, or was, in use in this/,
    )
  })

  it.each([
    ['nothing', {}, /^Project "shop", key: jwk or pem is undefined or empty/],
    ['undefined', { jwk: undefined }, 'registerKey: jwk is undefined; set it or leave it out'],
    ['an empty text', { pem: '' }, /jwk or pem is undefined or empty/],
    ['null', { jwk: null }, /jwk or pem is undefined or empty/],
    ['a number', { pem: 7 }, /pem must be PEM text, DER, a JWK, a KeyObject or a CryptoKey$/],
    ['another text', { pem: 'abc' }, /pem is neither PEM nor DER nor a JWK, nor one of them in base64/],
    ['a symmetric key', { jwk: { kty: 'oct', k: 'AAAA' } }, /this is a symmetric key/],
    ['two things', { jwk: makeKeyPair('ES256').publicJwk, pem: 'abc' }, /give jwk or pem, not both$/],
    ['given as anything else', { publicKey: 'abc' }, /^registerKey: unknown option "publicKey"/],
  ])('is not %s', async (_, publicHalf, message) => {
    const { registry } = await managedShop()
    const registering = registry.registerKey('shop', { ...publicHalf, by } as never)
    await expectDenial(registering, 'request_invalid', message)
    expect((await registry.listKeys('shop')).keys).toEqual([])
  })

  it('may replace only an active key of the project', async () => {
    const { registry } = await managedShop()
    const jwk = makeKeyPair('ES256').publicJwk
    const register = (options: object) => registry.registerKey('shop', { jwk, by, ...options })
    await expectDenial(register({ replaces: 'x' }), 'key_not_found', 'The project "shop" has no key "x".')
    await expectDenial(
      register({ overlap: 60 }),
      'request_invalid',
      'registerKey: overlap says how long the replaced key stays good; say with replaces which key that is',
    )
    const { kid } = await registry.generateKey('shop', { by })
    await registry.revokeKey('shop', { kid, reason: 'other', by })
    await expectDenial(
      register({ replaces: kid }),
      'key_not_active',
      `The key "${kid}" is revoked; only an active key can be replaced.`,
    )
  })
})
