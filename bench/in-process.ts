import { monitorEventLoopDelay } from 'node:perf_hooks'
import { contestants } from './contestants/all.js'
import { raw } from './contestants/raw.js'
import type { Contestant } from './contestants/contestant.js'
import { allocations } from './heap.js'
import { inFlight, inFlightByTurns, type Begin } from './in-flight.js'
import { interleave, ratio, spread, type Turn } from './interleave.js'
import { algs, makeKeys, type Alg } from './platform.js'
import { cell, type Cell, type Part, type Table, type Verdict } from './results.js'
import { targets } from './targets.js'
import { signTokens } from './tokens.js'

export interface InProcessSize {
  readonly rounds: number
  readonly warmUp: number
  /** Tokens a turn with 64 in flight, and one at a time. Many: the thread pool takes a while to get going. */
  readonly batch: number
  readonly batchOfOne: number
  /** Tokens for the delay of the event loop. */
  readonly delayed: number
  /** Tokens whose bytes are counted, after as many to warm up. */
  readonly weighed: number
}

/** Signatures that are verified on the thread pool before each turn, so that all find it awake. */
const leadIn = 640

type Turns = Readonly<Record<string, readonly Turn[]>>

/** Verification without HTTP: 64 in flight, one at a time, the main thread's part, memory, and what else has to wait. */
export async function inProcess(size: InProcessSize): Promise<Part> {
  const tables: Table[] = []
  const verdicts: Verdict[] = []
  const keys = makeKeys()
  const heap = await allocations(size.weighed, keys)
  for (const alg of algs) {
    const count = (size.rounds + size.warmUp) * (size.batch + size.batchOfOne)
    const tokens = await signTokens(keys, alg, count)
    const ready = contestants.flatMap((contestant) => {
      const task = { alg, keys, tokens, byKid: false }
      const begin = contestant.begin(task)
      return begin === undefined ? [] : [{ contestant, begin, again: () => contestant.begin(task) ?? begin }]
    })
    const warm = raw.begin({ alg, keys, tokens: tokens.slice(0, leadIn), byKid: false })
    const lead = async () => {
      if (warm !== undefined) await inFlight(Math.min(leadIn, tokens.length), 64, warm)
    }
    const many = await turnsOf(ready, size, size.batch, 64, 0, lead)
    const one = await turnsOf(ready, size, size.batchOfOne, 1, (size.rounds + size.warmUp) * size.batch, lead)
    const delays = new Map<string, number>()
    for (const { contestant, again } of ready)
      delays.set(contestant.name, await delayOf(again(), Math.min(size.delayed, count)))

    tables.push(tableOf(alg, size, ready, many, one, delays, heap[alg] ?? {}))
    verdicts.push(...verdictsOf(alg, many, heap[alg] ?? {}))
  }
  return { tables, verdicts }
}

interface Ready {
  readonly contestant: Contestant
  readonly begin: Begin
}

function turnsOf(
  ready: readonly Ready[],
  { rounds, warmUp }: InProcessSize,
  batch: number,
  atOnce: number,
  from: number,
  lead: () => Promise<void>,
): Promise<Turns> {
  const turns = ready.map(({ contestant, begin }) => {
    // Whoever verifies at once what is alone takes the second of a turn for one of a crowd.
    const run = atOnce === 1 ? inFlightByTurns : inFlight
    const turn = (round: number) =>
      run(batch, atOnce, (item, done, failed) => {
        begin(from + round * batch + item, done, failed)
      })
    return [contestant.name, turn] as const
  })
  // Whoever comes after one that works on the main thread would find the pool's threads asleep on the wrong core.
  return interleave(Object.fromEntries(turns), rounds, warmUp, lead)
}

/** Milliseconds, p99. The timer behind it fires each millisecond, so an idle loop has about one. */
async function delayOf(begin: Begin, count: number): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  await inFlightByTurns(count, 64, begin)
  histogram.disable()
  return histogram.percentile(99) / 1e6
}

function tableOf(
  alg: Alg,
  size: InProcessSize,
  ready: readonly Ready[],
  many: Turns,
  one: Turns,
  delays: ReadonlyMap<string, number>,
  heap: Readonly<Record<string, number>>,
): Table {
  const { batch, batchOfOne } = size
  const each = (turns: readonly Turn[], what: keyof Turn, count: number, unit: 'µs') =>
    cell(spread(turns.map((turn) => turn[what] / count / 1e3)), unit)
  const { 'reverse-jwt': ourBytes } = heap
  const rows = ready.map(({ contestant: { name } }) => {
    const mine = many[name] ?? []
    const alone = one[name] ?? []
    const bytes = heap[name]
    const cells: (Cell | null)[] = [
      cell(spread(mine.map(({ wall }) => (batch * 1e9) / wall)), '/s'),
      cell(ratio(many['crypto.verify'] ?? [], mine, 'wall'), 'ratio'),
      cell(ratio(mine, many['reverse-jwt'] ?? [], 'wall'), 'ratio'),
      each(mine, 'main', batch, 'µs'),
      cell(ratio(mine, many['reverse-jwt'] ?? [], 'main'), 'ratio'),
      each(mine, 'cpu', batch, 'µs'),
      each(alone, 'wall', batchOfOne, 'µs'),
      cell(ratio(alone, one['reverse-jwt'] ?? [], 'wall'), 'ratio'),
      cell(delays.get(name) ?? NaN, 'ms'),
      bytes === undefined ? null : cell(bytes, 'bytes'),
      bytes === undefined || ourBytes === undefined ? null : cell(bytes / ourBytes, 'ratio'),
    ]
    return { name, cells }
  })
  return {
    title: `${alg}, in process`,
    text: `With 64 tokens in flight: tokens a second, their share of those of \`crypto.verify\`, how many times as long as reverse-jwt it takes, CPU a token, and that of the main thread as a multiple of ours. One at a time, each in a turn of the event loop of its own, as requests come: time a token. The delay of the event loop is what \`monitorEventLoopDelay\` tells at a resolution of 1 ms while 64 are in flight, each begun in a turn of its own; an idle loop has about 1 ms. Bytes are those allocated for a token, in the heap and outside, after ${size.weighed.toLocaleString('en')} tokens of warm-up: the optimizing compiler changes what is allocated.`,
    columns: [
      'tokens/s',
      'of crypto.verify',
      'time ÷ ours',
      'main thread, µs',
      'main thread ÷ ours',
      'all threads, µs',
      'one at a time, µs',
      'one at a time, ÷ ours',
      'loop delay p99, ms',
      'bytes',
      'bytes ÷ ours',
    ],
    rows,
  }
}

function verdictsOf(alg: Alg, many: Turns, heap: Readonly<Record<string, number>>): Verdict[] {
  const { 'crypto.verify': raw = [], 'reverse-jwt': ours = [], jose = [] } = many
  const verdicts: Verdict[] = [
    {
      target: `in process, ${alg}: tokens/s as a share of crypto.verify's`,
      reached: cell(ratio(raw, ours, 'wall'), 'ratio'),
      atLeast: targets.minOfCryptoVerify[alg],
    },
    {
      target: `in process, ${alg}: main-thread CPU a token as a share of jose's`,
      reached: cell(ratio(ours, jose, 'main'), 'ratio'),
      atMost: targets.maxMainThreadOfJose[alg],
    },
  ]
  const { 'reverse-jwt': bytes } = heap
  if (alg === 'ES256' && bytes !== undefined) {
    verdicts.push({
      target: `in process, ${alg}: bytes a token`,
      reached: cell(bytes, 'bytes'),
      atMost: targets.maxBytesAToken,
    })
  }
  return verdicts
}
