import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Report, RevocationsEvent } from '../../lib/events/read-event.js'
import { PulledRevocations } from '../../lib/revocations/pulled.js'
import { createSessionVerifier, type SessionVerifier } from '../../lib/session/index.js'
import { keyPair } from '../helpers/keys.js'
import { until } from '../helpers/until.js'
import { json, monotonicClock, otherServer } from '../session/other-server.js'
import { issuerName, mintSession, now, pageOrigin } from '../session/platform.js'

const issuerServer = otherServer()
let pass: (seconds: number) => void
let events: Report<RevocationsEvent>[]
let open: PulledRevocations[] = []

beforeEach(() => {
  pass = monotonicClock()
  issuerServer.asked.length = 0
  events = []
})
afterEach(() => {
  jest.restoreAllMocks()
  for (const revocations of open) revocations.close()
  open = []
})

const list = (revocations: object[] = [], generated_at = now, more: object = {}) => ({
  generated_at,
  expires_in: 60,
  revocations,
  ...more,
})

function sessions(headers?: () => Record<string, string>): SessionVerifier {
  // Not by an option: the shortest interval there is a second.
  const revocations = new PulledRevocations({
    url: new URL(`${issuerServer.url}/internal/revocations`),
    headers,
    interval: 0.02,
    maxStaleness: 60,
    clock: () => now,
    report: (event) => events.push(event),
  })
  open.push(revocations)
  return createSessionVerifier({
    issuer: issuerName,
    keys: { jwks: { keys: [{ ...keyPair('RS256').publicJwk, kid: 'platform-1', alg: 'RS256' }] } },
    revocations,
    clock: () => now,
  })
}

const outcome = (verifier: SessionVerifier, claims: Record<string, unknown> = {}) =>
  verifier.verify(mintSession({ claims: { jti: 'id-1', ...claims } }), { origin: pageOrigin }).then(
    () => 'passes',
    (error: unknown) => (error as { code?: string }).code,
  )

const reads = () => events.length

it.each<[string, object[], string]>([
  ['nothing', [], 'passes'],
  ['the project', [{ project: 'shop' }], 'session_revoked'],
  ['another project', [{ project: 'rival' }], 'passes'],
  ['the project up to then', [{ project: 'shop', before: now - 10 }], 'session_revoked'],
  ['the project up to before it was issued', [{ project: 'shop', before: now - 10.001 }], 'passes'],
  ['its key', [{ project: 'shop', kid: 'key-es256' }], 'session_revoked'],
  ['another key', [{ project: 'shop', kid: 'key-2' }], 'passes'],
  ['the key of that name of another project', [{ project: 'rival', kid: 'key-es256' }], 'passes'],
  ['the session', [{ session: 'id-1', until: now + 590 }], 'session_revoked'],
  ['another session', [{ session: 'id-2', until: now + 590 }], 'passes'],
  [
    'two entries of the project',
    [
      { project: 'shop', before: 5 },
      { project: 'shop', before: now },
    ],
    'session_revoked',
  ],
])('goes by a list with %s', async (_, revocations, expected) => {
  issuerServer.answer = json(list(revocations))
  expect(await outcome(sessions())).toBe(expected)
})

it('ends all sessions up to then where the list says so', async () => {
  issuerServer.answer = json(list([], now, { all_before: now - 10 }))
  const verifier = sessions()
  expect(await outcome(verifier)).toBe('session_revoked')
  expect(await outcome(verifier, { iat: now - 9 })).toBe('passes')
})

it('waits for the first list', async () => {
  let release: () => void = () => undefined
  issuerServer.answer = (req, res) => {
    release = () => {
      json(list())(req, res)
    }
  }
  const waiting = outcome(sessions())
  await until('it came', () => issuerServer.asked.length > 0)
  release()
  expect(await waiting).toBe('passes')
})

it('reads again by itself, and says what it reads with', async () => {
  let at = now
  issuerServer.answer = (req, res) => {
    json(list(at > now ? [{ project: 'shop' }] : [], (at += 0.001)))(req, res)
  }
  const verifier = sessions(() => ({ Authorization: 'Bearer secret' }))
  await until('it came', async () => (await outcome(verifier)) === 'session_revoked')
  expect(issuerServer.asked[0]?.headers.authorization).toBe('Bearer secret')
})

describe('closes', () => {
  it('when there never was a list', async () => {
    issuerServer.answer = json({}, 500)
    const verifier = sessions()
    expect(await outcome(verifier)).toBe('store_unavailable')
    await expect(verifier.ready()).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
  })

  it('when it was read 60 s ago, and not before', async () => {
    issuerServer.answer = json(list())
    const verifier = sessions()
    expect(await outcome(verifier)).toBe('passes')
    issuerServer.answer = json({}, 500)
    pass(59)
    expect(await outcome(verifier)).toBe('passes')
    pass(2)
    expect(await outcome(verifier)).toBe('store_unavailable')
  })

  it.each<[string, () => void]>([
    [
      'frozen',
      () => {
        issuerServer.answer = json(list())
      },
    ],
    [
      'rolled back',
      () => {
        issuerServer.answer = json(list([], now - 5))
      },
    ],
    [
      'of another clock',
      () => {
        issuerServer.answer = json(list([], now + 61))
      },
    ],
    [
      'HTML',
      () => {
        issuerServer.answer = (_, res) => res.end('<html>')
      },
    ],
    [
      'of 50 MB',
      () => {
        issuerServer.answer = (_, res) => {
          res.write('{"generated_at":1,"revocations":[')
          for (let at = 0; at < 50; at++) res.write(' '.repeat(1_048_576))
          res.end(']}')
        }
      },
    ],
    [
      'with an entry that is not understood',
      () => {
        issuerServer.answer = json(list([{ tenant: 'shop' }], now + 1))
      },
    ],
    [
      'with a time that is text',
      () => {
        issuerServer.answer = json(list([{ project: 'shop', before: '1' }], now + 1))
      },
    ],
    [
      'without its time',
      () => {
        issuerServer.answer = json({ revocations: [] })
      },
    ],
    [
      'from elsewhere',
      () => {
        issuerServer.answer = (_, res) => res.writeHead(302, { Location: '/' }).end()
      },
    ],
    [
      '404',
      () => {
        issuerServer.answer = json({}, 404)
      },
    ],
  ])('when the list is %s', async (_, prepare) => {
    issuerServer.answer = json(list())
    const verifier = sessions()
    expect(await outcome(verifier)).toBe('passes')
    prepare()
    const before = reads()
    pass(61)
    // What is at hand is too old, and none of these renews it.
    await until('it came', () => reads() > before)
    expect(await outcome(verifier)).toBe('store_unavailable')
    expect(events.map(({ type }) => type)).toContain('revocations.failed')
  })
})

it('goes on where the function headers takes for ever, throws, or gives what is none', async () => {
  issuerServer.answer = json(list())
  const secret = 'Bearer s3cr3t\npart'
  for (const headers of [
    () => new Promise<never>(() => undefined),
    () => Promise.reject(new Error('no rights')),
    () => ({ Authorization: secret }),
  ]) {
    jest
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValue(AbortSignal.abort(new DOMException('late', 'TimeoutError')))
    const verifier = sessions(headers as never)
    expect(await outcome(verifier)).toBe('store_unavailable')
  }
  expect(JSON.stringify(events)).not.toContain('s3cr3t')
})

it('counts the age of a list from when it was made, where it was old when it came', async () => {
  issuerServer.answer = json(list([], now - 50))
  const verifier = sessions()
  expect(await outcome(verifier)).toBe('passes')
  issuerServer.answer = json({}, 500)
  pass(21)
  expect(await outcome(verifier)).toBe('store_unavailable')
})

it('opens again with the next good list', async () => {
  issuerServer.answer = json({}, 500)
  const verifier = sessions()
  expect(await outcome(verifier)).toBe('store_unavailable')
  issuerServer.answer = json(list())
  await until('it came', async () => (await outcome(verifier)) === 'passes')
})
