import { expect, it } from '@jest/globals'
import { issuing, mintSession, now, pageOrigin, sessionsOf } from '../session/platform.js'

const made = issuing()
const session = mintSession({ claims: { iat: now, exp: now + 600 } })
const at = (clock: number, clockTolerance?: number) =>
  sessionsOf(made, { clock: () => clock, ...(clockTolerance !== undefined && { clockTolerance }) })
    .verify(session, { origin: pageOrigin })
    .then(
      () => 'passes',
      (error: unknown) => (error as { code: string }).code,
    )

it.each<[number, string]>([
  [-60, 'token_not_active'],
  [-10.001, 'token_not_active'],
  [-10, 'passes'],
  [0, 'passes'],
  [600, 'passes'],
  [609.999, 'passes'],
  [610, 'token_expired'],
  [660, 'token_expired'],
])(
  'goes by its clock with the tolerance and no more: %d s after the beginning',
  async (seconds, expected) => {
    expect(await at(now + seconds)).toBe(expected)
  },
)

it('has a tolerance of 60 s at most', async () => {
  expect(await at(now + 659.999, 60)).toBe('passes')
  expect(await at(now + 660, 60)).toBe('token_expired')
  await expect(async () => at(now, 61)).rejects.toThrow(
    /clockTolerance must be a number of seconds from 0 to 60/,
  )
})

it.each([NaN, Infinity, -Infinity])('closes where the clock says %d', async (clock) => {
  expect(await at(clock)).toBe('store_unavailable')
})
