import { randomUUID } from 'node:crypto'
import { StoreError, type ReplayStore, type TokenUse } from '../../lib/index.js'
import { RedisReplayStore, type RedisClient, type AfterDataLoss } from '../../lib/replay/redis/index.js'
import { until } from './until.js'

/** How often each id was accepted, refused as used, and not decided. */
export class Acceptances {
  readonly accepted = new Map<string, number>()
  refused = 0
  undecided = 0

  /** Presents a token to a store, as a verifier would. Whatever is no outage fails the test. */
  async present(store: ReplayStore, use: TokenUse): Promise<void> {
    try {
      const first = await store.consume(use)
      if (first) this.accepted.set(use.jti, (this.accepted.get(use.jti) ?? 0) + 1)
      else this.refused++
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.undecided++
    }
  }

  /** How many ids were accepted more than once. */
  get twice(): number {
    return Array.from(this.accepted.values()).filter((times) => times > 1).length
  }
}

/** The use of a token that lives for three minutes from now and can be used from now on. */
export function liveUse(jti: string, acceptableFrom = Date.now() / 1000): TokenUse {
  return { projectId: 'shop', jti, expiresAt: acceptableFrom + 180, acceptableFrom, now: Date.now() / 1000 }
}

/** As many of their own name, which can be used from now on. */
export function liveUses(count: number, name: string): TokenUse[] {
  return Array.from({ length: count }, (_, at) => liveUse(`${name}-${at}`))
}

/**
 * Told to refuse after a loss, a store refuses what could have been used before it met the server; from then on it lets new tokens in.
 * The trial is a little older than what the test makes next: clocks tick in milliseconds, and the latter must not stand on the line.
 */
export async function untilNewTokensPass(store: ReplayStore): Promise<void> {
  const trial = new Acceptances()
  await until('a new token is let in', async () => {
    await trial.present(store, liveUse(randomUUID(), Date.now() / 1000 - 0.01))
    return trial.accepted.size > 0
  })
}

/**
 * A store that a busy machine does not make say 503. Told to refuse after a loss, a store adds the time limit to the age of a token, and
 * this clock takes it off again: so it lets new tokens in soon, but no longer promises anything about used ones. See `refusingStore`.
 */
export function storeWithLongTimeLimit(
  client: RedisClient,
  afterDataLoss: AfterDataLoss,
  prefix = 'rjwt:',
): RedisReplayStore {
  const store = new RedisReplayStore({ client, afterDataLoss, prefix, timeoutMs: 10_000 })
  const ceilings = store.bind({ clock: () => Date.now() / 1000 - 9.9, maxLifetime: 300, clockTolerance: 5 })
  // The clock of a verifier would be another one.
  return Object.assign(store, { bind: () => ceilings })
}

/** A store that keeps its promise to refuse after a loss, and so lets new tokens in only after its time limit. */
export function refusingStore(client: RedisClient, prefix = 'rjwt:'): RedisReplayStore {
  // Each second of tolerance is a second that a test waits after a loss.
  return new RedisReplayStore({ client, afterDataLoss: 'refuse', prefix, timeoutMs: 1000, clockTolerance: 0 })
}

/** For what is counted and not judged: it stands in the test's output. */
export function printed(text: string): void {
  process.stderr.write(`${text}\n`)
}
