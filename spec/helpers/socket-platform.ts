import { afterAll, beforeAll } from '@jest/globals'
import { once } from 'node:events'
import { createServer, get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { refuseUpgrade, socketCredentials, type Verifier } from '../../lib/index.js'

export const token = (text: string) => `reverse-jwt.token.${text}`
/** What a browser sends beside what a test is about. */
const handshake = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

export interface SocketAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** As they came, in their order. */
  readonly rawHeaders: readonly string[]
  readonly body: string
}

/** One server for a file, as the docstring of socketCredentials shows it. */
export function socketPlatform() {
  let admit: (request: IncomingMessage) => Promise<{ readonly project: { readonly id: string } }>
  const sockets = new WebSocketServer({ noServer: true })
  const opened: WebSocket[] = []
  const raw: Duplex[] = []
  const server = createServer((_req, res) => res.end('page'))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    raw.push(socket)
    admit(request).then(
      ({ project }) => {
        sockets.handleUpgrade(request, socket, head, (webSocket) => {
          opened.push(webSocket)
          webSocket.on('message', (data) => {
            webSocket.send(`${project.id}: ${(data as Buffer).toString()}`)
          })
        })
      },
      (error: unknown) => {
        refuseUpgrade(socket, error)
      },
    )
  })
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => {
    for (const webSocket of opened) webSocket.terminate()
    server.close().closeAllConnections()
  })
  const port = () => (server.address() as AddressInfo).port

  return {
    server,
    /** The sockets that were to be upgraded, the last one last. */
    raw,
    /** The address for a WebSocket of these tests, whose requests a verifier decides about from here on. */
    serve(verifier: Pick<Verifier, 'verify'>, scope?: string): string {
      admit = async (request) => {
        const { token, origin } = socketCredentials(request)
        return verifier.verify(token, { origin, scope })
      }
      return `ws://127.0.0.1:${port()}/live`
    },
    serveBy(decide: typeof admit): void {
      admit = decide
    },
    /** What the server says to a handshake with these headers. */
    answerTo(headers: Readonly<Record<string, string | string[]>>, path = '/live'): Promise<SocketAnswer> {
      return new Promise((resolve, reject) => {
        const asked = get({ port: port(), path, agent: false, headers: { ...handshake, ...headers } })
        const answered = (response: IncomingMessage, body: string) => {
          const { statusCode: status = 0, headers, rawHeaders } = response
          resolve({ status, headers, rawHeaders, body })
        }
        asked.on('upgrade', (response, socket) => {
          socket.destroy()
          answered(response, '')
        })
        asked.on('response', (response) => {
          let body = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
          response.on('end', () => {
            answered(response, body)
          })
        })
        asked.on('error', reject)
      })
    },
    /** A client that has sent its handshake, and can leave. */
    async begin(headers: Readonly<Record<string, string>>): Promise<Socket> {
      const lines = Object.entries({ ...handshake, ...headers }).map(([name, value]) => `${name}: ${value}`)
      const client = connect(port(), '127.0.0.1')
      client.write(['GET /live HTTP/1.1', 'Host: platform.example', ...lines, '', ''].join('\r\n'))
      await once(server, 'upgrade')
      return client
    },
  }
}
