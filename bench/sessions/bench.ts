import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Child } from '../child.js'
import { askAll } from '../http/ask-all.js'
import { Connection } from '../http/connection.js'
import { interleave, ratio, spread } from '../interleave.js'
import { makeKeys, origin, type Alg, type KeySet } from '../platform.js'
import { cell, type Part, type Table, type Verdict } from '../results.js'
import { targets } from '../targets.js'
import { inProcessSessions, type InProcessSessions } from './in-process.js'
import type { ServiceName, ServiceQuestion } from './server.js'
import { signSessions } from './sessions.js'

export interface SessionsSize extends InProcessSessions {
  /** Requests a turn. */
  readonly requests: number
}

const connections = 64
const services: readonly ServiceName[] = [
  'bare Express',
  'sessionAuth',
  'jose by hand',
  'express-oauth2-jwt-bearer',
]

/** What a service spends on sessions, in process and behind Express. */
export async function sessions(size: SessionsSize): Promise<Part> {
  const keys = makeKeys()
  const inside = await inProcessSessions(size, keys)
  const outside = await behindExpress(size, keys)
  return {
    tables: [inside.table, outside.table],
    verdicts: [...inside.verdicts, ...outside.verdicts],
  }
}

async function behindExpress({ algs, rounds, warmUp, requests }: SessionsSize, keys: KeySet) {
  const rows: Table['rows'][number][] = []
  const verdicts: Verdict[] = []
  const { jwks } = keys
  const jwksServer = createServer((_, response) => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(jwks))
  }).listen(0, '127.0.0.1')
  await once(jwksServer, 'listening')
  const jwksUri = `http://127.0.0.1:${(jwksServer.address() as AddressInfo).port}/jwks.json`
  try {
    for (const alg of algs) {
      const turns = await turnsOf(alg, keys, { rounds, warmUp, requests, jwksUri })
      const { sessionAuth = [], ...others } = turns
      const peers = ['jose by hand', 'express-oauth2-jwt-bearer'] as const
      rows.push({
        name: alg,
        cells: [
          cell(spread(sessionAuth.map(({ wall }) => requests / (wall / 1e9))), '/s'),
          cell(ratio(others['bare Express'] ?? [], sessionAuth, 'wall'), 'ratio'),
          ...peers.map((peer) => cell(ratio(others[peer] ?? [], sessionAuth, 'wall'), 'ratio')),
        ],
      })
      for (const peer of peers) {
        verdicts.push({
          target: `sessionAuth, ${alg}, ${connections} connections: requests a second, as a multiple of ${peer}`,
          reached: cell(ratio(others[peer] ?? [], sessionAuth, 'wall'), 'ratio'),
          atLeast: targets.minSessionsOfPeer,
        })
      }
    }
  } finally {
    jwksServer.close()
    jwksServer.closeAllConnections()
  }
  const table: Table = {
    title: 'Sessions behind Express',
    text: `Express 5, ${connections} connections, a process for each service. \`sessionAuth\` and \`express-oauth2-jwt-bearer\` (strict, RFC 9068) read the key set by address; \`jose by hand\` is \`jwtVerify\` with a local set. Requests a second of \`sessionAuth\`, as a share of a route without protection, and as a multiple of the others'.`,
    columns: ['requests/s', 'of bare Express', 'jose ÷ ours', 'express-oauth2-jwt-bearer ÷ ours'],
    rows,
  }
  return { table, verdicts }
}

async function turnsOf(
  alg: Alg,
  keys: KeySet,
  {
    rounds,
    warmUp,
    requests,
    jwksUri,
  }: Pick<SessionsSize, 'rounds' | 'warmUp' | 'requests'> & { readonly jwksUri: string },
) {
  const bodies = (await signSessions(keys, alg, 200)).map((session) =>
    Buffer.from(
      `GET /orders HTTP/1.1\r\nHost: platform.example\r\nOrigin: ${origin}\r\nAuthorization: Bearer ${session}\r\n\r\n`,
    ),
  )
  const children = services.map(() => new Child('./sessions/server.js'))
  try {
    const contestants = await Promise.all(
      services.map(async (start, at) => {
        const question: ServiceQuestion = { start, alg, jwks: keys.jwks, jwksUri }
        const port = (await children[at]?.ask<number>(question)) ?? NaN
        const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)))
        return [start, () => askAll(open, bodies, requests)] as const
      }),
    )
    return await interleave(Object.fromEntries(contestants), rounds, warmUp)
  } finally {
    await Promise.all(children.map((child) => child.stop()))
  }
}
