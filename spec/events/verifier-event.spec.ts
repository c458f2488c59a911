import { describe, expect, it } from '@jest/globals'
import { StoreError } from '../../lib/index.js'
import { listening } from './listening.js'
import { toldBy } from '../helpers/events.js'
import { descriptionOf, saidOf, expectRefusal, invalidClaim } from '../helpers/refusals.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { kidOf, mint, now, type Override } from '../helpers/mint.js'
import { shop } from '../helpers/platform.js'

it('tells of an accepted token', async () => {
  const { verifier, events } = listening()
  await verifier.verify(mint({ claims: { jti: 'use-a' } }))
  expect(events).toEqual([
    {
      type: 'accepted',
      ...toldBy('verify'),
      time: now,
      projectId: 'shop',
      kid: 'key-es256',
      alg: 'ES256',
      jti: 'use-a',
      scopes: ['portal:read', 'portal:write'],
      issuedAt: now - 10,
      expiresAt: now + 110,
    },
  ])
  expect(Math.abs(events[0]?.duration ?? NaN)).toBeLessThan(60)
})

it('tells of an accepted token what it was granted, from where it came, and when its key expires', async () => {
  const keys = [{ jwk: keyPair('ES256').publicJwk, kid: kidOf('ES256'), notAfter: now + 500 }]
  const { verifier, events } = listening({}, [shop([], { keys })])
  const origin = 'https://shop.example'
  await verifier.verify(mint({ claims: { scope: 'portal:read other', iat: undefined } }), { origin })
  expect(events).toMatchObject([{ scopes: ['portal:read'], origin, keyNotAfter: now + 500 }])
  expect(events[0]).not.toHaveProperty('issuedAt')
})

it('tells of a refused token, by what it said of itself', async () => {
  const { verifier, events } = listening()
  await expectRefusal(verifier.verify(mint({ claims: { iat: now - 130, exp: now - 10 } })), 'token_expired')
  expect(events).toEqual([
    {
      type: 'refused',
      ...toldBy('verify'),
      time: now,
      code: 'token_expired',
      reason: 'token_expired',
      seconds: 10,
      signature: 'unchecked',
      description: saidOf('token_expired').replace('N s', '10 s'),
      unverifiedProjectId: 'shop',
      unverifiedKid: 'key-es256',
    },
  ])
})

it('tells nothing of a token that could not be read, but that there was one', async () => {
  const { verifier, events } = listening()
  await expectRefusal(verifier.verify('rubbish'), 'token_malformed')
  expect(events).toEqual([
    {
      type: 'refused',
      ...toldBy('verify'),
      code: 'token_malformed',
      reason: 'token_malformed',
      description: descriptionOf('token_malformed'),
      signature: 'unchecked',
    },
  ])
})

it('leaves out a proj_id that is no text', async () => {
  const { verifier, events } = listening()
  const description = invalidClaim('proj_id')
  const token = mint({ claims: { proj_id: ['shop'] } })
  await expectRefusal(verifier.verify(token), 'claim_invalid', description)
  expect(events).toEqual([
    {
      type: 'refused',
      ...toldBy('verify'),
      code: 'claim_invalid',
      reason: 'claim_invalid',
      description,
      signature: 'unchecked',
      unverifiedKid: 'key-es256',
    },
  ])
})

describe('the true reason where the answer is deliberately vague', () => {
  const { publicJwk: jwk } = keyPair('ES256')
  const keys = [
    { jwk, kid: kidOf('ES256') },
    { jwk, kid: 'revoked', revokedAt: now },
    { jwk, kid: 'early', notBefore: now + 1 },
    { jwk, kid: 'late', notAfter: now },
  ]

  it.each([
    ['unknown project or key', 'key_unknown', 'unchecked', { claims: { proj_id: 'nobody', sub: 'nobody' } }],
    ['unknown project or key', 'key_unknown', 'unchecked', { header: { kid: 'nothing' } }],
    ['the key is revoked', 'key_revoked', 'good', { header: { kid: 'revoked' } }],
    ['the key is not active yet', 'key_not_active', 'good', { header: { kid: 'early' } }],
    ['the key has expired', 'key_expired', 'good', { header: { kid: 'late' } }],
    ['the algorithm is not that of the key', 'key_algorithm', 'unchecked', { header: { alg: 'EdDSA' } }],
    ['the signature does not match', 'signature_bad', 'bad', { privateKey: makeKeyPair('ES256').privateKey }],
  ])('is in the event: %s', async (cause, reason, signature, override: Override) => {
    const { verifier, events } = listening({}, [shop([], { keys })])
    await expectRefusal(verifier.verify(mint(override)), 'token_not_verified')
    expect(events).toEqual([
      expect.objectContaining({ type: 'refused', code: 'token_not_verified', cause, reason, signature }),
    ])
  })

  it('says since when a key is revoked, and whose it is, of a token that it really signed', async () => {
    const revoked = { jwk, kid: 'revoked', revokedAt: now - 7 }
    const { verifier, events } = listening({}, [shop([], { keys: [revoked] })])
    const token = mint({ header: { kid: 'revoked' }, claims: { jti: 'use-b' } })
    await expectRefusal(verifier.verify(token), 'token_not_verified')
    expect(events).toEqual([
      {
        type: 'refused',
        ...toldBy('verify'),
        code: 'token_not_verified',
        reason: 'key_revoked',
        description: descriptionOf('token_not_verified'),
        cause: 'the key is revoked',
        signature: 'good',
        projectId: 'shop',
        kid: 'revoked',
        jti: 'use-b',
        issuedAt: now - 10,
        expiresAt: now + 110,
        revokedAt: now - 7,
        seconds: 7,
      },
    ])
  })

  it.each([
    ['origin_missing', { origin: 'https://shop.example' }, undefined],
    ['origin_not_claimed', { origin: 'https://shop.example' }, 'https://evil.example'],
    ['origin_not_of_project', {}, 'https://evil.example'],
  ])('is in the event of a refused origin: %s', async (reason, claims, origin) => {
    const { verifier, events } = listening({}, [
      shop(['ES256'], { allowedOrigins: ['https://shop.example'] }),
    ])
    await expect(verifier.verify(mint({ claims }), { origin })).rejects.toMatchObject({ status: 403 })
    expect(events).toMatchObject([
      { code: 'origin_not_allowed', reason, signature: 'good', projectId: 'shop', kid: 'key-es256' },
    ])
    expect(events[0]).toHaveProperty(...((origin === undefined ? ['jti'] : ['origin', origin]) as [string]))
  })
})

it('tells of a store that cannot tell, with the message of what it threw and not its stack', async () => {
  const cause = new Error('connection refused')
  const { verifier, events } = listening({ replayStore: { consume: () => Promise.reject(cause) } })
  await expectRefusal(verifier.verify(mint({ claims: { jti: 'use-c' } })), 'store_unavailable')
  expect(events).toEqual([
    {
      type: 'unavailable',
      ...toldBy('verify'),
      time: now,
      code: 'store_unavailable',
      reason: 'replay_store_failed',
      description: descriptionOf('store_unavailable'),
      cause: 'connection refused',
      signature: 'good',
      projectId: 'shop',
      kid: 'key-es256',
      jti: 'use-c',
      issuedAt: now - 10,
      expiresAt: now + 110,
      storeSeconds: { replay: expect.any(Number) },
    },
  ])
})

it('tells of a full replay store under its own code', async () => {
  const full = new StoreError('replay_store_full', { cause: 'raise capacity' })
  const { verifier, events } = listening({ replayStore: { consume: () => Promise.reject(full) } })
  await expectRefusal(verifier.verify(mint()), 'replay_store_full')
  expect(events).toEqual([
    expect.objectContaining({ type: 'unavailable', code: 'replay_store_full', cause: 'raise capacity' }),
  ])
})

it('tells of a request without credentials, whose answer names the event, and nothing else of it', async () => {
  const { verifier, events } = listening()
  await expectRefusal(verifier.authenticate({ headers: {} }), 'credentials_missing')
  await expectRefusal(verifier.verify(undefined), 'credentials_missing')
  const event = {
    type: 'refused',
    ...toldBy('verify'),
    code: 'credentials_missing',
    reason: 'credentials_missing',
    description: descriptionOf('credentials_missing'),
    signature: 'unchecked',
  }
  expect(events).toEqual([event, event])
})

it('tells of a malformed request', async () => {
  const { verifier, events } = listening()
  const request = { headers: { authorization: 'Bearer a b' } }
  const description = 'The Bearer scheme must be followed by one token.'
  await expectRefusal(verifier.authenticate(request), 'request_malformed', description)
  expect(events).toMatchObject([{ type: 'refused', code: 'request_malformed', description }])
})

it('never holds the token or its signature, and its jti only where the signature is good', async () => {
  const { verifier, events } = listening()
  const forged = mint({ claims: { jti: 'of-a-stranger' }, privateKey: makeKeyPair('ES256').privateKey })
  await expectRefusal(verifier.verify(forged), 'token_not_verified')
  expect(JSON.stringify(events.splice(0))).not.toContain('of-a-stranger')
  const token = mint({ claims: { jti: 'use-d' } })
  await verifier.verify(token)
  await expectRefusal(verifier.verify(token), 'token_replayed')
  const reported = JSON.stringify(events)
  expect(events).toMatchObject([{ jti: 'use-d' }, { jti: 'use-d', signature: 'good', projectId: 'shop' }])
  for (const secret of token.split('.')) expect(reported).not.toContain(secret)
})

describe('a clock that is broken', () => {
  const broken: [string, () => number][] = [
    [
      'throws',
      () => {
        throw new Error('no time')
      },
    ],
    ['says NaN', () => NaN],
    ['says Infinity', () => Infinity],
    ['says nothing', () => undefined as unknown as number],
    ['says a Date', () => new Date(now * 1000) as unknown as number],
    ['says text', () => String(now) as unknown as number],
  ]

  it.each(broken)('and %s is an outage, never a pass', async (_, clock) => {
    const { verifier, events } = listening({ clock })
    await expectRefusal(verifier.verify(mint()), 'store_unavailable')
    await expectRefusal(
      verifier.authenticate({ headers: { authorization: `Bearer ${mint()}` } }),
      'store_unavailable',
    )
    // The verifier has no time of its own to tell, so the event has the system's.
    const event = expect.objectContaining({ type: 'unavailable', code: 'store_unavailable' }) as unknown
    expect(events).toEqual([event, event])
    for (const { time } of events) expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(60)
  })
})
