import { attackingConnections, attackRate, honestRate } from '../flood/sizes.js'
import { httpContestants } from '../http/contestants.js'
import { algs } from '../platform.js'
import type { Place } from './figures.js'

/** A column, or a row, of a table of docs/performance.md. */
export interface Figure {
  readonly name: string
  readonly place: (alg: string) => Place
  /** What microseconds are shown as. */
  readonly unit?: 'ms'
  /** Where it stands how many times as much time or memory as ours a peer takes: below 1 it is ahead. */
  readonly peerRatio?: (alg: string) => Place
}

export interface Section {
  readonly title: string
  readonly text: string
  /** With these: a row for each algorithm and Node, and figures as columns. Else figures as rows, and a column for each Node. */
  readonly algs?: readonly string[]
  readonly figures: readonly Figure[]
}

const peers = httpContestants.filter(({ peer }) => peer).map(({ name }) => name)
/** One of RSA and one of curves: the others are on the page of the targets. */
const inShort = ['RS256', 'ES256'] as const
const kinds = [
  ...['three random segments', 'alg none', 'unknown kid'],
  ...['expired', 'wrong audience', 'bad signature', 'used before'],
]

const http = (connections: string, row: string, column: string) => (alg: string) => ({
  part: 'http',
  table: `HTTP, ${alg}, ${connections}`,
  row,
  column,
})
const inProcess = (row: string, column: string) => (alg: string) => ({
  part: 'in-process',
  table: `${alg}, in process`,
  row,
  column,
})
const flood = (how: string, row: string, column: string) => (alg: string) => ({
  part: 'flood',
  table: `Flood, ${alg}, ${how}`,
  row,
  column,
})
const redis = (row: string, column: string) => () => ({
  part: 'replay-in-redis',
  table: 'RedisReplayStore',
  row,
  column,
})
const postgres = (row: string, column: string) => () => ({
  part: 'registry',
  table: 'A key among',
  row,
  column,
})
const start = (row: string, column: string) => () => ({
  part: 'start',
  table: 'Start',
  row,
  column,
})

const cors = (row: string) => () => ({ part: 'cors', table: 'CORS', row, column: 'cors ÷ ours' })

/** A figure that is such a ratio itself. */
const ratioOf = (name: string, place: Figure['place']): Figure => ({ name, place, peerRatio: place })

const atRate = `${attackRate.toLocaleString('en')}/s`

/** What an adopter asks, in this order. */
export const sections: readonly Section[] = [
  {
    title: 'Requests a second',
    text: 'Express 5 with one protected route and 64 busy connections. `requests/s` is this package with its memory stores. Under a peer: how many times as many this package serves. `p99, ms` is its latency. `Passport` is `ReverseJwtStrategy` beside passport-jwt.',
    algs,
    figures: [
      { name: 'requests/s', place: http('64 connections', 'reverse-jwt', 'requests/s') },
      { name: 'p99, ms', place: http('64 connections', 'reverse-jwt', 'p99'), unit: 'ms' },
      ...peers.map((name) => ratioOf(name, http('64 connections', name, 'time ÷ ours'))),
      ratioOf('Passport', (alg) => ({
        part: 'http',
        target: `HTTP, ${alg}, 64 connections: through Passport`,
      })),
    ],
  },
  {
    title: 'Latency of a lone request',
    text: 'The same route, one connection: the median of this package; under a peer, how many times as long it takes.',
    algs: inShort,
    figures: [
      { name: 'p50, µs', place: http('one connection', 'reverse-jwt', 'p50') },
      ...peers.map((name) => ratioOf(name, http('one connection', name, 'p50 ÷ ours'))),
    ],
  },
  {
    title: 'Main thread',
    text: 'Microseconds of the one thread that serves all requests, a request at 64 connections, beyond those of the unprotected route. Only express-jwt and passport-jwt verify on this thread.',
    algs: inShort,
    figures: ['reverse-jwt', ...peers].map((name) => ({
      name,
      place: http('64 connections', name, 'beyond bare'),
      ...(name !== 'reverse-jwt' && { peerRatio: http('64 connections', name, 'beyond bare ÷ ours') }),
    })),
  },
  {
    title: 'In process',
    text: 'Without HTTP, 64 tokens in flight. `of crypto.verify`: tokens a second, as a share of those of a bare `crypto.verify`. Under a peer: how many times as long it takes; `jose, main thread`: the same of the main thread alone. fast-jwt, jsonwebtoken and aws-jwt-verify verify on the main thread.',
    algs: inShort,
    figures: [
      { name: 'of `crypto.verify`', place: inProcess('reverse-jwt', 'of crypto.verify') },
      ...['jose', 'jsonwebtoken', 'fast-jwt', 'aws-jwt-verify', 'hono/jwt'].map((name) =>
        ratioOf(name, inProcess(name, 'time ÷ ours')),
      ),
      ratioOf('jose, main thread', inProcess('jose', 'main thread ÷ ours')),
    ],
  },
  {
    title: 'Refusals',
    text: 'How many times as long the cheapest peer takes to refuse the same RS256 token, in process.',
    figures: kinds.map((kind) =>
      ratioOf(kind, () => ({
        part: 'refusals',
        table: 'Refusals',
        row: kind,
        column: 'cheapest peer ÷ ours',
      })),
    ),
  },
  {
    title: 'Under a flood',
    text: `${attackingConnections} connections send rubbish, expired, forged and used tokens, while ${honestRate} honest calls a second come. \`served\`: the share of the honest calls that is answered 200; p99 is theirs. jose stands for a route by hand with jose and a \`Map\`. In the closed loop whoever refuses faster is sent more; the last two columns have ${attackRate.toLocaleString('en')} a second for both.`,
    algs: ['RS256'],
    figures: [
      { name: 'served', place: flood('closed loop', 'reverse-jwt', 'honest answered 200') },
      { name: 'p99, ms', place: flood('closed loop', 'reverse-jwt', 'honest p99') },
      ratioOf("jose's p99 ÷ ours", flood('closed loop', 'jose + Map', 'p99 ÷ ours')),
      { name: 'refusals/s', place: flood('closed loop', 'reverse-jwt', 'refusals/s') },
      {
        name: "jose's refusals/s",
        place: flood('closed loop', 'jose + Map', 'refusals/s'),
        peerRatio: flood('closed loop', 'jose + Map', 'time a refusal ÷ ours'),
      },
      { name: `p99 at ${atRate}, ms`, place: flood('at a fixed rate', 'reverse-jwt', 'honest p99') },
      ratioOf(`jose's p99 ÷ ours at ${atRate}`, flood('at a fixed rate', 'jose + Map', 'p99 ÷ ours')),
    ],
  },
  {
    title: 'Redis, PostgreSQL, start',
    text: 'Redis and PostgreSQL run on the same machine. A cold key is not in the cache. Bytes: allocated for one token, without HTTP.',
    figures: [
      {
        name: 'HTTP, RS256: time with Redis ÷ memory',
        place: () => http('64 connections', 'reverse-jwt, Redis', 'time ÷ ours')('RS256'),
      },
      { name: 'ids/s, one ioredis connection', place: redis('ioredis', 'ids/s') },
      {
        name: "`afterDataLoss: 'refuse'` ([replay](replay.md)): ids/s as a share of the default's",
        place: redis("ioredis, 'refuse'", "of ioredis'"),
      },
      { name: 'cold key: µs', place: postgres('cold key', 'time') },
      { name: 'cold key: queries', place: postgres('cold key', 'queries') },
      ratioOf("`corsFor`: cors's time ÷ ours", cors('a call of a known origin')),
      { name: 'start: import and first token, ms', place: start('reverse-jwt', 'import and first token') },
      ratioOf("start: jose's time ÷ ours", start('jose', 'import and first token ÷ ours')),
      { name: 'bytes, ES256', place: () => inProcess('reverse-jwt', 'bytes')('ES256') },
      ratioOf("bytes, ES256: jose's ÷ ours", () => inProcess('jose', 'bytes ÷ ours')('ES256')),
    ],
  },
]
