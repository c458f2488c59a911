import { beforeEach, expect, it, jest } from '@jest/globals'
import type { HostedKeySet } from '../../../lib/index.js'
import { customerHost, keySet, text } from '../../helpers/customer-host.js'
import { hostedPlatform, published, setOf } from '../../helpers/hosted-platform.js'
import { keyPair } from '../../helpers/keys.js'
import { thumbprint } from '../../../lib/jwk/thumbprint.js'
import { until } from '../../helpers/until.js'
import { monotonicClock } from '../../session/other-server.js'

const host = customerHost()
let pass: (seconds: number) => void
beforeEach(() => {
  pass = monotonicClock()
  host.answer = text('', 503)
})

/** What another process has read so many seconds ago. */
const copied = (age: number, kid = 'key-1', alg: 'ES256' | 'RS256' = 'ES256'): HostedKeySet => ({
  ...setOf(host.jwksUri),
  copy: { age, keys: [{ kid, alg, publicJwk: keyPair(alg).publicJwk }] },
})

/** A process that has read nothing yet. */
function cold(set: HostedKeySet) {
  const platform = hostedPlatform(host)
  platform.store.sets.set('shop', set)
  return platform
}

it('a process that starts while the host is down works by the copy of the store, and without one it does not', async () => {
  const { found, send } = cold(copied(900))
  expect([await found('key-1'), await send({ header: { kid: 'key-1' } })]).toEqual(['key-1', 'passes'])
  expect(await found('other')).toBe('project_key_set_failed')
  expect(await cold(setOf(host.jwksUri)).found('key-1')).toBe('project_key_set_failed')
})

it('so it does while the host does not answer at all', async () => {
  const asked = new Promise<void>((resolve) => {
    host.answer = () => {
      resolve()
    }
  })
  const { found } = cold(copied(900))
  const outcome = found('key-1')
  await asked
  await jest.advanceTimersByTimeAsync(1_500)
  expect(await outcome).toBe('key-1')
})

it('a copy that is newer than ttl serves at once, and others than its keys are looked for', async () => {
  host.answer = keySet([published('key-1'), published('key-2', 'EdDSA')])
  const { found } = cold(copied(60))
  expect([await found('key-1'), host.resolved]).toEqual(['key-1', []])
  expect(await found('key-2')).toBe('key-2')
})

it('a good read counts more than a copy: what is gone is gone', async () => {
  host.answer = keySet([published('key-2', 'EdDSA')])
  const { found } = cold(copied(900))
  expect([await found('key-1'), await found('key-2')]).toEqual(['none', 'key-2'])
})

it('a copy serves no longer than staleIfError, from when it was read', async () => {
  const { found } = cold(copied(3_500))
  expect(await found('key-1')).toBe('key-1')
  pass(101)
  expect(await found('key-1')).toBe('project_key_set_failed')
  expect(await cold(copied(3_601)).found('key-1')).toBe('project_key_set_failed')
})

it('a copy of the future, by the clock of another machine, serves no longer than one of now', async () => {
  host.answer = keySet([])
  const { found } = cold(copied(-1_000))
  expect(await found('key-1')).toBe('key-1')
  pass(301)
  expect(await found('key-1')).toBe('none')
})

it('a copy does not bring an old key back to a process that has read the set', async () => {
  host.answer = keySet([published('key-2', 'EdDSA')])
  const { found, store } = cold(setOf(host.jwksUri))
  expect(await found('key-2')).toBe('key-2')
  store.sets.set('shop', copied(0))
  expect(await found('key-1')).toBe('none')
})

it('the kids of a copy stand for their keys, which are not tried again', async () => {
  host.answer = keySet([published('key-1', 'EdDSA'), published('rsa', 'RS256')])
  const other = cold(copied(900))
  expect(await other.found('key-1')).toBe('none')
  expect(other.dropped()).toEqual([{ kid: 'key-1', reason: 'other_material' }])

  const { found, events } = cold(copied(900, 'rsa', 'RS256'))
  expect(await found('rsa')).toBe('rsa')
  await until('the read is told', () => events.length > 0)
  expect(events).toMatchObject([{ newKids: ['key-1'] }])
})

it('a key that is revoked is revoked under each kid', async () => {
  host.answer = keySet([published('renamed'), published('key-2', 'EdDSA')])
  const denied = [{ kid: 'key-1', deniedAt: 7, thumbprint: thumbprint(keyPair('ES256').publicJwk) }]
  const { jwks } = cold({ ...setOf(host.jwksUri), denied })
  expect(await jwks.find('shop', 'renamed')).toMatchObject({ revokedAt: 0 })
  expect(await jwks.find('shop', 'key-2')).not.toHaveProperty('revokedAt')
})

it('a copy with a row that is no key counts as none: the set is read', async () => {
  const { keys = [], age = 0 } = copied(10).copy ?? {}
  const broken = { kid: 'key-0', alg: 'ES256', publicJwk: null }
  host.answer = keySet([published('key-1')])
  const { found } = cold({ ...copied(10), copy: { age, keys: [...keys, broken as never] } })
  expect([await found('key-1'), host.asked.length]).toEqual(['key-1', 1])
})
