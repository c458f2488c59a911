import { describe, expect, it } from '@jest/globals'
import { createVerifier, StoreError, type VerifierOptions } from '../../lib/index.js'
import { descriptionOf, saidOf, expectRefusal, invalidClaim } from '../helpers/refusals.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { kidOf, mint, now } from '../helpers/mint.js'
import { platform, rival, shop } from '../helpers/platform.js'

/** A verifier of the tests and what its listener was told. */
function listening(override: Partial<VerifierOptions> = {}, projects = [shop(), rival]) {
  const { options, events, clock } = platform(override, projects)
  return { verifier: createVerifier(options), events, clock }
}

it('tells of an accepted token', async () => {
  const { verifier, events } = listening()
  await verifier.verify(mint())
  expect(events).toEqual([{ type: 'accepted', time: now, projectId: 'shop', kid: 'key-es256', alg: 'ES256' }])
})

it('tells of a refused token, by what it said of itself', async () => {
  const { verifier, events } = listening()
  await expectRefusal(verifier.verify(mint({ claims: { iat: now - 130, exp: now - 10 } })), 'token_expired')
  expect(events).toEqual([
    {
      type: 'refused',
      time: now,
      code: 'token_expired',
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
    { type: 'refused', time: now, code: 'token_malformed', description: descriptionOf('token_malformed') },
  ])
})

it('leaves out a proj_id that is no text', async () => {
  const { verifier, events } = listening()
  const description = invalidClaim('proj_id')
  const token = mint({ claims: { proj_id: ['shop'] } })
  await expectRefusal(verifier.verify(token), 'claim_invalid', description)
  expect(events).toEqual([
    { type: 'refused', time: now, code: 'claim_invalid', description, unverifiedKid: 'key-es256' },
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
    ['unknown project or key', { claims: { proj_id: 'nobody', sub: 'nobody' } }],
    ['unknown project or key', { header: { kid: 'nothing' } }],
    ['the key is revoked', { header: { kid: 'revoked' } }],
    ['the key is not active yet', { header: { kid: 'early' } }],
    ['the key has expired', { header: { kid: 'late' } }],
    ['the algorithm is not that of the key', { header: { alg: 'EdDSA' } }],
    ['the signature does not match', { privateKey: makeKeyPair('ES256').privateKey }],
  ])('is in the event: %s', async (cause, override) => {
    const { verifier, events } = listening({}, [shop([], { keys })])
    await expectRefusal(verifier.verify(mint(override)), 'token_not_verified')
    expect(events).toEqual([expect.objectContaining({ type: 'refused', code: 'token_not_verified', cause })])
  })
})

it('tells of a store that cannot tell, with the message of what it threw and not its stack', async () => {
  const cause = new Error('connection refused')
  const { verifier, events } = listening({ replayStore: { consume: () => Promise.reject(cause) } })
  await expectRefusal(verifier.verify(mint()), 'store_unavailable')
  expect(events).toEqual([
    {
      type: 'unavailable',
      time: now,
      code: 'store_unavailable',
      description: descriptionOf('store_unavailable'),
      cause: 'connection refused',
      unverifiedProjectId: 'shop',
      unverifiedKid: 'key-es256',
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

it('says nothing of a request without credentials: there is no token to speak of', async () => {
  const { verifier, events } = listening()
  await expectRefusal(verifier.authenticate({ headers: {} }), 'credentials_missing')
  await expectRefusal(verifier.verify(undefined), 'credentials_missing')
  expect(events).toEqual([])
})

it('tells of a malformed request', async () => {
  const { verifier, events } = listening()
  const request = { headers: { authorization: 'Bearer a b' } }
  const description = 'The Bearer scheme must be followed by one token.'
  await expectRefusal(verifier.authenticate(request), 'request_malformed', description)
  expect(events).toEqual([{ type: 'refused', time: now, code: 'request_malformed', description }])
})

describe('text that a caller chose', () => {
  it.each([
    ['a line end', 'a\r\nb'],
    ['a terminal escape', '\x1b[31mred'],
    ['text that turns direction', 'a\u202eb'],
    ['text that looks escaped', 'a\\u000a'],
    ['letters that are not ASCII', 'café'],
    ['a character of two units', 'a😀'],
    ['all that a kid can have', 'k'.repeat(256)],
  ])('is in the event as it is: %s', async (_, said) => {
    const { verifier, events } = listening()
    const token = mint({ header: { kid: said }, claims: { proj_id: said, sub: said } })
    await expectRefusal(verifier.verify(token), 'token_not_verified')
    expect(events).toEqual([expect.objectContaining({ unverifiedProjectId: said, unverifiedKid: said })])
  })

  it.each([
    ['at 256 characters', 'p'.repeat(257), 'p'.repeat(256)],
    ['before a character of which only a half would be left', 'p'.repeat(255) + '😀', 'p'.repeat(255)],
    ['after a character that ends there', 'p'.repeat(254) + '😀😀', 'p'.repeat(254) + '😀'],
  ])('is cut %s', async (_, said, unverifiedProjectId) => {
    const { verifier, events } = listening()
    await expectRefusal(
      verifier.verify(mint({ claims: { proj_id: said, sub: undefined } })),
      'token_not_verified',
    )
    expect(events).toEqual([expect.objectContaining({ unverifiedProjectId })])
  })

  it('is in the event of an accepted token too: a customer names his own keys', async () => {
    const kid = 'key\u202e\u2028'
    const keys = [{ jwk: keyPair('ES256').publicJwk, kid }]
    const { verifier, events } = listening({}, [{ id: 'café', keys }])
    await verifier.verify(mint({ header: { kid }, claims: { iss: 'café', sub: 'café', proj_id: 'café' } }))
    expect(events).toEqual([{ type: 'accepted', time: now, projectId: 'café', kid, alg: 'ES256' }])
  })

  it.each([
    ['as it is', 'no answer about \u202ea', 'no answer about \u202ea'],
    ['with halves of characters', 'a \ud83d b', 'a \ud83d b'],
    ['cut', 'x'.repeat(300), 'x'.repeat(256)],
  ])('is in what a store says of it, %s', async (_, message, cause) => {
    const { verifier, events } = listening({ keyStore: { find: () => Promise.reject(new Error(message)) } })
    await expectRefusal(verifier.verify(mint()), 'store_unavailable')
    expect(events).toEqual([expect.objectContaining({ cause })])
  })
})

it('never holds the token, its jti or its signature', async () => {
  const { verifier, events } = listening()
  const token = mint({ claims: { jti: 'a-very-private-jti' } })
  await verifier.verify(token)
  await expectRefusal(verifier.verify(token), 'token_replayed')
  const reported = JSON.stringify(events)
  expect(events).toHaveLength(2)
  for (const secret of [...token.split('.'), 'a-very-private-jti']) expect(reported).not.toContain(secret)
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
