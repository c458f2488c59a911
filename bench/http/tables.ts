import { spread } from '../interleave.js'
import { cell, type Bars, type Table } from '../results.js'
import type { Served } from './fleet.js'
import { bareExpress, beyond, divided, median, ours, p99, wall, type Mode, type Rounds } from './rounds.js'

export function closedTable(alg: string, mode: Mode, rounds: Rounds): Table {
  const overBare = (mine: readonly Served[] = []) => beyond(mine, rounds[bareExpress])
  const ourOverBare = overBare(rounds[ours])
  return {
    title: `HTTP, ${alg}, ${named(mode)}`,
    text: `Closed loop: each connection sends its next request when it has its answer. ${mode.rounds} rounds of ${mode.count} requests. CPU of the server a request: of its main thread, of that what goes beyond the bare route, in µs and as a multiple of ours, of all its threads. The delay of the event loop is p99 at a resolution of 1 ms.`,
    columns: [
      'requests/s',
      'time ÷ ours',
      'p50',
      'p50 ÷ ours',
      'p99',
      'main thread',
      'beyond bare',
      'beyond bare ÷ ours',
      'all threads',
      'loop delay p99',
    ],
    rows: Object.entries(rounds).map(([name, mine]) => {
      const each = (what: (one: Served) => number) =>
        cell(spread(mine.map((one) => what(one) / mode.count / 1e3)), 'µs')
      return {
        name,
        cells: [
          cell(spread(mine.map((one) => (mode.count * 1e9) / one.wall)), '/s'),
          cell(divided(mine, rounds[ours], wall), 'ratio'),
          cell(spread(mine.map(median)), 'µs'),
          cell(divided(mine, rounds[ours], median), 'ratio'),
          cell(spread(mine.map(p99)), 'µs'),
          each(({ spent }) => spent.main),
          cell(spread(overBare(mine)), 'µs'),
          cell(spread(overBare(mine).map((one, round) => one / (ourOverBare[round] ?? NaN))), 'ratio'),
          each(({ spent }) => spent.cpu),
          cell(spread(mine.map(({ spent }) => spent.delay)), 'ms'),
        ],
      }
    }),
  }
}

export function latencyTable(alg: string, mode: Mode, rounds: Rounds): Table {
  return {
    title: `HTTP, ${alg}, ${named(mode)}`,
    text: `Open loop: requests start at a fixed rate whatever becomes of those before, on up to ${mode.connections} connections. Latency counts from the moment at which a request was meant to start, so nothing that waits is left out. ${mode.rounds} rounds of ${mode.count} requests.`,
    columns: ['p50', 'p50 ÷ ours', 'p99', 'main thread a request'],
    rows: Object.entries(rounds).map(([name, mine]) => ({
      name,
      cells: [
        cell(spread(mine.map(median)), 'µs'),
        cell(divided(mine, rounds[ours], median), 'ratio'),
        cell(spread(mine.map(p99)), 'µs'),
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
    columns: ['requests/s', "of one process's", 'p50', 'p99'],
    rows: Object.entries({ 'one process': alone, 'two processes': pair }).map(([name, mine]) => ({
      name,
      cells: [
        cell(spread(mine.map((one) => (mode.count * 1e9) / one.wall)), '/s'),
        cell(divided(alone, mine, wall), 'ratio'),
        cell(spread(mine.map(median)), 'µs'),
        cell(spread(mine.map(p99)), 'µs'),
      ],
    })),
  }
}

export function chartOf(alg: string, rounds: Rounds): Bars {
  return {
    title: `Express, ${alg}, 64 connections, Node ${process.version}: requests a second, bare Express = 1`,
    unit: 'ratio',
    bars: Object.entries(rounds).map(([name, mine]) => ({
      name,
      value: divided(rounds[bareExpress], mine, wall).median,
      ours: name.startsWith(ours),
    })),
  }
}

export function named({ connections, rate }: Mode): string {
  if (rate !== undefined) return `${rate} requests a second`
  return connections === 1 ? 'one connection' : `${connections} connections`
}
