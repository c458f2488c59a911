import { afterEach, expect, it, jest } from '@jest/globals'
import type { ExpiringKey } from '../../../lib/types.js'
import { metered } from './metered.js'

afterEach(() => {
  jest.restoreAllMocks()
})

const key: ExpiringKey = { projectId: 'shop', kid: 'key-1', notAfter: 0 }
const name = 'reverse_jwt.keys.expiring'

/** A store that is asked, at a time that the test sets. */
function asked(answer: () => Promise<readonly ExpiringKey[]>) {
  const time = { now: 1_000_000 }
  jest.spyOn(performance, 'now').mockImplementation(() => time.now)
  const expiringKeys = jest.fn<(before: number) => Promise<readonly ExpiringKey[]>>(answer)
  const { read } = metered({ store: { expiringKeys } })
  const value = async () => (await read()).get(name)?.points[0]?.value
  return { time, expiringKeys, value }
}

it('are those that end within 7 days', async () => {
  const { value, expiringKeys } = asked(() => Promise.resolve([key, key]))
  expect(await value()).toBe(2)
  const before = expiringKeys.mock.calls[0]?.[0] ?? NaN
  expect(Math.abs(before - Date.now() / 1000 - 7 * 24 * 3600)).toBeLessThan(60)
})

it('are read once a minute at most, however often metrics are', async () => {
  const { value, expiringKeys, time } = asked(() => Promise.resolve([key]))
  await Promise.all([value(), value()])
  time.now += 59_000
  expect(await value()).toBe(1)
  expect(expiringKeys).toHaveBeenCalledTimes(1)
  time.now += 2_000
  await value()
  expect(expiringKeys).toHaveBeenCalledTimes(2)
})

it.each([
  ['rejects', () => Promise.reject(new Error('connect ECONNREFUSED'))],
  [
    'throws',
    () => {
      throw new Error('no')
    },
  ],
])(
  'are not told where the store %s, and told again when it answers',
  async (_, fail: () => Promise<never>) => {
    let answer: () => Promise<readonly ExpiringKey[]> = fail
    const { value, time } = asked(() => answer())
    expect(await value()).toBeUndefined()
    answer = () => Promise.resolve([])
    time.now += 61_000
    expect(await value()).toBe(0)
  },
)
