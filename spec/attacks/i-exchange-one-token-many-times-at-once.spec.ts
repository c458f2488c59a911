import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { keyPair } from '../helpers/keys.js'
import { RedisServer } from '../helpers/redis-server.js'
import type { ExchangeStarter } from '../session/exchange-runner.js'
import { grantType, mint, pageOrigin, platformKey } from '../session/platform.js'

const processes = 4
const children: ChildProcess[] = []
let redis: RedisServer
let ports: number[]

beforeAll(async () => {
  redis = await RedisServer.start()
  const runner = fileURLToPath(new URL('../session/exchange-runner.js', import.meta.url))
  const starter: ExchangeStarter = {
    port: redis.port,
    projectJwk: keyPair('ES256').publicJwk,
    signingKey: platformKey().export({ type: 'pkcs8', format: 'pem' }) as string,
  }
  ports = await Promise.all(
    Array.from({ length: processes }, async () => {
      const child = fork(runner, { execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } })
      children.push(child)
      child.send(starter)
      const [port] = (await once(child, 'message')) as [number]
      return port
    }),
  )
}, 120_000)

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await redis.remove()
})

async function exchange(port: number, assertion: string) {
  const response = await fetch(`http://127.0.0.1:${port}/oauth/token`, {
    method: 'POST',
    headers: { Origin: pageOrigin },
    body: new URLSearchParams({ grant_type: grantType, assertion }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

it('gives one session for a token that 50 requests carry to four processes', async () => {
  for (let round = 0; round < 3; round++) {
    const token = mint()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => exchange(ports[at % processes] ?? 0, token)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = answers.filter(({ status }) => status !== 200)
    expect(new Set(refused.map(({ status, body }) => `${status} ${String(body.code)}`))).toEqual(
      new Set(['400 token_replayed']),
    )
  }
})

it('gives each of 50 tokens its session', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) => exchange(ports[at % processes] ?? 0, mint())),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
})
