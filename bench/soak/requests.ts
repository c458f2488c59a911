import { Agent, request, type IncomingMessage, type RequestOptions } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Sends one request and resolves to its status; 0 when there was no answer. */
export function statusOf(options: RequestOptions, body?: string): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(
      { host: '127.0.0.1', path: '/portal', agent, ...options },
      (answer: IncomingMessage) => {
        answer.resume()
        answer.once('close', () => {
          resolve(answer.statusCode ?? 0)
        })
      },
    )
    sent.once('error', () => {
      resolve(0)
    })
    sent.end(body)
  })
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Calls `act` so many times a second, whatever becomes of the calls. Resolves after `seconds`, when all have ended. */
export async function evenly(rate: number, seconds: number, act: (number: number) => Promise<unknown>) {
  const begun = performance.now()
  const acts = new Set<Promise<unknown>>()
  for (let number = 0; number < rate * seconds; number++) {
    const wait = begun + (number * 1000) / rate - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    // Whoever sends more than is answered waits.
    if (acts.size >= 256) await Promise.race(acts)
    const one: Promise<unknown> = act(number).finally(() => acts.delete(one))
    acts.add(one)
  }
  await Promise.all(acts)
}
