import { expect, it } from '@jest/globals'
import { Tally, timesFrom } from './property.js'

it.each([
  [undefined, 1],
  ['100000', 1],
  ['1000', 0.01],
  ['1', 0.000_01],
  ['1e7', 100],
])('FUZZ_CASES=%s are so many times the normal cases: %p', (cases, times) => {
  expect(timesFrom(cases)).toBe(times)
})

it.each(['', '0', '-5', 'many', 'Infinity', 'NaN'])('FUZZ_CASES=%j is refused', (cases) => {
  expect(() => timesFrom(cases)).toThrow(`FUZZ_CASES is ${JSON.stringify(cases)}; set it to`)
})

it('a normal run has to meet every outcome, and a shorter one cannot', () => {
  const [normal, short] = [new Tally(1), new Tally(0.01)]
  for (const tally of [normal, short]) tally.count('met')
  expect(normal.rare(1, ['met', 'not met'])).toEqual(['not met'])
  expect(normal.rare(2, ['met', 'not met'])).toEqual(['met', 'not met'])
  expect(short.rare(2, ['met', 'not met'])).toEqual([])
})
