import type { RequestListener } from 'node:http'
import {
  createProjectClient,
  type ProjectClientEvent,
  type ProjectClientOptions,
} from '../../lib/browser/index.js'
import { mint } from '../helpers/mint.js'
import type { openServer } from '../helpers/server.js'
import type { AddressInfo } from 'node:net'

type Serve = ReturnType<typeof openServer>

export const addressOf = (server: ReturnType<Serve>) =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`

export interface Called {
  /** Of the Authorization header. */
  readonly token: string
  readonly method: string
  readonly body: string
  readonly headers: NodeJS.Dict<string | string[]>
}

/** What a platform of the tests answers: a problem with these members, or a status alone. */
export interface Answer {
  readonly status: number
  readonly problem?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** A platform that answers as it is told, one after the other, and then with 200. It remembers what came. */
export function scripted(serve: Serve, answers: readonly Answer[]) {
  const calls: Called[] = []
  const listener: RequestListener = (req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const { status, problem, headers = {} } = answers[calls.length] ?? { status: 200 }
      const token = (req.headers.authorization ?? '').replace('Bearer ', '')
      calls.push({
        token,
        method: req.method ?? '',
        body: Buffer.concat(chunks).toString(),
        headers: req.headers,
      })
      const type = problem === undefined ? 'text/plain' : 'application/problem+json'
      res.writeHead(status, { 'content-type': type, ...headers })
      res.end(problem === undefined ? 'answered' : JSON.stringify(problem))
    })
  }
  return { calls, address: addressOf(serve(listener)) }
}

/** A client whose backend mints honest tokens, and what it tells. */
export function clientFor(address: string, options: Partial<ProjectClientOptions> = {}) {
  const events: ProjectClientEvent[] = []
  const onEvent = (event: ProjectClientEvent) => events.push(event)
  const source = options.tokenUrl === undefined ? { getToken: () => mint() } : {}
  return { events, client: createProjectClient({ platform: address, onEvent, ...source, ...options }) }
}
