import { afterAll, beforeAll } from '@jest/globals'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

/**
 * One listening server for a whole file. Each test hands it the app that it is about:
 * `request(serve(app)).get('/portal')`.
 */
export function openServer(): (app: RequestListener) => Server {
  let current: RequestListener = (_, response) => response.end()
  const server = createServer((request, response) => {
    current(request, response)
  })
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve)
      }),
  )
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return (app) => {
    current = app
    return server
  }
}

export interface RawAnswer {
  readonly status: number
  /** As on the wire, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** Writes these bytes to the server, as they are, and returns all that it says until it hangs up. */
export function rawText(server: Server, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const { port } = server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
  })
}

/** The same, taken apart. The last request must ask for the connection to be closed. */
export async function rawAnswers(server: Server, bytes: string | Buffer): Promise<RawAnswer[]> {
  const answers: RawAnswer[] = []
  let rest = await rawText(server, bytes)
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n')
    const headers = lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    })
    const length = headers.find(([name]) => name === 'content-length')?.[1]
    // Without a length the answer ends where the connection does.
    const next = length === undefined ? rest.length : end + 4 + Number(length)
    answers.push({ status: Number(statusLine.split(' ')[1]), headers, body: rest.slice(end + 4, next) })
    rest = rest.slice(next)
  }
  return answers
}

/** One request whose header lines are exactly these, and one answer. */
export async function rawRequest(
  server: Server,
  lines: readonly string[],
  requestLine = 'GET /portal HTTP/1.1',
): Promise<RawAnswer> {
  const head = [requestLine, 'Host: platform.example', 'Connection: close', ...lines, '', ''].join('\r\n')
  const [answer] = await rawAnswers(server, head)
  if (answer === undefined) throw new Error('the server hung up without an answer')
  return answer
}
