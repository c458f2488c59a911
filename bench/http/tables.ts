import { spread } from '../interleave.js'
import { cell, type Bars, type Cell, type Table } from '../results.js'
import type { Served } from './fleet.js'
import {
  bareExpress,
  divided,
  median,
  ours,
  overBare,
  percentile,
  wall,
  type Mode,
  type Rounds,
} from './rounds.js'

export function speedTable(alg: string, mode: Mode, rounds: Rounds): Table {
  return {
    title: `HTTP, ${alg}, ${named(mode)}: speed`,
    text: `Closed loop: each connection sends its next request when it has its answer. ${mode.rounds} rounds of ${mode.count} requests. p99.9 is over all rounds.`,
    columns: ['requests/s', 'of bare', 'time ÷ ours', 'p50, µs', 'p50 ÷ ours', 'p99, µs', 'p99.9, µs'],
    rows: Object.entries(rounds).map(([name, mine]) => ({
      name,
      cells: [
        cell(spread(mine.map((one) => (mode.count * 1e9) / one.wall)), '/s'),
        cell(divided(rounds[bareExpress], mine, wall), 'ratio'),
        cell(divided(mine, rounds[ours], wall), 'ratio'),
        cell(spread(mine.map(median)), 'µs'),
        cell(divided(mine, rounds[ours], median), 'ratio'),
        ...tail(mine),
      ],
    })),
  }
}

export function costTable(alg: string, mode: Mode, rounds: Rounds): Table {
  return {
    title: `HTTP, ${alg}, ${named(mode)}: cost`,
    text: 'CPU of the server a request, in microseconds: of its main thread, of that what goes beyond the bare route, of all its threads; for comparison the CPU of the load generator. The delay of the event loop is p99 at a resolution of 1 ms.',
    columns: ['main thread', 'beyond bare', 'all threads', 'generator', 'loop delay p99, ms'],
    rows: Object.entries(rounds).map(([name, mine]) => {
      const each = (what: (one: Served) => number) =>
        cell(spread(mine.map((one) => what(one) / mode.count / 1e3)), 'µs')
      return {
        name,
        cells: [
          each(({ spent }) => spent.main),
          cell(overBare(mine, rounds[bareExpress]), 'µs'),
          each(({ spent }) => spent.cpu),
          each(({ cpu }) => cpu),
          cell(spread(mine.map(({ spent }) => spent.delay)), 'ms'),
        ],
      }
    }),
  }
}

export function latencyTable(alg: string, mode: Mode, rounds: Rounds): Table {
  return {
    title: `HTTP, ${alg}, ${named(mode)}`,
    text: `Open loop: requests start at a fixed rate whatever becomes of those before, on up to ${mode.connections} connections. Latency counts from the moment at which a request was meant to start, so nothing that waits is left out. ${mode.rounds} rounds of ${mode.count} requests; p99.9 is over all.`,
    columns: ['p50, µs', 'p50 ÷ ours', 'p99, µs', 'p99.9, µs', 'main thread a request, µs'],
    rows: Object.entries(rounds).map(([name, mine]) => ({
      name,
      cells: [
        cell(spread(mine.map(median)), 'µs'),
        cell(divided(mine, rounds[ours], median), 'ratio'),
        ...tail(mine),
        cell(spread(mine.map(({ spent }) => spent.main / mode.count / 1e3)), 'µs'),
      ],
    })),
  }
}

export function twoProcesses(rounds: Rounds, mode: Mode): Table {
  const [alone = [], pair = []] = Object.values(rounds)
  return {
    title: 'HTTP, RS256, one process and two that share a Redis',
    text: `Indicative: on this machine two servers, their crypto pools, Redis and the load generator share the cores. ${named(mode)}, closed loop.`,
    columns: ['requests/s', "of one process's", 'p50, µs', 'p99, µs', 'p99.9, µs'],
    rows: Object.entries({ 'one process': alone, 'two processes': pair }).map(([name, mine]) => ({
      name,
      cells: [
        cell(spread(mine.map((one) => (mode.count * 1e9) / one.wall)), '/s'),
        cell(divided(alone, mine, wall), 'ratio'),
        cell(spread(mine.map(median)), 'µs'),
        ...tail(mine),
      ],
    })),
  }
}

export function chartsOf(many: Rounds = {}, one: Rounds = {}): Bars[] {
  const bars = (rounds: Rounds, what: (mine: readonly Served[]) => number) =>
    Object.entries(rounds).map(([name, mine]) => ({ name, value: what(mine), ours: name.startsWith(ours) }))
  return [
    {
      title: 'Express, RS256, 64 connections: requests a second, bare Express = 1',
      unit: 'ratio',
      longerIsBetter: true,
      bars: bars(many, (mine) => divided(many[bareExpress], mine, wall).median),
    },
    {
      title: 'Express, RS256, one connection: median latency',
      unit: 'µs',
      longerIsBetter: false,
      bars: bars(one, (mine) => spread(mine.map(median)).median),
    },
  ]
}

function tail(mine: readonly Served[]): Cell[] {
  const all = Float64Array.from(mine.flatMap(({ latencies }) => Array.from(latencies)))
  return [
    cell(spread(mine.map(({ latencies }) => percentile(latencies, 0.99))), 'µs'),
    cell(percentile(all, 0.999), 'µs'),
  ]
}

function named({ connections, rate }: Mode): string {
  if (rate !== undefined) return `${rate} requests a second`
  return connections === 1 ? 'one connection' : `${connections} connections`
}
