import { expect, it } from '@jest/globals'
import { StoreError } from '../../lib/index.js'
import { clock, readClock, systemClock } from '../../lib/time/clock.js'
import { thrownBy } from '../helpers/admission.js'

const wrong = (what: string) => new TypeError(`It ${what}`)

it('is the system\u2019s where none is given, and the same one each time', () => {
  expect(clock(undefined, wrong)).toBe(systemClock)
  expect(Math.abs(readClock(systemClock) - Date.now() / 1000)).toBeLessThan(60)
  expect(clock(Date.now, wrong)).toBe(Date.now)
})

it.each([5, 'now', null, {}, new Date()])('is a function, and not %p', (given) => {
  expect(() => clock(given, wrong)).toThrow(new TypeError('It must be a function that returns epoch seconds'))
})

it.each([NaN, Infinity, -Infinity, '5', null, undefined, 5n])('is an outage when it says %p', (said) => {
  const thrown = thrownBy(() => readClock(() => said as number))
  expect(thrown).toBeInstanceOf(StoreError)
  expect(thrown).toMatchObject({
    code: 'store_unavailable',
    cause: 'the clock did not return epoch seconds',
  })
})

it('is an outage when it throws', () => {
  const failure = new Error('no clock')
  const thrown = thrownBy(() =>
    readClock(() => {
      throw failure
    }),
  )
  expect(thrown).toMatchObject({ code: 'store_unavailable', cause: failure })
})
