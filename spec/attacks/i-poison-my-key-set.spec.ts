import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { alertEvents, type AlertEvent } from '../../lib/events/index.js'
import type { KeySetReadEvent } from '../../lib/index.js'
import { keyChecks } from '../../lib/keys/jwks/key-checks.js'
import { customerHost, keySet } from '../helpers/customer-host.js'
import { hostedPlatform, published, setOf } from '../helpers/hosted-platform.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { primeOf2203Bits } from '../helpers/rsa-numbers.js'
import { monotonicClock } from '../session/other-server.js'

const host = customerHost()
let pass: (seconds: number) => void
beforeEach(() => {
  pass = monotonicClock()
})

const honest = published()
const newKey = (kid?: string) => ({ ...makeKeyPair('ES256').publicJwk, ...(kid !== undefined && { kid }) })
const privateJwk = (kid: string) => ({ ...keyPair('ES384').privateKey.export({ format: 'jwk' }), kid })

/** Reads a set of these entries, and says what was dropped and whether the honest key still works. */
async function read(entries: readonly unknown[]) {
  host.answer = keySet(entries)
  const platform = hostedPlatform(host)
  const honest = await platform.send()
  return { ...platform, honest, dropped: platform.dropped(), droppedNow: platform.dropped }
}

describe('an entry that is no good is left out and told of, and the others work', () => {
  const { d } = keyPair('ES384').privateKey.export({ format: 'jwk' })
  const prime = Buffer.from(primeOf2203Bits.toString(16).padStart(552, '0'), 'hex').toString('base64url')

  it.each<[string, unknown, object]>([
    ['a private key', privateJwk('mine'), { kid: 'mine', reason: 'private' }],
    ['a private key in capitals', { ...newKey('mine'), D: d }, { kid: 'mine', reason: 'private' }],
    [
      'a private key in PEM',
      { kid: 'mine', private_key: keyPair('ES384').privateKey.export({ format: 'pem', type: 'pkcs8' }) },
      { kid: 'mine', reason: 'private' },
    ],
    [
      'PEM in the place of an entry',
      keyPair('ES384').privateKey.export({ format: 'pem', type: 'pkcs8' }),
      { reason: 'private' },
    ],
    [
      'a shared secret',
      { kty: 'oct', k: 'c2VjcmV0', kid: 'hmac', alg: 'HS256' },
      { kid: 'hmac', reason: 'symmetric' },
    ],
    ['the shared secret of nobody', { kty: 'oct', kid: 'hmac' }, { kid: 'hmac', reason: 'symmetric' }],
    ['a key for encryption', { ...newKey('enc'), use: 'enc' }, { kid: 'enc', reason: 'not_admitted' }],
    [
      'a key of another algorithm',
      { ...newKey('other'), alg: 'ES384' },
      { kid: 'other', reason: 'not_admitted' },
    ],
    [
      'a key of HMAC by its name',
      { ...newKey('other'), alg: 'HS256' },
      { kid: 'other', reason: 'not_admitted' },
    ],
    [
      'a point that is not on the curve',
      { ...newKey('off'), y: newKey().y },
      { kid: 'off', reason: 'not_admitted' },
    ],
    [
      'RSA of 1,024 bits',
      {
        ...generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ format: 'jwk' }),
        kid: 'short',
      },
      { kid: 'short', reason: 'not_admitted' },
    ],
    [
      'an RSA modulus that is a prime',
      { kty: 'RSA', n: prime, e: 'AQAB', kid: 'prime' },
      { kid: 'prime', reason: 'not_admitted' },
    ],
    ['a kid that is no text', { ...newKey(), kid: 7 }, { reason: 'not_admitted' }],
    ['a kid of 257 characters', newKey('k'.repeat(257)), { kid: 'k'.repeat(256), reason: 'not_admitted' }],
    ['nothing', null, { reason: 'not_admitted' }],
    ['a list', [newKey('list')], { reason: 'not_admitted' }],
    ['an empty object', {}, { reason: 'not_admitted' }],
  ])('%s', async (_, entry, dropped) => {
    for (const entries of [
      [entry, honest],
      [honest, entry],
    ]) {
      expect(await read(entries)).toMatchObject({ honest: 'passes', dropped: [dropped] })
    }
  })

  it('a private key in a text of 8,192 characters, and one that is longer is not looked through', async () => {
    const pem = String(keyPair('ES384').privateKey.export({ format: 'pem', type: 'pkcs8' }))
    for (const [length, reason] of [
      [8_192, 'private'],
      [8_193, 'not_admitted'],
    ] as const) {
      const outcome = await read([pem.padStart(length, '\n'), honest])
      expect(outcome).toMatchObject({ honest: 'passes', dropped: [{ reason }] })
    }
  })

  it('a shared secret beside the list', async () => {
    host.answer = (_, res) => res.end(JSON.stringify({ keys: [honest], kty: 'oct', k: 'c2VjcmV0' }))
    const { send, dropped } = hostedPlatform(host)
    expect(await send()).toBe('passes')
    expect(dropped()).toEqual([{ reason: 'symmetric' }])
  })

  it('a private key beside the list', async () => {
    host.answer = (_, res) =>
      res.end(
        JSON.stringify({ keys: [honest], backup: { keys: [privateJwk('mine')] }, key: privateJwk('mine') }),
      )
    const { send, dropped } = hostedPlatform(host)
    expect(await send()).toBe('passes')
    expect(dropped()).toEqual([{ reason: 'private' }])
  })
})

it('an RSA modulus that is a prime, at each read: it is tried once', async () => {
  const run = jest.spyOn(keyChecks, 'run')
  const n = Buffer.from(primeOf2203Bits.toString(16).padStart(552, '0'), 'hex').toString('base64url')
  const { found, droppedNow } = await read([honest, { kty: 'RSA', n, e: 'AQAB', kid: 'prime' }])
  for (let time = 0; time < 3; time++) {
    pass(301)
    expect(await found('prime')).toBe('none')
    expect(droppedNow()).toEqual([{ kid: 'prime', reason: 'not_admitted' }])
  }
  expect([host.asked.length, run.mock.calls.length]).toEqual([4, 1])
})

it('two entries with one kid: neither is used, in whatever order, and also where one of them is no good', async () => {
  const other = newKey(honest.kid)
  for (const entries of [
    [honest, other],
    [other, honest],
    [honest, honest],
    [honest, ...Array.from({ length: 30 }, () => newKey()), other],
  ]) {
    const { honest: outcome, dropped } = await read(entries)
    expect(outcome).toBe('token_not_verified')
    expect(dropped).toContainEqual({ kid: honest.kid, reason: 'duplicate_kid' })
  }
  const { honest: outcome, dropped } = await read([honest, privateJwk(honest.kid)])
  expect(outcome).toBe('token_not_verified')
  expect(dropped).toEqual([
    { kid: honest.kid, reason: 'private' },
    { kid: honest.kid, reason: 'duplicate_kid' },
  ])
})

it('an entry that takes the thumbprint of another one as its kid: neither is used', async () => {
  const { kid, ...unnamed } = honest
  host.answer = keySet([unnamed])
  const first = hostedPlatform(host)
  expect(await first.found(kid)).toBe('none')
  const [thumbprint = ''] = (first.events[0] as KeySetReadEvent).newKids ?? []
  expect(await first.found(thumbprint)).toBe(thumbprint)
  const second = await read([unnamed, newKey(thumbprint)])
  expect(await second.found(thumbprint)).toBe('none')
  expect(second.dropped).toContainEqual({ kid: thumbprint, reason: 'duplicate_kid' })
})

describe('a kid that stood for another key', () => {
  it('is not used, and the key that it stood for comes back', async () => {
    const { send, droppedNow, found } = await read([honest])
    const other = newKey(honest.kid)
    host.answer = keySet([other])
    pass(301)
    expect(await found(honest.kid)).toBe('none')
    expect(droppedNow()).toEqual([{ kid: honest.kid, reason: 'other_material' }])
    host.answer = keySet([honest])
    pass(301)
    expect(await found(honest.kid)).toBe(honest.kid)
    expect(await send()).toBe('passes')
  })

  it('is not used at another address either', async () => {
    const { store, found, droppedNow } = await read([honest])
    host.answer = keySet([newKey(honest.kid)])
    store.sets.set('shop', setOf(`${host.jwksUri}?2`))
    expect(await found(honest.kid)).toBe('none')
    expect(droppedNow()).toEqual([{ kid: honest.kid, reason: 'other_material' }])
  })

  it('stands for the same key with another algorithm', async () => {
    const rsa = { ...published('rsa', 'RS256'), alg: 'RS256' }
    const { found, jwks } = await read([rsa])
    expect(await found('rsa')).toBe('rsa')
    host.answer = keySet([{ ...rsa, alg: 'PS256' }])
    pass(301)
    await found('rsa')
    expect(await jwks.find('shop', 'rsa')).toMatchObject({ alg: 'PS256' })
  })
})

it('21 keys: the first 20 work, the last one is told of', async () => {
  const keys = Array.from({ length: 21 }, (_, at) => newKey(`key-${at}`))
  const { found, dropped, events } = await read(keys)
  expect([await found('key-19'), await found('key-20')]).toEqual(['key-19', 'none'])
  expect(dropped).toEqual([{ kid: 'key-20', reason: 'too_many' }])
  expect(events).toMatchObject([{ keys: 20, dropped: 1 }])
})

it('new keys at each read: after 1,000 kids there are no more, and those that are known go on', async () => {
  const { found, droppedNow, events, store } = await read([honest])
  const jwk = newKey()
  for (let time = 0; time < 53; time++) {
    host.answer = keySet([
      honest,
      ...Array.from({ length: 19 }, (_, at) => ({ ...jwk, kid: `${time}-${at}` })),
    ])
    // At another address, so that no time has to pass.
    store.sets.set('shop', setOf(`${host.jwksUri}?${time}`))
    expect(await found(honest.kid)).toBe(honest.kid)
  }
  const kids = events.flatMap((event) => (event.type === 'key_set.read' ? (event.newKids ?? []) : []))
  expect(kids).toHaveLength(1_000)
  expect(droppedNow()).toHaveLength(53 * 19 + 1 - 1_000)
  expect(droppedNow()).toContainEqual({ kid: '52-18', reason: 'too_many' })
})

describe('what is told', () => {
  it('has nothing of a key in it, and 20 entries at most, private keys first', async () => {
    const bad = Array.from({ length: 60 }, (_, at) => ({ ...newKey(`enc-${at}`), use: 'enc' }))
    const { events, dropped } = await read([
      ...bad,
      honest,
      privateJwk('mine'),
      { kty: 'oct', k: 'c2VjcmV0LXNlY3JldA', kid: 'hmac' },
    ])
    expect(dropped).toHaveLength(20)
    expect(dropped?.[0]).toEqual({ kid: 'mine', reason: 'private' })
    const [event] = events
    expect(event).toEqual({
      type: 'key_set.read',
      id: expect.any(String),
      time: expect.any(Number),
      projectId: 'shop',
      keys: 0,
      dropped: 63,
      droppedKeys: dropped,
      newKids: [],
    })
    const { d = '', x = '' } = privateJwk('mine') as { d?: string; x?: string }
    const written = JSON.stringify(events)
    for (const secret of [d, x, 'c2VjcmV0LXNlY3JldA', ...bad.map((jwk) => String(jwk.x))])
      expect(written).not.toContain(secret)
  })

  it('of a private key is an alert, at once', async () => {
    const alerts: AlertEvent[] = []
    host.answer = keySet([honest, privateJwk('mine')])
    const { send } = hostedPlatform(host, {
      onEvent: alertEvents({ onAlert: (alert) => alerts.push(alert) }),
    })
    expect(await send()).toBe('passes')
    expect(alerts).toMatchObject([
      {
        type: 'alert.raised',
        rule: 'private_key_published',
        severity: 'critical',
        projectId: 'shop',
        kid: 'mine',
        count: 1,
      },
    ])
  })
})
