import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { hostileShapes, plainValue } from '../helpers/hostile-json.js'
import { audience, encode, now } from '../helpers/mint.js'

jest.setTimeout(120_000)

const program = fileURLToPath(new URL('./small-heap-platform.js', import.meta.url))
const agent = new Agent({ keepAlive: true, maxSockets: 16 })
/** The plain ones get further than most, and what is remembered of them shall not keep their whole text. */
const shapes = Object.values(hostileShapes).flatMap((shape) => [shape, plainValue])
const signature = 'A'.repeat(85) + 'Q'

let child: ChildProcessByStdio<null, Readable, Readable>
let port: number

beforeAll(async () => {
  child = spawn(
    process.execPath,
    [
      '--max-old-space-size=64',
      '--max-semi-space-size=4',
      '--expose-gc',
      '--max-http-header-size=65536',
      program,
    ],
    { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  child.stderr.resume()
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  port = Number(line.toString())
})
afterAll(() => {
  agent.destroy()
  child.kill('SIGKILL')
})

/** Throws when the platform is gone. */
async function ask(path: string, token?: string): Promise<{ status: number | undefined; body: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const sent = request({ host: '127.0.0.1', port, path, headers, agent }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, body: await text(answer) }
}

const honestStatus = async () => (await ask('/portal', (await ask('/token')).body)).status
const memory = async () => JSON.parse((await ask('/memory')).body) as { resident: number; heap: number }

/** Hostile in its header, or in its claims, which may be those of an honest token. Each names another key. */
function hostileToken(number: number): string {
  const shape = shapes[number % shapes.length]
  const place = shape === plainValue ? 2 : Math.floor(number / shapes.length) % 3
  const length = Math.floor(number / shapes.length) % 3 === 0 ? 11_000 : 2_600
  const value = shape?.(length, number) ?? ''
  // Long enough for V8 to cut it out of the text rather than to copy it.
  const kid = number % 7 === 0 ? '\u{10FFFF}'.repeat(120) + String(number) : `made-up-kid-${number}`
  const project = number % 2 === 0 ? 'shop' : `made-up-project-${number}`
  const header = JSON.stringify({ alg: 'ES256', kid })
  const claims = JSON.stringify({ iss: project, aud: audience, proj_id: project, jti: kid, exp: now + 110 })
  const withValue = (json: string) => `${json.slice(0, -1)},"a":${value}}`
  const parts = [
    [withValue(header), '{"a":1}'],
    [header, `{"a":${value}}`],
    [header, withValue(claims)],
  ][place] as [string, string]
  return `${parts.map(encode).join('.')}.${signature}`
}

async function attack(first: number, count: number): Promise<Set<number | undefined>> {
  let next = first
  const statuses = new Set<number | undefined>()
  const client = async () => {
    while (next < first + count) statuses.add((await ask('/portal', hostileToken(next++))).status)
  }
  await Promise.all(Array.from({ length: 16 }, client))
  return statuses
}

it('a heap of 64 MB survives 20,000 hostile tokens, and nothing of them stays', async () => {
  expect(await honestStatus()).toBe(200)
  expect(await attack(0, 10_000)).toEqual(new Set([401]))
  let before = await memory()
  let end = before
  // What stays of tokens grows each time. What the system has not taken back yet does not: on a busy machine it is asked again.
  for (let round = 1; round <= 3; round++) {
    before = end
    expect(await attack(round * 10_000, 10_000)).toEqual(new Set([401]))
    end = await memory()
    if (end.resident / before.resident < 1.1) break
  }
  expect(await honestStatus()).toBe(200)
  expect(end.resident / before.resident).toBeLessThan(1.1)
  // What is kept are ten thousand events and as many names that do not exist; each was part of a token of kilobytes.
  expect(end.heap / 1e6).toBeLessThan(25)
})
