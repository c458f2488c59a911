import { expect, it } from '@jest/globals'
import { andThen } from '../../lib/verify/and-then.js'

const double = (value: number) => value * 2

it('goes on at once with what is at hand', () => {
  expect(andThen(21, double)).toBe(42)
})

it('waits for a promise', async () => {
  await expect(andThen(Promise.resolve(21), double)).resolves.toBe(42)
  await expect(andThen(21, (value) => Promise.resolve(double(value)))).resolves.toBe(42)
})

it('does not go on from what was refused', async () => {
  const refused = Promise.reject<number>(new Error('refused'))
  await expect(
    andThen(refused, () => {
      throw new Error('went on')
    }),
  ).rejects.toThrow('refused')
})

it('throws at once what goes wrong at once', () => {
  const fail = () => {
    throw new Error('failed')
  }
  expect(() => andThen(1, fail)).toThrow('failed')
})
