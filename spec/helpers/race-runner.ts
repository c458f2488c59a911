/** A program: one process of a platform, which verifies the tokens that it is sent and tells how often each passed. */
import { AuthenticationError, createVerifier, MemoryKeyStore, type Verifier } from '../../lib/index.js'
import { RedisReplayStore } from '../../lib/replay/redis/index.js'
import { besideRedis } from './beside-redis.js'
import { audience, now } from './mint.js'
import type { Round, RoundResult, Starter } from './race.js'
import { ioredisOf, nodeRedisOf } from './redis-clients.js'

const inFlight = 64

let verifier: Verifier | undefined

process.on('message', (message: Starter | Round) => {
  const answer = 'port' in message ? start(message) : present(message)
  answer.then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})

async function start({ port, afterDataLoss, library, publicJwk }: Starter): Promise<string> {
  const { client } = await (library === 'ioredis' ? ioredisOf(port) : nodeRedisOf(port))
  await new RedisReplayStore({ client, afterDataLoss }).ready()
  const clock = () => now
  verifier = createVerifier({
    audience,
    keyStore: new MemoryKeyStore([{ id: 'shop', keys: [{ jwk: publicJwk, kid: 'key-race', alg: 'EdDSA' }] }]),
    // A busy machine is no outage.
    replayStore: besideRedis(
      new RedisReplayStore({ client, afterDataLoss, timeoutMs: 10_000, projectRate: 10_000_000 }),
    ),
    clock,
  })
  return 'ready'
}

async function present({ tokens, presented }: Round): Promise<RoundResult> {
  const accepted = tokens.map(() => 0)
  let replayed = 0
  let otherwise = 0
  let next = 0
  async function presentSome(): Promise<void> {
    while (next < presented.length) {
      const token = presented[next++] ?? 0
      try {
        await verifier?.verify(tokens[token] ?? '')
        accepted[token] = (accepted[token] ?? 0) + 1
      } catch (error) {
        if (error instanceof AuthenticationError && error.code === 'token_replayed') replayed++
        else otherwise++
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, presentSome))
  return { accepted, replayed, otherwise }
}
