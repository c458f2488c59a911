import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { StoreError } from '../../errors.js'
import { BoundClock, maxSecondsApart } from '../bound-clock.js'
import { requireWithin } from '../ceilings.js'
import { apartSentence, consumptionOf, type Outcome, reasonOf } from './answers.js'
import type { RedisCommands } from './client.js'
import { Epochs } from './epochs.js'
import { examine, type RedisHealth } from './health.js'
import { RedisKeys } from './keys.js'
import {
  readReadyOptions,
  readRedisOptions,
  type RedisReadyOptions,
  type RedisReplayStoreOptions,
} from './options.js'
import { ProjectRate } from './project-rate.js'
import { consume, consumeInEpoch } from './scripts.js'
import { TimelyAnswers } from './timely-answers.js'
import type { BoundVerifier, ReplayCeilings, ReplayStore, TokenUse } from '../replay-store.js'

/** What became of the tokens since the store was made. For metrics; a number of this process, not of all. */
export interface RedisReplayCounts {
  /** Used for the first time. */
  readonly first: number
  /** Of those, how many were sent to Redis twice because a reply was lost, and were distinguished from a replay. */
  readonly resent: number
  readonly replayed: number
  /** With `afterDataLoss: 'refuse'`: refused because they could have been used before Redis lost its data. */
  readonly refusedAfterLoss: number
  /** With `afterDataLoss: 'refuse'`: how often this process was the first to meet a Redis without its memory. */
  readonly losses: number
  /** Not decided: 503. */
  readonly unavailable: number
}

/** Between two looks whether Redis can be asked. */
const pauseMs = 50

/**
 * Remembers used tokens in Redis 7 or newer, or Valkey, for any number of instances of a platform: each token is accepted once.
 *
 * One script and one round trip a token: it compares the clocks and does `SET rjwt:{Qk}3fHcVx... attempt EX 190 NX GET`; with
 * `afterDataLoss: 'refuse'` it also looks who remembers. The key holds a hash of project id and jti, never the jti. Redis
 * forgets by its own clock, so nothing is decided while that is 30 s or more away from the verifier's. A client that sends a
 * script again after a lost reply is distinguished from a replay by the attempt, a random text.
 *
 * Throws StoreError: `store_unavailable` when Redis does not answer within `timeoutMs`, refuses, or is not connected, and when
 * the clocks are apart; `replay_store_full` when it has no memory left, or a project has had `projectRate` tokens let in within
 * the minute. Never falls back to memory.
 *
 * @example
 * const client = new Redis('redis://localhost:6379')
 * client.on('error', (error) => console.error('redis', error.message))
 * const replayStore = new RedisReplayStore({ client })
 * await replayStore.ready()
 */
export class RedisReplayStore implements ReplayStore {
  private readonly redis: RedisCommands
  private readonly keys: RedisKeys
  private readonly timeoutMs: number
  private readonly refusesAfterLoss: boolean
  private readonly rate: ProjectRate
  private readonly ceilings: ReplayCeilings
  private readonly clock = new BoundClock()
  private readonly answers: TimelyAnswers
  private readonly epochs: Epochs
  private readonly counted = {
    first: 0,
    resent: 0,
    replayed: 0,
    refusedAfterLoss: 0,
    losses: 0,
    unavailable: 0,
  }

  constructor(options: RedisReplayStoreOptions) {
    const { client, prefix, timeoutMs, afterDataLoss, projectRate, ...ceilings } = readRedisOptions(options)
    this.redis = client
    this.keys = new RedisKeys(prefix, this.redis.cluster)
    this.timeoutMs = timeoutMs
    this.refusesAfterLoss = afterDataLoss === 'refuse'
    this.rate = new ProjectRate(projectRate)
    this.ceilings = ceilings
    this.answers = new TimelyAnswers(timeoutMs)
    const { redis, keys, answers, clock } = this
    this.epochs = new Epochs({ redis, keys, answers, clock })
  }

  async consume(use: TokenUse): Promise<boolean> {
    try {
      // Before the clock: what stands still in between must count as late, or an old moment would decide.
      const begun = performance.now()
      const now = this.clock.readAgain(use)
      this.rate.check(use.projectId, now)
      // By the time Redis looks, an earlier use may be forgotten. Only a process that stood still comes so late.
      if (use.expiresAt - now <= this.timeoutMs / 1000) return this.count('replayed', false)
      // To Redis it would look like a clock that is off.
      if (!(Math.abs(now - use.now) < maxSecondsApart)) throw stoodStill(now - use.now)
      return this.decide(await this.answers.to(() => this.consumeInRedis(use, now), begun))
    } catch (error) {
      this.counted.unavailable++
      if (error instanceof StoreError) throw error
      const full = error instanceof Error && error.message.startsWith('OOM')
      throw new StoreError(full ? 'replay_store_full' : 'store_unavailable', { cause: error })
    }
  }

  /**
   * For `createVerifier`. Throws a TypeError for a verifier whose limits are above `maxLifetime` or `clockTolerance`, and for a
   * second clock.
   */
  bind(verifier: BoundVerifier): ReplayCeilings {
    requireWithin(
      this.ceilings,
      verifier,
      (ceiling) => `raise it on the store of every instance: new RedisReplayStore({ client, ${ceiling} })`,
    )
    this.clock.bind(verifier.clock)
    return this.ceilings
  }

  /**
   * For start-up: waits until Redis has been examined, and throws an Error that names every reason why single use cannot be
   * promised. A client that is still connecting has `waitMs` for it. Resolves to the same as `health()`, warnings included,
   * which are yours to log. With `afterDataLoss: 'refuse'` it also tells Redis that this is where its memory begins, if nobody
   * has.
   */
  async ready(options: RedisReadyOptions = {}): Promise<RedisHealth> {
    const { waitMs } = readReadyOptions(options)
    const end = performance.now() + waitMs
    let health = await this.health()
    // By asking again, for the events of a connection have other names in each library.
    while (health.findings.some(({ about }) => about === 'connection') && performance.now() < end) {
      await delay(pauseMs)
      health = await this.health()
    }
    const errors = health.findings.filter(({ level }) => level === 'error').map(({ text }) => text)
    if (errors.length === 0 && this.refusesAfterLoss) {
      await this.epochs.beginEverywhere().catch((error: unknown) => errors.push(reasonOf(error)))
    }
    if (errors.length > 0) throw new Error(`RedisReplayStore is not ready: ${errors.join(' ')}`)
    return health
  }

  /**
   * For a readiness probe: asks Redis what it is and how it is set up. Never throws.
   *
   *     { "healthy": false, "findings": [{ "level": "error", "about": "eviction", "text": "maxmemory-policy is allkeys-lru ..." }] }
   *
   * Checks the version, the clocks (less than 30 s apart, a warning beyond 2 s; that of the verifier, or the system's before there
   * is one), that nothing evicts ids, that it is no replica, that data are kept on disk, that there are the replicas that
   * `min-replicas-to-write` asks for. `unchecked` is what Redis did not let us see. Does not check what happens later: ask again.
   */
  async health(): Promise<RedisHealth> {
    const { clock, timeoutMs, refusesAfterLoss } = this
    return examine(this.redis, { clock: () => clock.read(), timeoutMs, refusesAfterLoss })
  }

  /** What became of the tokens so far, in this process. */
  get counts(): RedisReplayCounts {
    return { ...this.counted }
  }

  /** What an answer tells beyond its token is news also when it is too late for the caller. */
  private async consumeInRedis(use: TokenUse, now: number): Promise<Outcome> {
    const consumption = consumptionOf(await this.askToConsume(use, now))
    if (typeof consumption === 'object') {
      if (consumption.endedEpoch) this.epochs.metOneWithout()
      throw new StoreError('store_unavailable', {
        cause: apartSentence(consumption.seconds),
        reason: 'clock',
      })
    }
    // Redis keeps it from now on. Nothing else counts, or whoever has a used token could use up the rate of its project.
    if (consumption === 'first' || consumption === 'resent') this.rate.count(use.projectId)
    if (consumption === 'loss') {
      this.counted.losses++
      this.epochs.metOneWithout()
    }
    return consumption
  }

  private askToConsume(use: TokenUse, now: number): Promise<string> {
    const { id, epoch } = this.keys.of(use)
    // Of the moment at which the verifier found the token live: until then an id must be remembered.
    const values = [String(use.now), newAttempt(), String(secondsLeft(use))]
    if (!this.refusesAfterLoss) return this.redis.run(consume, [id], values)
    // A reply may come that much later, and the server's clock goes on meanwhile. Without `bind`, `now` is of another clock.
    const latest = this.answers.latest(Math.max(now, use.now))
    values.push(String(use.acceptableFrom), String(latest))
    return this.redis.run(consumeInEpoch, [id, epoch], values)
  }

  private decide(outcome: Outcome): boolean {
    switch (outcome) {
      case 'resent':
        this.counted.resent++
        return this.count('first', true)
      case 'first':
        return this.count('first', true)
      case 'replayed':
        return this.count('replayed', false)
      case 'loss':
      case 'before the loss':
        return this.count('refusedAfterLoss', false)
    }
  }

  private count(what: keyof RedisReplayCounts, first: boolean): boolean {
    this.counted[what]++
    return first
  }
}

function stoodStill(seconds: number): StoreError {
  return new StoreError('store_unavailable', {
    cause: `${Math.round(seconds)} s passed by the verifier's clock between its look at the token's times and its last step: the process stood still, or the clock was set`,
    reason: 'clock',
  })
}

/** Tells a command that was sent again from a replay. */
function newAttempt(): string {
  return randomBytes(9).toString('base64url')
}

function secondsLeft({ expiresAt, now }: TokenUse): number {
  const seconds = Math.ceil(expiresAt - now)
  if (!Number.isSafeInteger(seconds)) throw new TypeError('expiresAt is no time')
  return seconds
}
