import { beforeEach, expect, it, jest } from '@jest/globals'
import { KeptSets } from '../../../lib/keys/jwks/kept-sets.js'
import { customerHost, keySet } from '../../helpers/customer-host.js'
import { hostedPlatform, published, setOf } from '../../helpers/hosted-platform.js'

const host = customerHost()
beforeEach(() => {
  host.answer = keySet([published('key-1')])
})

it('forgets the one that was not used for longest, when there are too many', () => {
  const sets = new KeptSets<{ size: number }>({ maxSets: 3, maxKids: 1_000 })
  for (const name of ['a', 'b', 'c']) sets.set(name, { size: 2 })
  sets.get('a')
  sets.set('d', { size: 2 })
  expect(['a', 'b', 'c', 'd'].map((name) => sets.get(name)?.size)).toEqual([2, undefined, 2, 2])
})

it('forgets it when together they remember too much, also where one of them has grown', () => {
  const sets = new KeptSets<{ size: number }>({ maxSets: 100, maxKids: 1_000 })
  const growing = { size: 10 }
  sets.set('growing', growing)
  for (let at = 0; at < 50; at++) sets.set(`set-${at}`, { size: 9 })
  expect(sets.get('set-0')).toBeDefined()
  growing.size = 700
  sets.measure('growing')
  sets.measure('nobody')
  const left = Array.from({ length: 50 }, (_, at) => sets.get(`set-${at}`)).filter((set) => set !== undefined)
  expect([left.length, sets.get('growing')]).toEqual([29, growing])
})

it('a set is measured when it was read', async () => {
  const measure = jest.spyOn(KeptSets.prototype, 'measure')
  expect(await hostedPlatform(host).found('key-1')).toBe('key-1')
  expect(measure.mock.calls).toEqual([['shop']])
})

it('a set that was forgotten is read again when somebody asks', async () => {
  const { found, store, events } = hostedPlatform(host)
  expect(await found('key-1')).toBe('key-1')
  // Without an address, each of them is kept and nothing is connected to.
  for (let at = 0; at < 10_000; at++) {
    store.sets.set(`set-${at}`, setOf('', { id: `set-${at}` }))
    expect(await found('key-1', `set-${at}`)).toBe('project_key_set_failed')
  }
  events.length = 0
  expect(await found('key-1')).toBe('key-1')
  expect(events).toHaveLength(1)
})
