import { expect, it } from '@jest/globals'
import { http } from '../../bench/http/bench.js'
import { inProcess } from '../../bench/in-process.js'
import { refusals } from '../../bench/refusals.js'
import { replayInRedis } from '../../bench/replay-in-redis.js'
import type { Cell, Part } from '../../bench/results.js'
import { scale } from '../../bench/scale.js'

/*
 * Each part of the benchmark at its least size, so that it cannot rot. What it measures is of no interest here.
 */

const tiny = { rounds: 1, warmUp: 1 } as const

it('measures in process', async () => {
  const part = await inProcess({ ...tiny, batch: 4, batchOfOne: 2 })
  expect(rowsOf(part)).toEqual([
    ['ES256, in process', 7],
    ['RS256, in process', 7],
    ['PS256, in process', 6],
    ['EdDSA, in process', 6],
  ])
  expect(part.verdicts).toHaveLength(8)
  expectNumbers(part)
}, 60_000)

it('measures refusals', async () => {
  const part = await refusals({ ...tiny, batch: 3 })
  expect(rowsOf(part)).toEqual([['Refusals, in process, RS256', 9]])
  expect(part.verdicts).toHaveLength(7)
  expectNumbers(part)
}, 60_000)

it('measures behind Express', async () => {
  const closed = [1, 64].map((connections) => ({ connections, rounds: 2, count: 70 }))
  const part = await http({
    warmUp: 5,
    modes: [...closed, { connections: 4, rate: 1000, rounds: 1, count: 20 }],
    others: closed,
    pairs: { connections: 4, rounds: 1, count: 20 },
  })
  expect(rowsOf(part)).toEqual([
    ['HTTP, RS256, one connection: speed', 9],
    ['HTTP, RS256, one connection: cost', 9],
    ['HTTP, RS256, 64 connections: speed', 9],
    ['HTTP, RS256, 64 connections: cost', 9],
    ['HTTP, RS256, 1000 requests a second', 9],
    ['HTTP, RS256, one process and two that share a Redis', 2],
    ...['ES256', 'PS256', 'EdDSA'].flatMap((alg) => {
      const rows = alg === 'EdDSA' ? 7 : 9
      return [
        'one connection: speed',
        'one connection: cost',
        '64 connections: speed',
        '64 connections: cost',
      ].map((what) => [`HTTP, ${alg}, ${what}`, rows])
    }),
  ])
  expect(part.verdicts).toHaveLength(7 + 7 + 7 + 6)
  expectNumbers(part)
}, 120_000)

it('measures used ids in Redis', async () => {
  const part = await replayInRedis({ ...tiny, batch: 70 })
  expect(rowsOf(part)).toEqual([['RedisReplayStore', 7]])
  expect(part.verdicts).toHaveLength(3)
  expectNumbers(part)
}, 60_000)

it('measures how cost grows', async () => {
  const part = await scale({ ...tiny, batch: 4, weighed: 50, idsInRedis: 200 })
  expect(rowsOf(part).map(([, rows]) => rows)).toEqual([4, 4, 4, 2, 1])
  expect(part.verdicts).toHaveLength(5)
  expectNumbers(part)
}, 120_000)

function rowsOf({ tables }: Part) {
  return tables.map(({ title, rows }) => [title, rows.length])
}

function expectNumbers({ tables, verdicts }: Part): void {
  const measured = tables.flatMap(({ title, rows }) =>
    rows.flatMap(({ name, cells }) => cells.map((cell) => [`${title}: ${name}`, cell] as const)),
  )
  const decided = verdicts.map(({ target, reached }) => [target, reached] as const)
  expect([...measured, ...decided].filter(([, cell]) => !isMeasured(cell)).map(([name]) => name)).toEqual([])
}

function isMeasured(cell: Cell | null): boolean {
  return cell === null || Number.isFinite(cell.value.median)
}
