import { describe, expect, it } from '@jest/globals'
import { StoreError } from '../../lib/index.js'
import { BoundClock, maxSecondsApart } from '../../lib/replay/bound-clock.js'
import { replayMargin } from '../../lib/replay/replay-store.js'
import { thrownBy } from '../helpers/admission.js'

const useAt = (now: number) => ({ projectId: 'shop', jti: 'a', expiresAt: 0, acceptableFrom: 0, now })

describe('the clock of a replay store', () => {
  it('is that of its verifier, whatever the time was when that one began', () => {
    const clock = new BoundClock()
    clock.bind(() => 5000)
    expect(clock.read()).toBe(5000)
    for (const then of [4000, 5000, 9000]) expect(clock.readAgain(useAt(then))).toBe(5000)
  })

  it('may be bound again, but to no other', () => {
    const clock = new BoundClock()
    const read = () => 5000
    clock.bind(read)
    clock.bind(read)
    expect(() => {
      clock.bind(() => 5000)
    }).toThrow(TypeError)
    expect(clock.read()).toBe(5000)
  })

  it.each([NaN, Infinity])('decides nothing when it says %d', (said) => {
    const clock = new BoundClock()
    clock.bind(() => said)
    expect(thrownBy(() => clock.readAgain(useAt(5000)))).toBeInstanceOf(StoreError)
  })
})

it.each([NaN, Infinity, undefined])('decides nothing for a use whose time is %p', (now) => {
  const clock = new BoundClock()
  clock.bind(() => 5000)
  expect(thrownBy(() => clock.readAgain(useAt(now as number)))).toMatchObject({
    code: 'store_unavailable',
    cause: expect.stringContaining('has no now'),
  })
})

describe('the clock of a replay store that nobody has bound, because what wraps it does not', () => {
  it('is the system\u2019s, where that agrees with the verifier', () => {
    const now = Date.now() / 1000
    for (const then of [now - 25, now, now + 25])
      expect(Math.abs(new BoundClock().readAgain(useAt(then)) - now)).toBeLessThan(4)
  })

  it.each([-40, 40, -86_400])('decides nothing where the verifier is %d s off', (seconds) => {
    const thrown = thrownBy(() => new BoundClock().readAgain(useAt(Date.now() / 1000 + seconds)))
    expect(thrown).toMatchObject({
      code: 'store_unavailable',
      cause: expect.stringContaining('must pass bind on'),
    })
  })
})

it('lets clocks be apart by half of what an id is kept longer, for one may keep it that early and another look that late', () => {
  expect(maxSecondsApart).toBe(30)
  expect(2 * maxSecondsApart).toBe(replayMargin)
})
