import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { alertEvents, type AlertEvent } from '../../lib/events/index.js'
import { CachedKeyStore, createVerifier, type VerifierEvent } from '../../lib/index.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { kidOf, mint, now, type Override } from '../helpers/mint.js'
import { platform, rival, rivalKeys, shop } from '../helpers/platform.js'

/** I know every project and every kid of yours: they stand in the tokens of each page. */
const { publicJwk: jwk, privateKey: ofTheShop } = keyPair('ES256')
const project = shop([], {
  allowedOrigins: ['https://shop.example'],
  keys: [
    { jwk, kid: kidOf('ES256') },
    { jwk, kid: 'revoked', revokedAt: now - 1_000 },
  ],
})

let alerts: AlertEvent[]
let present: (token: string, times: number, origin?: string) => Promise<void>
beforeEach(() => {
  alerts = []
  const onEvent = alertEvents({ onAlert: (alert) => alerts.push(alert) })
  const verifier = createVerifier(platform({ onEvent }, [project, rival]).options)
  present = async (token, times, origin = 'https://shop.example') => {
    for (let sent = 0; sent < times; sent++) await verifier.verify(token, { origin }).catch(() => undefined)
  }
})

const aboutProjects = () => alerts.filter(({ projectId }) => projectId !== undefined)

const ones = Buffer.alloc(64, 1)
const stranger = makeKeyPair('ES256').privateKey
const used = mint()

describe('nobody is blamed for what I send', () => {
  it.each<{ what: string; override: Override; origin?: string }>([
    { what: 'that a revoked key is in use', override: { header: { kid: 'revoked' } } },
    { what: 'that used tokens come again', override: { claims: { jti: 'one-that-was-used' } } },
    { what: 'that tokens come from elsewhere', override: {}, origin: 'https://evil.example' },
    { what: 'that many tokens are refused', override: { claims: { scope: 'everything' } } },
    { what: 'that a clock is wrong', override: { claims: { iat: now + 9, exp: now + 99 } } },
  ])('$what', async ({ override, origin }) => {
    for (const privateKey of [stranger, rivalKeys.privateKey])
      await present(mint({ ...override, privateKey }), 200, origin)
    expect(alerts).toEqual([])
  })

  it('with the claims of a good token under other claims, or its signature under mine', async () => {
    const [, payload, signature] = used.split('.')
    const header = mint({ header: { kid: 'revoked' } }).split('.')[0]
    await present([header, payload, signature].join('.'), 200)
    expect(aboutProjects()).toEqual([])
  })

  it('with tokens that my own key has signed: those are mine', async () => {
    const claims = { proj_id: 'rival', iss: 'rival', sub: 'rival' }
    await present(mint({ privateKey: rivalKeys.privateKey, header: { kid: 'key-rival' }, claims }), 30)
    expect(alerts).toMatchObject([{ rule: 'replay_burst', projectId: 'rival' }])
  })
})

it('is blamed who holds the key: the control', async () => {
  await present(mint({ privateKey: ofTheShop, header: { kid: 'revoked' } }), 1)
  expect(alerts).toMatchObject([
    { rule: 'revoked_key_used', severity: 'critical', projectId: 'shop', kid: 'revoked' },
  ])
})

afterEach(() => {
  jest.useRealTimers()
})

it.each([
  { what: 'no outage of a store that answers, if not all that I ask in time', answers: true, rules: [] },
  {
    what: 'an outage of one that does not answer: the control',
    answers: false,
    rules: ['store_unavailable'],
  },
])('is $what', async ({ answers, rules }) => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })
  const reasons = new Set<string | undefined>()
  const onEvent = [
    alertEvents({ onAlert: (alert) => alerts.push(alert), rules: ['store_unavailable'] }),
    (event: VerifierEvent) => reasons.add('reason' in event ? event.reason : undefined),
  ]
  const answer = (resolve: () => void) => {
    if (answers) globalThis.setTimeout(resolve, 600)
  }
  const keyStore = new CachedKeyStore({ find: () => new Promise<void>(answer).then(() => undefined) })
  const verifier = createVerifier(platform({ onEvent, keyStore }).options)
  const tokens = Array.from({ length: 200 }, (_, at) => {
    const name = `made-up-${at % 10}`
    const claims = { iss: name, sub: name, proj_id: name }
    return mint({ signature: ones, header: { kid: `made-up-${at}` }, claims })
  })
  const all = Promise.allSettled(tokens.map((token) => verifier.verify(token)))
  await jest.advanceTimersByTimeAsync(2_000)
  await all
  expect(reasons).toContain(answers ? 'busy' : 'key_store_late')
  expect(alerts.map(({ rule }) => rule)).toEqual(rules)
})

it('is no outage of a store that I ask for more kids than your database answers', async () => {
  const outcomes: (string | undefined)[] = []
  const onEvent = alertEvents({ onAlert: (alert) => alerts.push(alert) })
  const keyStore = new CachedKeyStore({
    find: () => setTimeout(5, undefined),
  })
  const listeners = [
    onEvent,
    (event: VerifierEvent) => outcomes.push('reason' in event ? event.reason : undefined),
  ]
  const verifier = createVerifier(platform({ onEvent: listeners, keyStore }).options)
  const tokens = Array.from({ length: 1_500 }, (_, at) =>
    mint({ signature: ones, header: { kid: `made-up-${at}` } }),
  )
  await Promise.allSettled(tokens.map((token) => verifier.verify(token)))
  expect(outcomes).toContain('busy')
  expect(alerts.filter(({ rule }) => rule !== 'probing')).toEqual([])
})
