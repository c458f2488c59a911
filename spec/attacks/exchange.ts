import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** An answer as it came over the wire. Only Date is left out, which no two answers need share. */
export interface WireAnswer {
  readonly status: number | undefined
  /** In their order and spelling. */
  readonly headers: readonly string[]
  readonly body: string
}

/** Sends one GET to a server on loopback and returns the whole answer. */
export function exchange(server: Server, path: string, headers: Record<string, string>): Promise<WireAnswer> {
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      text(answer).then((body) => {
        resolve({ status: answer.statusCode, headers: withoutDate(answer.rawHeaders), body })
      }, reject)
    })
      .on('error', reject)
      .end()
  })
}

function withoutDate(raw: readonly string[]): readonly string[] {
  const pairs = raw.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${raw[at + 1] ?? ''}`] : []))
  return pairs.filter((pair) => !pair.startsWith('Date: '))
}
