/** A program: one process of a platform that exchanges project tokens. It is told where its Redis is, and tells its own port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVerifier, MemoryKeyStore } from '../../lib/index.js'
import { RedisReplayStore } from '../../lib/replay/redis/index.js'
import { createSessionIssuer } from '../../lib/session/index.js'
import { besideRedis } from '../helpers/beside-redis.js'
import { now } from '../helpers/mint.js'
import { ioredisOf } from '../helpers/redis-clients.js'

export interface ExchangeStarter {
  readonly port: number
  readonly projectJwk: object
  readonly signingKey: string
}

process.on('message', (starter: ExchangeStarter) => {
  start(starter).then(
    (port) => process.send?.(port),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})

async function start({ port, projectJwk, signingKey }: ExchangeStarter): Promise<number> {
  const issuer = 'https://platform.example'
  const { client } = await ioredisOf(port)
  const replayStore = besideRedis(new RedisReplayStore({ client, timeoutMs: 10_000 }))
  const keyStore = new MemoryKeyStore([
    { id: 'shop', keys: [{ jwk: projectJwk, kid: 'key-es256', alg: 'ES256' }] },
  ])
  const verifier = createVerifier({ audience: issuer, keyStore, replayStore, clock: () => now })
  const sessions = createSessionIssuer({ issuer, verifier, signingKeys: [{ privateKey: signingKey }] })
  const server = createServer(sessions.tokenEndpoint()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}
