import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AfterDataLoss } from '../../lib/replay/redis/index.js'
import { makeKeyPair } from './keys.js'
import { mint } from './mint.js'
import { metLongAgo } from './redis-epochs.js'
import { RedisServer } from './redis-server.js'

export interface Race {
  readonly tokens: number
  /** How often each token is presented, over all processes. */
  readonly times: number
  readonly processes: number
  readonly afterDataLoss: AfterDataLoss
  readonly onProgress?: (tokensDone: number) => void
}

export interface RaceResult {
  readonly acceptedOnce: number
  readonly acceptedTwice: number
  readonly neverAccepted: number
  readonly replayed: number
  /** Anything else than accepted or replayed. */
  readonly otherwise: number
}

/** What a runner gets first, and then for each round. */
export interface Starter {
  readonly port: number
  readonly afterDataLoss: AfterDataLoss
  readonly library: 'ioredis' | 'node-redis'
  readonly publicJwk: object
}
export interface Round {
  readonly tokens: readonly string[]
  /** Which of them to present, in this order, one as often as it stands there. */
  readonly presented: readonly number[]
}
export interface RoundResult {
  /** For each token how often it passed. */
  readonly accepted: readonly number[]
  readonly replayed: number
  readonly otherwise: number
}

const tokensARound = 5000
const runner = fileURLToPath(new URL('./race-runner.js', import.meta.url))

/**
 * Processes with a verifier each, one Redis, and tokens that are presented to all of them at the same time. Each round has its
 * tokens, so that no race is too long for the memory.
 */
export async function race({
  tokens,
  times,
  processes,
  afterDataLoss,
  onProgress,
}: Race): Promise<RaceResult> {
  const redis = await RedisServer.start()
  const { privateKey, publicJwk } = makeKeyPair('EdDSA')
  const runners: ChildProcess[] = []
  const result = { acceptedOnce: 0, acceptedTwice: 0, neverAccepted: 0, replayed: 0, otherwise: 0 }
  try {
    for (let at = 0; at < processes; at++) {
      // What the test runner's own Node was told is not for these.
      const child = fork(runner, { execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } })
      runners.push(child)
      const library = at % 2 === 0 ? 'ioredis' : 'node-redis'
      await ask(child, { port: redis.port, afterDataLoss, library, publicJwk } satisfies Starter)
    }
    await metLongAgo(redis)
    const signed = (count: number) =>
      Array.from({ length: count }, () => mint({ alg: 'EdDSA', privateKey, header: { kid: 'key-race' } }))

    let next = signed(Math.min(tokensARound, tokens))
    for (let done = 0; done < tokens;) {
      const round = next
      const results = Promise.all(
        runners.map(
          (child, at) =>
            ask(child, { tokens: round, presented: shareOf(at, round.length) }) as Promise<RoundResult>,
        ),
      )
      done += round.length
      // While the others verify.
      next = signed(Math.min(tokensARound, tokens - done))
      tally(await results)
      onProgress?.(done)
    }
  } finally {
    for (const child of runners) child.kill('SIGKILL')
    await redis.remove()
  }
  return result

  /** The nth presentation of a token goes to the nth process after that of the one before. */
  function shareOf(at: number, count: number): number[] {
    return Array.from({ length: count * times }, (_, presentation) => presentation).flatMap(
      (presentation) => {
        const token = Math.floor(presentation / times)
        return (token + (presentation % times)) % processes === at ? [token] : []
      },
    )
  }

  function tally(results: readonly RoundResult[]): void {
    for (const token of results[0]?.accepted.keys() ?? []) {
      const accepted = results.reduce((sum, one) => sum + (one.accepted[token] ?? 0), 0)
      result[accepted === 0 ? 'neverAccepted' : accepted === 1 ? 'acceptedOnce' : 'acceptedTwice']++
    }
    for (const { replayed, otherwise } of results) {
      result.replayed += replayed
      result.otherwise += otherwise
    }
  }
}

async function ask(child: ChildProcess, question: Starter | Round): Promise<unknown> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('a process of the race ended')
  })
  const answered = once(child, 'message')
  child.send(question)
  const [answer] = (await Promise.race([answered, ended])) as unknown[]
  ended.catch(() => undefined)
  return answer
}
