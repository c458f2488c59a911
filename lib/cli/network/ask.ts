import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { documentLimits, parseJsonText, type JsonObject } from '../../encoding/strict-json.js'
import { failureOf, type Failure } from './failure.js'
import { timeoutOf, trustOf, type Network } from './network.js'

export interface Question {
  readonly method?: 'GET' | 'POST' | 'OPTIONS'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What a server answered. All of it is its own words: nothing of it is printed as it is. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Undefined where it could not be read: too long, too slow, compressed, or no text in UTF-8. */
  readonly body: string | undefined
  /** Epoch seconds by the clock of this machine. */
  readonly askedAt: number
  readonly answeredAt: number
}

export type Outcome = Answer | Failure

const maxBytes = 262_144

/**
 * Asks a server one thing. Follows no redirect, uses no proxy, unpacks nothing, reads at most 256 KB, and waits for so long as `network`
 * says, all in all. Never throws.
 */
export function ask(
  url: URL,
  { method = 'GET', headers, body }: Question,
  network: Network,
): Promise<Outcome> {
  const timeoutMs = timeoutOf(network)
  const signal = AbortSignal.timeout(timeoutMs)
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve) => {
    const askedAt = Date.now() / 1000
    const sent = request(url, {
      ...trustOf(network),
      method,
      headers: {
        Accept: 'application/json',
        'Accept-Encoding': 'identity',
        'User-Agent': 'reverse-jwt',
        ...headers,
      },
      // A connection of its own for each request, so that none outlives it.
      agent: false,
      signal,
    })
    // Also after the answer has begun: then there is nobody left to tell.
    sent.on('error', (error) => {
      resolve(failureOf(error, signal.aborted, timeoutMs))
    })
    // Nobody asked for another protocol. Unless this is listened for, the request ends without a word.
    sent.once('upgrade', ({ statusCode: status = 0, headers }, socket) => {
      const answeredAt = Date.now() / 1000
      socket.destroy()
      resolve({ status, headers, body: undefined, askedAt, answeredAt })
    })
    sent.once('response', (response) => {
      const { statusCode: status = 0, headers } = response
      const answeredAt = Date.now() / 1000
      void readText(response).then((text) => {
        sent.destroy()
        resolve({ status, headers, body: text, askedAt, answeredAt })
      })
    })
    sent.end(body)
  })
}

async function readText(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > maxBytes) return undefined
      chunks.push(chunk)
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    return undefined
  }
}

export function isAnswer(outcome: Outcome): outcome is Answer {
  return 'status' in outcome
}

/** The JSON object that was answered; undefined for anything else. */
export function jsonOf({ body }: Answer): JsonObject | undefined {
  return body === undefined ? undefined : parseJsonText(body, documentLimits)
}

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

export function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400
}

/** The names in a header that is a list, in small letters. */
export function namesIn(header: string | undefined): readonly string[] {
  return (header ?? '').split(',').map((name) => name.trim().toLowerCase())
}
