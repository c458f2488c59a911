import { afterAll, beforeAll, jest } from '@jest/globals'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** A server of the platform that answers what a test says, and counts what it is asked. */
export interface OtherServer {
  readonly url: string
  readonly asked: IncomingMessage[]
  answer: (req: IncomingMessage, res: ServerResponse) => void
}

export function otherServer(): OtherServer {
  const other: { url: string; asked: IncomingMessage[]; answer: OtherServer['answer'] } = {
    url: '',
    asked: [],
    answer: (_, res) => res.end(),
  }
  const server: Server = createServer((req, res) => {
    other.asked.push(req)
    other.answer(req, res)
  })
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          other.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
          resolve()
        })
      }),
  )
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return other
}

export const json =
  (body: unknown, status = 200): OtherServer['answer'] =>
  (_, res) => {
    res.statusCode = status
    res.setHeader('Content-Type', 'application/json')
    res.end(JSON.stringify(body))
  }

/** Moves the monotonic clock until the mocks are restored. Returns what lets seconds pass. */
export function monotonicClock(): (seconds: number) => void {
  let moved = 0
  const real = performance.now.bind(performance)
  jest.spyOn(performance, 'now').mockImplementation(() => real() + moved)
  return (seconds) => {
    moved += seconds * 1000
  }
}
