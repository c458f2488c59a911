import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { httpContestants, whoVerify } from '../../bench/http/contestants.js'
import { Fleet } from '../../bench/http/fleet.js'
import { percentile } from '../../bench/http/rounds.js'
import { algs, makeKeys } from '../../bench/platform.js'
import { flipped, signTokens } from '../../bench/tokens.js'

const keys = makeKeys()
const names = httpContestants.map(({ name }) => name)
let fleet: Fleet

beforeAll(async () => {
  fleet = await Fleet.start(keys.jwks, names)
}, 60_000)

afterAll(() => fleet.stop())

const protectedNames = names.filter((name) => name !== 'bare Express')

describe.each(algs)('%s', (alg) => {
  it('every server accepts honest tokens and refuses flipped ones', async () => {
    const honest = await signTokens(keys, alg, 3)
    await fleet.useTokens([...honest.map(flipped), ...honest])
    for (const name of protectedNames) {
      const knows = whoVerify(alg).includes(name)
      const refused = await statusesOf(name, 0, 3)
      const accepted = await statusesOf(name, 3, 3)
      expect({ name, refused: refused[200] ?? 0, accepted: accepted[200] ?? 0 }).toEqual({
        name,
        refused: 0,
        accepted: knows ? 3 : 0,
      })
    }
  })
})

it('only those that count uses refuse a used token', async () => {
  await fleet.useTokens(await signTokens(keys, 'RS256', 1))
  const counting = [
    'node:crypto, pool',
    'reverse-jwt',
    'reverse-jwt, Redis',
    'reverse-jwt, Passport',
    'jose + Map',
  ]
  for (const name of protectedNames) {
    expect([name, await statusesOf(name, 0, 1)]).toEqual([name, { 200: 1 }])
    const again = counting.includes(name) ? { 401: 1 } : { 200: 1 }
    expect([name, await statusesOf(name, 0, 1)]).toEqual([name, again])
  }
})

describe('the load generator', () => {
  it.each([
    ['closed loop, one connection', { connections: 1 }],
    ['closed loop, 8 connections', { connections: 8 }],
    ['open loop', { connections: 8, rate: 2000 }],
  ])('sends each request once and times each: %s', async (_, mode) => {
    await fleet.useTokens(await signTokens(keys, 'ES256', 50))
    // Each use is counted here, so one that came twice would be refused.
    const { latencies, statuses, spent } = await fleet.serve(['reverse-jwt'], { from: 5, count: 40, ...mode })
    expect(statuses).toEqual({ 200: 40 })
    expect(latencies).toHaveLength(40)
    expect(latencies.every((latency) => latency > 0)).toBe(true)
    expect(spent.main).toBeGreaterThan(0)
    // The first five and the last five were not sent.
    expect(await statusesOf('reverse-jwt', 0, 5)).toEqual({ 200: 5 })
    expect(await statusesOf('reverse-jwt', 44, 6)).toEqual({ 200: 5, 401: 1 })
  })

  it('fails where an answer is not 200, and says which', async () => {
    await fleet.useTokens(['rubbish', 'rubbish'])
    const serving = fleet.serve(['reverse-jwt'], { from: 0, count: 2, connections: 1 })
    await expect(serving).rejects.toThrow('reverse-jwt answered {"401":2}')
  })

  it('takes the nearest rank for a percentile', () => {
    const values = Float64Array.from({ length: 100 }, (_, at) => 100 - at)
    expect([0.5, 0.99, 0.999, 1].map((share) => percentile(values, share))).toEqual([50, 99, 100, 100])
  })
})

async function statusesOf(name: string, from: number, count: number) {
  return (await fleet.answer([name], { from, count, connections: 1 })).statuses
}
