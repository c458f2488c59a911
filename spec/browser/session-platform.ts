import type { IncomingMessage, RequestListener } from 'node:http'
import type { openServer } from '../helpers/server.js'
import { addressOf } from './client.js'

/** What the exchange answers in the place of a session, as JSON unless it is a text. */
export interface ExchangeAnswer {
  readonly status: number
  readonly body: unknown
}

/**
 * A platform that gives sessions by name: `session-1`, `session-2`. Its calls take those that are live, and refuse the others before
 * they run anything.
 */
export function sessionPlatform(
  serve: ReturnType<typeof openServer>,
  answers: (ExchangeAnswer | undefined)[] = [],
  expiresIn = 600,
) {
  const exchanges: { body: URLSearchParams; headers: IncomingMessage['headers']; path: string }[] = []
  const ran: string[] = []
  const live = new Set<string>()

  const answerTo = (req: IncomingMessage, body: string): ExchangeAnswer & { type: string } => {
    const { url = '', method = '', headers } = req
    const session = (headers.authorization ?? '').replace('Bearer ', '')
    const json = { type: 'application/json' }
    if (!url.startsWith('/oauth')) {
      const problem = { code: 'session_revoked', retry: 'fresh-token' }
      if (!live.has(session)) return { status: 401, body: problem, type: 'application/problem+json' }
      ran.push(`${method} ${url} ${session}`)
      return { status: 200, body: {}, ...json }
    }
    const scripted = answers[exchanges.length]
    exchanges.push({ body: new URLSearchParams(body), headers, path: url })
    if (scripted) return { ...scripted, ...json }
    const name = `session-${exchanges.length}`
    live.add(name)
    return {
      status: 200,
      body: { access_token: name, token_type: 'Bearer', expires_in: expiresIn },
      ...json,
    }
  }

  const listener: RequestListener = (req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const { status, body, type } = answerTo(req, Buffer.concat(chunks).toString())
      res.writeHead(status, { 'content-type': type })
      res.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  }
  return { address: addressOf(serve(listener)), exchanges, ran, live }
}
