import { beforeEach, expect, it } from '@jest/globals'
import { alertEvents, type AlertEvent } from '../../../lib/events/index.js'
import { customerHost, keySet, text } from '../../helpers/customer-host.js'
import { hostedPlatform, published, setOf } from '../../helpers/hosted-platform.js'
import { now } from '../../helpers/mint.js'
import { monotonicClock } from '../../session/other-server.js'

const host = customerHost()
let pass: (seconds: number) => void
beforeEach(() => {
  pass = monotonicClock()
  host.answer = keySet([published('key-1')])
})

const by = (kid: string, alg = 'ES256') => ({ alg, header: { kid } })
/** Longer than the cache keeps a key, and shorter than what a set is read anew after. */
const cacheTime = 31

it('1,000 first tokens at once make one read', async () => {
  const { send } = hostedPlatform(host)
  const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => send(by('key-1'))))
  expect(new Set(outcomes)).toEqual(new Set(['passes']))
  expect(host.asked).toHaveLength(1)
})

it('a customer rotates by editing one file: publishes, signs with the new key after ttl + 30 s, takes the old one out', async () => {
  const { send } = hostedPlatform(host)
  expect(await send(by('key-1'))).toBe('passes')
  host.answer = keySet([published('key-1'), published('key-2', 'EdDSA')])
  pass(330)
  expect([await send(by('key-2', 'EdDSA')), await send(by('key-1'))]).toEqual(['passes', 'passes'])
  host.answer = keySet([published('key-2', 'EdDSA')])
  pass(330)
  expect([await send(by('key-1')), await send(by('key-2', 'EdDSA'))]).toEqual([
    'token_not_verified',
    'passes',
  ])
})

it('a customer in a hurry signs with the new key at once: it passes half a minute later', async () => {
  const { send } = hostedPlatform(host)
  expect(await send(by('key-1'))).toBe('passes')
  host.answer = keySet([published('key-2', 'EdDSA')])
  expect(await send(by('key-2', 'EdDSA'))).toBe('token_not_verified')
  pass(cacheTime)
  expect(await send(by('key-2', 'EdDSA'))).toBe('passes')
  // And the old one is gone with the same read.
  expect(await send(by('key-1'))).toBe('token_not_verified')
})

it('a host that is away for half an hour is not noticed, and after an hour nobody can tell', async () => {
  const { send } = hostedPlatform(host)
  expect(await send(by('key-1'))).toBe('passes')
  host.answer = text('', 503)
  for (let minute = 0; minute < 58; minute++) {
    pass(60)
    expect(await send(by('key-1'))).toBe('passes')
  }
  pass(180)
  expect(await send(by('key-1'))).toBe('store_unavailable')
})

it('a key that the platform denies is refused at once, and its use is an alert', async () => {
  const { send, store, keyStore, verified } = hostedPlatform(host)
  const alerts: AlertEvent[] = []
  const alert = alertEvents({ onAlert: (event) => alerts.push(event) })
  expect(await send(by('key-1'))).toBe('passes')
  store.sets.set('shop', { ...setOf(host.jwksUri), denied: [{ kid: 'key-1', deniedAt: now - 60 }] })
  keyStore.invalidate('shop')
  expect(await send(by('key-1'))).toBe('token_not_verified')
  const [, refused] = verified
  expect(refused).toMatchObject({
    reason: 'key_revoked',
    signature: 'good',
    revokedAt: now - 60,
    projectId: 'shop',
  })
  if (refused !== undefined) alert(refused)
  expect(alerts).toMatchObject([{ rule: 'revoked_key_used', projectId: 'shop' }])
  expect(host.asked).toHaveLength(1)
})

it('a host that is away from the beginning: nobody can tell, and nobody is let in', async () => {
  host.answer = text('', 503)
  const { send, verified } = hostedPlatform(host)
  expect(await send(by('key-1'))).toBe('store_unavailable')
  expect(verified).toMatchObject([{ type: 'unavailable', reason: 'project_key_set_failed' }])
})

it('a key at hand costs no look into the set', async () => {
  const { send, store } = hostedPlatform(host)
  await send(by('key-1'))
  store.asked.length = 0
  for (let time = 0; time < 50; time++) expect(await send(by('key-1'))).toBe('passes')
  expect(store.asked).toEqual([])
})
