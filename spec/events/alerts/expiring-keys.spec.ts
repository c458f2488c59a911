import { expect, it } from '@jest/globals'
import type { ExpiringKey } from '../../../lib/types.js'
import { now } from '../../helpers/mint.js'
import { accepted, alerting } from './alerting.js'

const day = 86_400

/** A store that knows these keys, and how often it was asked. */
function storeOf(...keys: ExpiringKey[]) {
  const asked: number[] = []
  const store = {
    expiringKeys: (before: number) => {
      asked.push(before)
      return Promise.resolve(keys)
    },
  }
  return { store, asked }
}

const soon = { projectId: 'shop', kid: 'key-es256', notAfter: now + 3 * day }
const settled = () => new Promise(setImmediate)

it('is raised for a key that is in use, ends within a week and has no successor', async () => {
  const { store, asked } = storeOf(soon)
  const { see, raised } = alerting({ store })
  see(accepted(0, { keyNotAfter: soon.notAfter }))
  await settled()
  expect(asked).toEqual([now + 7 * day])
  expect(raised()).toMatchObject([
    {
      rule: 'key_near_expiry',
      severity: 'warning',
      projectId: 'shop',
      kid: 'key-es256',
      text: 'Project "shop": its key "key-es256" ends in 3 days, it is in use, and there is no other one. Tell the customer to register its successor now, or all of its tokens are refused then.',
    },
  ])
})

it('asks the store for nothing while all keys in use go on for longer', async () => {
  const { store, asked } = storeOf(soon)
  const { see } = alerting({ store })
  see(accepted(0))
  see(accepted(1, { keyNotAfter: now + 8 * day }))
  await settled()
  expect(asked).toEqual([])
})

it('asks the store once in ten minutes at most', async () => {
  const { store, asked } = storeOf(soon)
  const { see } = alerting({ store })
  for (let at = 0; at <= 600; at++) see(accepted(at, { keyNotAfter: soon.notAfter }))
  await settled()
  expect(asked).toHaveLength(2)
})

it('is not raised for a key that has a successor, nor for one that nobody uses', async () => {
  const { store } = storeOf({ ...soon, kid: 'unused' }, { ...soon, projectId: 'rival' })
  const { see, alerts } = alerting({ store })
  see(accepted(0, { keyNotAfter: soon.notAfter }))
  await settled()
  expect(alerts).toEqual([])
})

it('becomes critical a day before, and comes once a day until then', async () => {
  const { store } = storeOf(soon)
  const { see, raised } = alerting({ store })
  for (let hour = 0; hour < 72; hour++) {
    see(accepted(hour * 3_600, { keyNotAfter: soon.notAfter }))
    await settled()
  }
  expect(raised().map(({ time, severity }) => [(time - now) / 3_600, severity])).toEqual([
    [0, 'warning'],
    [24, 'warning'],
    [48, 'critical'],
  ])
  expect(raised().at(-1)?.text).toContain('ends in 24 hours')
})

it('waits for a store that is away, and asks it again', async () => {
  let isAway = true
  const store = { expiringKeys: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve([soon])) }
  const { see, alerts } = alerting({ store })
  see(accepted(0, { keyNotAfter: soon.notAfter }))
  await settled()
  expect(alerts).toEqual([])
  isAway = false
  see(accepted(600, { keyNotAfter: soon.notAfter }))
  await settled()
  expect(alerts).toMatchObject([{ rule: 'key_near_expiry' }])
})
