import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { keyPair } from '../../helpers/keys.js'
import {
  createSessionVerifier,
  type SessionVerifier,
  type SessionVerifierEvent,
  type SessionVerifierOptions,
} from '../../../lib/session/index.js'
import { json, monotonicClock, otherServer } from '../other-server.js'
import { issuerName, mintSession, now, pageOrigin } from '../platform.js'

const issuerServer = otherServer()
const jwk = (kid = 'platform-1', alg = 'RS256') => ({ ...keyPair(alg).publicJwk, kid, alg, use: 'sig' })
let pass: (seconds: number) => void
let events: SessionVerifierEvent[]

beforeEach(() => {
  pass = monotonicClock()
  issuerServer.asked.length = 0
  issuerServer.answer = json({ keys: [jwk()] })
  events = []
})
afterEach(() => {
  jest.restoreAllMocks()
})

const sessions = (override: Partial<SessionVerifierOptions> = {}): SessionVerifier =>
  createSessionVerifier({
    issuer: issuerName,
    keys: { jwksUri: `${issuerServer.url}/jwks` },
    clock: () => now,
    onEvent: (event) => events.push(event),
    ...override,
  })

/** `passes`, or the code of the refusal. */
const outcome = (verifier: SessionVerifier, kid = 'platform-1') =>
  verifier.verify(mintSession({ header: { kid } }), { origin: pageOrigin }).then(
    () => 'passes',
    (error: unknown) => (error as { code?: string }).code,
  )

const when = { id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown, time: expect.any(Number) as unknown }

it('reads nothing before somebody asks, and then once for all', async () => {
  const verifier = sessions()
  expect(issuerServer.asked).toHaveLength(0)
  expect(await Promise.all(Array.from({ length: 50 }, () => outcome(verifier)))).toEqual(
    Array.from({ length: 50 }, () => 'passes'),
  )
  expect(issuerServer.asked).toHaveLength(1)
  expect(events).toContainEqual({ type: 'key_set.read', ...when, keys: 1, dropped: 0 })
})

it('reads again after five minutes, and refuses a key that is gone', async () => {
  const verifier = sessions()
  await outcome(verifier)
  issuerServer.answer = json({ keys: [jwk('platform-2')] })
  pass(299)
  await outcome(verifier)
  pass(10)
  expect(await outcome(verifier)).toBe('token_not_verified')
})

it('reads the set for an unknown kid, once in 30 s, and known ones go on', async () => {
  const verifier = sessions()
  await outcome(verifier)
  pass(31)
  for (let time = 0; time < 100; time++) {
    expect(await outcome(verifier, `made-up-${time}`)).toBe('token_not_verified')
    expect(await outcome(verifier)).toBe('passes')
  }
  expect(issuerServer.asked).toHaveLength(2)
})

it('knows a new key of the issuer at once, 30 s after the last read', async () => {
  const verifier = sessions()
  await outcome(verifier)
  issuerServer.answer = json({ keys: [jwk(), jwk('platform-2')] })
  pass(31)
  expect(await outcome(verifier, 'platform-2')).toBe('passes')
})

describe('while the set cannot be read', () => {
  it('the last one serves for an hour, then the answer is 503', async () => {
    const verifier = sessions()
    await outcome(verifier)
    issuerServer.answer = json({}, 500)
    pass(301)
    expect(await outcome(verifier)).toBe('passes')
    pass(3_200)
    expect(await outcome(verifier)).toBe('passes')
    pass(100)
    expect(await outcome(verifier)).toBe('store_unavailable')
    issuerServer.answer = json({ keys: [jwk()] })
    pass(31)
    expect(await outcome(verifier)).toBe('passes')
  })

  it('what it does not have cannot be told', async () => {
    const verifier = sessions()
    await outcome(verifier)
    issuerServer.answer = json({}, 500)
    pass(31)
    expect(await outcome(verifier, 'new')).toBe('store_unavailable')
    expect(await outcome(verifier)).toBe('passes')
  })

  it('it is asked once in 30 s', async () => {
    const verifier = sessions()
    await outcome(verifier)
    issuerServer.answer = json({}, 500)
    pass(31)
    for (let time = 0; time < 20; time++) await outcome(verifier, 'new')
    expect(issuerServer.asked).toHaveLength(2)
  })

  it('a service that begins before its issuer waits a second', async () => {
    issuerServer.answer = json({}, 503)
    const verifier = sessions()
    expect(await outcome(verifier)).toBe('store_unavailable')
    issuerServer.answer = json({ keys: [jwk()] })
    expect(await outcome(verifier)).toBe('store_unavailable')
    pass(1)
    expect(await outcome(verifier)).toBe('passes')
  })
})

describe('takes no set', () => {
  it.each<[string, () => void, RegExp]>([
    [
      'that is HTML',
      () => {
        issuerServer.answer = (_, res) => res.end('<html>')
      },
      /no JSON/,
    ],
    [
      'that is a list',
      () => {
        issuerServer.answer = json([jwk()])
      },
      /no JSON object/,
    ],
    [
      'without keys',
      () => {
        issuerServer.answer = json({ key: [] })
      },
      /has no keys/,
    ],
    [
      'with nothing usable',
      () => {
        issuerServer.answer = json({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'platform-1' }] })
      },
      /no usable key/,
    ],
    [
      'with two keys of one kid',
      () => {
        issuerServer.answer = json({ keys: [jwk(), jwk('platform-1', 'ES256')] })
      },
      /no usable key/,
    ],
    [
      'with a private key',
      () => {
        issuerServer.answer = json({
          keys: [{ ...keyPair('RS256').privateKey.export({ format: 'jwk' }), kid: 'platform-1' }],
        })
      },
      /no usable key/,
    ],
    [
      'from elsewhere',
      () => {
        issuerServer.answer = (_, res) => res.writeHead(302, { Location: `${issuerServer.url}/other` }).end()
      },
      /redirect/,
    ],
    [
      'of 262,145 bytes',
      () => {
        issuerServer.answer = (_, res) => res.end(`{"keys":[]${' '.repeat(262_140)}}`)
      },
      /more than 262144 bytes/,
    ],
    [
      'that is no UTF-8',
      () => {
        issuerServer.answer = (_, res) => res.end(Buffer.from([0x7b, 0xff, 0x7d]))
      },
      /cannot be read/,
    ],
  ])('%s', async (_, prepare, cause) => {
    prepare()
    expect(await outcome(sessions())).toBe('store_unavailable')
    expect(events).toContainEqual({
      type: 'key_set.failed',
      ...when,
      cause: expect.stringMatching(cause) as unknown,
    })
  })

  it('that comes too late', async () => {
    const late = jest
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValue(AbortSignal.abort(new DOMException('late', 'TimeoutError')))
    expect(await outcome(sessions())).toBe('store_unavailable')
    expect(late).toHaveBeenCalledWith(3_000)
  })
})

it('leaves out keys for other uses, and says how many', async () => {
  issuerServer.answer = json({ keys: [jwk(), { ...jwk('enc'), use: 'enc' }, { kty: 'XXX' }, null] })
  expect(await outcome(sessions())).toBe('passes')
  expect(events).toContainEqual({ type: 'key_set.read', ...when, keys: 1, dropped: 3 })
})

describe('by the metadata of the issuer', () => {
  const fromHere = () => mintSession({ claims: { iss: issuerServer.url, aud: issuerServer.url } })

  it('needs nothing but its name', async () => {
    issuerServer.answer = (req, res) => {
      const isMetadata = req.url === '/.well-known/oauth-authorization-server'
      json(
        isMetadata ? { issuer: issuerServer.url, jwks_uri: `${issuerServer.url}/keys` } : { keys: [jwk()] },
      )(req, res)
    }
    const verifier = createSessionVerifier({ issuer: issuerServer.url, clock: () => now })
    await verifier.ready()
    await expect(verifier.verify(fromHere(), { origin: pageOrigin })).resolves.toBeDefined()
    expect(issuerServer.asked.map(({ url }) => url)).toEqual([
      '/.well-known/oauth-authorization-server',
      '/keys',
    ])
  })

  it.each<[string, () => object]>([
    ['of another issuer', () => ({ issuer: 'https://evil.example', jwks_uri: `${issuerServer.url}/keys` })],
    [
      'whose keys come by http from elsewhere',
      () => ({ issuer: issuerServer.url, jwks_uri: 'http://192.0.2.1/keys' }),
    ],
    ['without an address', () => ({ issuer: issuerServer.url })],
  ])('takes no metadata %s', async (_, metadata) => {
    issuerServer.answer = json(metadata())
    const verifier = createSessionVerifier({ issuer: issuerServer.url, clock: () => now })
    await expect(verifier.ready()).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(issuerServer.asked).toHaveLength(1)
  })
})
