import { httpContestants } from '../http/contestants.js'
import { algs } from '../platform.js'
import type { Place } from './figures.js'

/** A column, or a row, of a table of docs/performance.md. */
export interface Figure {
  readonly name: string
  readonly place: (alg: string) => Place
  /** How many times as long as ours a peer takes: below 1 it is ahead. */
  readonly isPeer?: boolean
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
const start = (row: string) => () => ({
  part: 'start',
  table: 'Start',
  row,
  column: 'import and first token',
})

/** What an adopter asks, in this order. */
export const sections: readonly Section[] = [
  {
    title: 'Requests a second',
    text: 'Express 5 with one protected route and 64 busy connections. `requests/s` is this package with its memory stores. Under a peer: how many times as many requests a second this package serves, so 1.20 is 20 % more. `Passport` is `ReverseJwtStrategy` beside passport-jwt.',
    algs,
    figures: [
      { name: 'requests/s', place: http('64 connections', 'reverse-jwt', 'requests/s') },
      ...peers.map((name) => ({ name, place: http('64 connections', name, 'time ÷ ours'), isPeer: true })),
      {
        name: 'Passport',
        place: (alg) => ({ part: 'http', target: `HTTP, ${alg}, 64 connections: through Passport` }),
      },
    ],
  },
  {
    title: 'Latency of a lone request',
    text: 'The same route, one connection. The median of this package, in microseconds; under a peer, how many times as long it takes.',
    algs: inShort,
    figures: [
      { name: 'p50, µs', place: http('one connection', 'reverse-jwt', 'p50') },
      ...peers.map((name) => ({ name, place: http('one connection', name, 'p50 ÷ ours'), isPeer: true })),
    ],
  },
  {
    title: 'Main thread',
    text: 'Microseconds of the one thread that serves all requests, a request at 64 connections, beyond those of the unprotected route. What is spent here no other request can have. Most signatures are verified on other threads, so algorithms differ little.',
    algs: ['RS256'],
    figures: ['reverse-jwt', ...peers].map((name) => ({
      name,
      place: http('64 connections', name, 'beyond bare'),
    })),
  },
  {
    title: 'In process',
    text: 'Without HTTP, 64 tokens in flight. `limit`: tokens a second, as a share of those of a bare `crypto.verify`, which checks nothing but the signature. Under a peer: how many times as long it takes; `jose, main thread`: the same of the main thread alone. fast-jwt, jsonwebtoken and aws-jwt-verify verify on the main thread, where nothing else can run meanwhile.',
    algs: inShort,
    figures: [
      { name: 'limit', place: inProcess('reverse-jwt', 'of crypto.verify') },
      ...['jose', 'jsonwebtoken', 'fast-jwt', 'aws-jwt-verify', 'hono/jwt'].map((name) => ({
        name,
        place: inProcess(name, 'time ÷ ours'),
        isPeer: true,
      })),
      { name: 'jose, main thread', place: inProcess('jose', 'main thread ÷ ours'), isPeer: true },
    ],
  },
  {
    title: 'Refusals',
    text: 'How many times as long the cheapest peer takes to refuse the same RS256 token, in process.',
    figures: kinds.map((kind) => ({
      name: kind,
      isPeer: true,
      place: () => ({ part: 'refusals', table: 'Refusals', row: kind, column: 'cheapest peer ÷ ours' }),
    })),
  },
  {
    title: 'Under a flood',
    text: '64 connections send rubbish, expired, forged and used tokens, while 200 honest calls a second come. `served`: their share that is answered 200. Their p99 is in milliseconds; `jose` is a route by hand with jose and a `Map`, and how many times as long its p99 is. The flood is a closed loop, so whoever refuses faster is sent more; in the last two columns it is 3,000 a second for both.',
    algs: ['RS256'],
    figures: [
      { name: 'served', place: flood('closed loop', 'reverse-jwt', 'honest answered 200') },
      { name: 'p99', place: flood('closed loop', 'reverse-jwt', 'honest p99') },
      { name: 'jose', place: flood('closed loop', 'jose + Map', 'p99 ÷ ours'), isPeer: true },
      { name: 'refusals/s', place: flood('closed loop', 'reverse-jwt', 'refusals/s') },
      { name: "jose's", place: flood('closed loop', 'jose + Map', 'refusals/s') },
      { name: 'p99, fixed', place: flood('at a fixed rate', 'reverse-jwt', 'honest p99') },
      { name: 'jose, fixed', place: flood('at a fixed rate', 'jose + Map', 'p99 ÷ ours'), isPeer: true },
    ],
  },
  {
    title: 'Redis, PostgreSQL, start',
    text: 'Redis and PostgreSQL run on the same machine. A cold key is not in the cache of this process. Bytes are those allocated in process.',
    figures: [
      {
        name: 'HTTP, RS256: time with Redis ÷ memory',
        place: () => http('64 connections', 'reverse-jwt, Redis', 'time ÷ ours')('RS256'),
      },
      { name: 'ids/s, one ioredis connection', place: redis('ioredis', 'ids/s') },
      {
        name: "the same with `'refuse'`, of the default",
        place: redis("ioredis, 'refuse'", "of ioredis'"),
      },
      { name: 'cold key: µs', place: postgres('cold key', 'time') },
      { name: 'cold key: queries', place: postgres('cold key', 'queries') },
      { name: 'import and first token: ms', place: start('reverse-jwt') },
      { name: "jose's: ms", place: start('jose') },
      {
        name: 'bytes an ES256 token',
        place: () => inProcess('reverse-jwt', 'bytes')('ES256'),
      },
      { name: "jose's bytes", place: () => inProcess('jose', 'bytes')('ES256') },
    ],
  },
]
