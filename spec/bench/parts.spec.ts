import { expect, it } from '@jest/globals'
import { corsMiddleware } from '../../bench/cors.js'
import { flood } from '../../bench/flood/bench.js'
import { http } from '../../bench/http/bench.js'
import { byConnections } from '../../bench/http/connections.js'
import { inProcess } from '../../bench/in-process.js'
import { figureAt } from '../../bench/pages/figures.js'
import { performancePage } from '../../bench/pages/performance.js'
import { sections } from '../../bench/pages/sections.js'
import { listening } from '../../bench/listeners.js'
import { refusals } from '../../bench/refusals.js'
import { registry } from '../../bench/registry.js'
import { replayInRedis } from '../../bench/replay-in-redis.js'
import { thisMachine } from '../../bench/results-file.js'
import type { Cell, MeasuredPart, Part } from '../../bench/results.js'
import { scale } from '../../bench/scale.js'
import { start } from '../../bench/start.js'

/*
 * Each part of the benchmark at its smallest size, so that it cannot rot. What it measures is of no interest here.
 */

const tiny = { rounds: 1, warmUp: 1 } as const
const algs = ['ES256', 'RS256', 'PS256', 'EdDSA']

const one = { connections: 1, rounds: 1, count: 5 }
const many = { connections: 64, rounds: 2, count: 70 }
const atRate = { connections: 4, rate: 1000, rounds: 1, count: 20 }

/** The parts that the page for users shows. Each is measured once, by whichever test first asks for it. */
const shownParts = {
  'in-process': once(() => inProcess({ ...tiny, batch: 4, batchOfOne: 2, delayed: 4, weighed: 4 })),
  refusals: once(() => refusals({ ...tiny, batch: 3 })),
  http: once(() =>
    http({
      warmUp: 5,
      modes: { ES256: [one, many], RS256: [one, many, atRate], PS256: [one, many], EdDSA: [one, many] },
      pairs: { connections: 4, rounds: 1, count: 20 },
    }),
  ),
  flood: once(() => flood({ algs: ['RS256'], rounds: 1, rate: 500, roundsAtRate: 1, honest: 20 })),
  cors: once(() => corsMiddleware({ ...tiny, batch: 3 })),
  start: once(() => start({ rounds: 1 })),
  'replay-in-redis': once(() => replayInRedis({ ...tiny, batch: 70 })),
  registry: once(() => registry({ ...tiny, projects: 2_000, batch: 3 })),
}

function once(measure: () => Promise<Part>): () => Promise<Part> {
  let measuring: Promise<Part> | undefined
  return () => (measuring ??= measure())
}

async function allShownParts(): Promise<Readonly<Record<string, MeasuredPart>>> {
  const measured: Record<string, MeasuredPart> = {}
  // One after the other: together they would want too many processes.
  for (const [name, measure] of Object.entries(shownParts)) {
    const about = { title: name, form: 'short', measured: '2026-01-01', took: 0, loadBefore: 0 } as const
    measured[name] = { ...(await measure()), ...about }
  }
  return measured
}

it('measures in process', async () => {
  const part = await shownParts['in-process']()
  expect(rowsOf(part)).toEqual(
    algs.map((alg) => [`${alg}, in process`, alg.startsWith('P') || alg === 'EdDSA' ? 6 : 7]),
  )
  expect(targetsOf(part)).toEqual([
    "in process, ES256: tokens/s as a share of crypto.verify's: >= 0.93",
    "in process, ES256: main-thread CPU a token as a share of jose's: <= 0.5",
    expect.stringMatching(/^in process, ES256: bytes a token: <= (4096|5120)$/),
    "in process, RS256: tokens/s as a share of crypto.verify's: >= 0.75",
    "in process, RS256: main-thread CPU a token as a share of jose's: <= 0.5",
    "in process, PS256: tokens/s as a share of crypto.verify's: >= 0.75",
    "in process, PS256: main-thread CPU a token as a share of jose's: <= 0.5",
    "in process, EdDSA: tokens/s as a share of crypto.verify's: >= 0.93",
    "in process, EdDSA: main-thread CPU a token as a share of jose's: <= 0.7",
  ])
  expectNumbers(part)
}, 60_000)

it('measures refusals', async () => {
  const part = await shownParts.refusals()
  expect(rowsOf(part)).toEqual([['Refusals, in process, RS256', 9]])
  expect(targetsOf(part)).toEqual(
    [
      ['three random segments', 3],
      ['alg none', 1.3],
      ['unknown kid', 0.9],
      ['expired', 2],
      ['wrong audience', 2],
      ['bad signature', 0.9],
    ].map(([kind, min]) => `refusal, ${kind}: speed, times that of the cheapest peer: >= ${min}`),
  )
  expectNumbers(part)
}, 60_000)

it('measures behind Express', async () => {
  const part = await shownParts.http()
  expect(rowsOf(part)).toEqual([
    ['HTTP, ES256, one connection', 9],
    ['HTTP, ES256, 64 connections', 9],
    ['HTTP, RS256, one connection', 9],
    ['HTTP, RS256, 64 connections', 9],
    ['HTTP, RS256, 1000 requests a second', 9],
    ['HTTP, PS256, one connection', 9],
    ['HTTP, PS256, 64 connections', 9],
    ['HTTP, EdDSA, one connection', 7],
    ['HTTP, EdDSA, 64 connections', 7],
    ['HTTP, RS256, one process and two that share a Redis', 2],
  ])
  const expected = algs.flatMap((alg) => [
    expect.stringMatching(
      `^HTTP, ${alg}, 64 connections: requests/s, times those of the best peer: >= 1(\\.1)?$`,
    ),
    `HTTP, ${alg}, 64 connections: requests/s as a share of the handwritten yardstick's: >= 0.92`,
    ...(alg === 'EdDSA'
      ? []
      : [`HTTP, ${alg}, 64 connections: through Passport, requests/s, times passport-jwt's: >= 2`]),
  ])
  expect(targetsOf(part)).toEqual(expected)
  expect(part.charts?.map(({ bars }) => bars.length)).toEqual([9, 9])
  expectNumbers(part)
}, 120_000)

it('measures by the number of connections', async () => {
  const part = await byConnections({ ...tiny, algs: ['RS256', 'ES256'], each: 1, minCount: 4 })
  expect(rowsOf(part)).toEqual([
    ['HTTP, RS256, by the number of connections', 18],
    ['HTTP, ES256, by the number of connections', 18],
  ])
  expectNumbers(part)
}, 60_000)

it('measures under a flood', async () => {
  const part = await shownParts.flood()
  expect(rowsOf(part)).toEqual([
    ['Flood, RS256, closed loop', 3],
    ['Flood, RS256, at a fixed rate', 3],
  ])
  expect(targetsOf(part)).toEqual([
    'flood, RS256: share of the honest calls that is answered 200: >= 1',
    'flood, RS256: p99 of the honest calls as a multiple of that with jose by hand: <= 1',
    'flood, RS256: p99 of the honest calls as a multiple of that with jose by hand, at 500/s: <= 1',
  ])
  expectNumbers(part)
}, 60_000)

it('measures CORS', async () => {
  const part = await shownParts.cors()
  expect(rowsOf(part)).toEqual([['CORS', 4]])
  expect(targetsOf(part)[0]).toBe(
    "CORS, a call of a known origin: cors's time as a multiple of corsFor's: >= 1",
  )
  expectNumbers(part)
})

it('measures listeners of events', async () => {
  const part = await listening({ ...tiny, batch: 5_000 })
  expect(rowsOf(part)).toEqual([['Listeners, for an accepted token', 6]])
  expect(targetsOf(part)).toEqual(['all listeners, µs an accepted token: <= 3'])
  expectNumbers(part)
})

it('measures the start', async () => {
  const part = await shownParts.start()
  expect(rowsOf(part)).toEqual([['Start, one ES256 token', 2]])
  expect(targetsOf(part)).toEqual(['start: import and first token: <= 50'])
  expectNumbers(part)
}, 60_000)

it('measures used ids in Redis', async () => {
  const part = await shownParts['replay-in-redis']()
  expect(rowsOf(part)).toEqual([['RedisReplayStore', 7]])
  expect(targetsOf(part).map((target) => target.slice(-6))).toEqual(['>= 0.4', '>= 0.4', '>= 0.4'])
  expectNumbers(part)
}, 60_000)

it('measures keys in PostgreSQL', async () => {
  const part = await shownParts.registry()
  expect(rowsOf(part).map(([, rows]) => rows)).toEqual([3])
  expect(targetsOf(part)[0]).toBe('queries for a cold key: <= 1')
  // The one figure here that no machine makes slower.
  expect(part.verdicts[0]?.reached.value.median).toBe(1)
  expectNumbers(part)
}, 60_000)

it('measures how cost grows', async () => {
  const part = await scale({ ...tiny, batch: 4, max: 20_000, weighed: 50, idsInRedis: 200 })
  expect(rowsOf(part).map(([, rows]) => rows)).toEqual([4, 4, 4, 2, 1])
  expect(part.verdicts).toHaveLength(5)
  expectNumbers(part)
}, 120_000)

/** Where a peer does not know the algorithm. */
const lacking = [
  'express-jwt EdDSA',
  'passport-jwt EdDSA',
  'Passport EdDSA',
  'jsonwebtoken EdDSA',
  'aws-jwt-verify PS256',
]

it('has measured every figure of the page for users, and every comparison', async () => {
  const node = { version: 'v24.0.0', parts: await allShownParts() }
  const absent = sections.flatMap(({ algs = [''], figures }) =>
    figures.flatMap(({ name, place, peerRatio = place }) =>
      algs
        .filter((alg) => [place, peerRatio].some((where) => figureAt(node, where(alg)) === null))
        .map((alg) => `${name} ${alg}`),
    ),
  )
  expect(absent.filter((name) => !lacking.includes(name))).toEqual([])
}, 300_000)

it('leaves room on the page for users, with four Nodes, to say where peers are ahead', async () => {
  const measured = await allShownParts()
  const nodes = Object.fromEntries(
    ['20', '22', '24', '26'].map((major) => [major, { version: `v${major}.10.10`, parts: measured }]),
  )
  const page = performancePage({ machine: thisMachine(), nodes })
  const titles = Array.from(page.matchAll(/^## (.*)$/gm), ([, title]) => title)
  expect(titles.slice(0, sections.length)).toEqual(sections.map(({ title }) => title))
  const others = page.replace(/## Where a peer is ahead.*?(?=## )/s, '')
  expect(others.split(/\s+/).length).toBeLessThanOrEqual(1_850)
}, 300_000)

function targetsOf({ verdicts }: Part): string[] {
  return verdicts.map(({ target, atLeast, atMost }) =>
    atLeast === undefined ? `${target}: <= ${atMost}` : `${target}: >= ${atLeast}`,
  )
}

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
