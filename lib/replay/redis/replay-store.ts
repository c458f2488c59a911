import { randomBytes } from 'node:crypto'
import { StoreError } from '../../errors.js'
import { within } from '../../time/time-limit.js'
import { BoundClock } from '../bound-clock.js'
import { requireWithin } from '../ceilings.js'
import { textOf, type RedisCommands } from './client.js'
import { examine, type RedisHealth } from './health.js'
import { RedisKeys } from './keys.js'
import { readRedisOptions, type RedisReplayStoreOptions } from './options.js'
import { ProjectRate } from './project-rate.js'
import { beginEpoch, consumeInEpoch } from './scripts.js'
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

/** What became of one token in Redis. */
type Outcome = 'first' | 'resent' | 'replayed' | 'loss' | 'before the loss'

/** What the script answers. */
const scriptOutcomes = new Map<string | undefined, Outcome>([
  ['2', 'resent'],
  ['1', 'first'],
  ['0', 'replayed'],
  ['-1', 'before the loss'],
  ['-2', 'loss'],
])

/** A client that has lost its connection may queue commands without end. */
const maxUnanswered = 10_000
const maxEpochsAtOnce = 256
const notInTime = 'Redis did not answer in time'
const unexpected = 'Redis answered something that the command does not answer'

/**
 * Remembers used tokens in Redis 7 or newer, or Valkey, for any number of instances of a platform: each token is accepted once.
 *
 * One atomic command a token: `SET rjwt:{Qk}3fHcVx... attempt EX 185 NX GET`; with `afterDataLoss: 'refuse'` one script. The
 * key holds a hash of project id and jti, never the jti. Expiry is relative, so the server's clock does not matter. A client
 * that sends a command again after a lost reply is distinguished from a replay by the attempt, a random text.
 *
 * Throws StoreError: `store_unavailable` when Redis does not answer within `timeoutMs`, refuses, or is not connected;
 * `replay_store_full` when it has no memory left, or a project has had `projectRate` tokens let in within the minute. Never
 * falls back to memory.
 *
 * @example
 * const replayStore = new RedisReplayStore({ client: new Redis('redis://localhost:6379') })
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
  private unanswered = 0
  private beginning: Promise<void> | undefined
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
  }

  async consume(use: TokenUse): Promise<boolean> {
    try {
      // Before the clock: what stands still in between must count as late, or an old moment would decide.
      const begun = performance.now()
      const now = this.clock.readAgain(use)
      this.rate.check(use.projectId, now)
      // By the time Redis looks, an earlier use may be forgotten. Only a process that stood still comes so late.
      if (use.expiresAt - now <= this.timeoutMs / 1000) return this.count('replayed', false)
      return this.decide(await this.ask(() => this.consumeInRedis(use, now), begun))
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
   * promised. Resolves to the same as `health()`, warnings included, which are yours to log. With `afterDataLoss: 'refuse'` it
   * also tells Redis that this is where its memory begins, if nobody has.
   */
  async ready(): Promise<RedisHealth> {
    const health = await this.health()
    const errors = health.findings.filter(({ level }) => level === 'error')
    if (errors.length > 0) {
      throw new Error(`RedisReplayStore is not ready: ${errors.map(({ text }) => text).join(' ')}`)
    }
    if (this.refusesAfterLoss) await this.beginEverywhere()
    return health
  }

  /**
   * For a readiness probe: asks Redis what it is and how it is set up. Never throws.
   *
   *     { "healthy": false, "findings": [{ "level": "error", "about": "eviction", "text": "maxmemory-policy is allkeys-lru ..." }] }
   *
   * Checks the version, the clocks (30 s apart at most; that of the verifier, or the system's before there is one), that
   * nothing evicts ids, that it is no replica, that data are kept on disk. `unchecked` is what Redis did not let us see. Does
   * not check what happens later: ask again.
   */
  async health(): Promise<RedisHealth> {
    const { clock, timeoutMs, refusesAfterLoss } = this
    return examine(this.redis, { clock: () => clock.read(), timeoutMs, refusesAfterLoss })
  }

  /** What became of the tokens so far, in this process. */
  get counts(): RedisReplayCounts {
    return { ...this.counted }
  }

  /** Counts towards the rate what Redis keeps from now on, also when the answer is too late for the caller. */
  private async consumeInRedis(use: TokenUse, now: number): Promise<Outcome> {
    const outcome = await (this.refusesAfterLoss
      ? this.consumeInEpoch(use, now)
      : this.consumeByCommand(use, now))
    // Nothing else, or whoever has a used token could use up the rate of its project.
    if (outcome === 'first' || outcome === 'resent') this.rate.count(use.projectId)
    return outcome
  }

  private async consumeByCommand(use: TokenUse, now: number): Promise<Outcome> {
    const attempt = newAttempt()
    const before = await this.redis.setNew(this.keys.of(use).id, attempt, secondsLeft(use, now))
    if (before === null) return 'first'
    const other = textOf(before)
    if (other?.length !== attempt.length) throw new TypeError(unexpected)
    return other === attempt ? 'resent' : 'replayed'
  }

  private async consumeInEpoch(use: TokenUse, now: number): Promise<Outcome> {
    const { id, epoch } = this.keys.of(use)
    // A reply may come that much later, and the server's clock goes on meanwhile. The clock here ticks in milliseconds.
    const age = now - use.acceptableFrom + (this.timeoutMs + 1) / 1000
    const values = [newAttempt(), String(secondsLeft(use, now)), age.toFixed(6)]
    const answer = await this.redis.run(consumeInEpoch, [id, epoch], values)
    const outcome = scriptOutcomes.get(typeof answer === 'number' ? String(answer) : textOf(answer))
    if (outcome === undefined) throw new TypeError(unexpected)
    return outcome
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
        this.counted.losses++
        // In a cluster a whole server has lost its memory, not only this group: the others shall not find out one by one.
        if (this.redis.cluster) this.beginEverywhere().catch(() => undefined)
        return this.count('refusedAfterLoss', false)
      case 'before the loss':
        return this.count('refusedAfterLoss', false)
    }
  }

  private count(what: keyof RedisReplayCounts, first: boolean): boolean {
    this.counted[what]++
    return first
  }

  /** Begins an epoch wherever none is known. One run at a time. */
  private beginEverywhere(): Promise<void> {
    this.beginning ??= this.begin().finally(() => (this.beginning = undefined))
    return this.beginning
  }

  private async begin(): Promise<void> {
    const epochs = this.keys.epochs()
    for (let at = 0; at < epochs.length; at += maxEpochsAtOnce) {
      const some = epochs.slice(at, at + maxEpochsAtOnce)
      await Promise.all(
        some.map((key) => this.ask(() => this.redis.run(beginEpoch, [key], []), performance.now())),
      )
    }
  }

  /** One question, within the time limit. What comes later is dropped: the caller has been told that we cannot tell. */
  private async ask<T>(send: () => Promise<T>, begun: number): Promise<T> {
    if (this.unanswered >= maxUnanswered) {
      throw new StoreError('store_unavailable', { cause: 'too many commands wait for Redis' })
    }
    const sent = send()
    this.unanswered++
    const done = () => {
      this.unanswered--
    }
    sent.then(done, done)
    const answer = await within(this.timeoutMs, sent, notInTime)
    // A busy event loop may read a late answer before it looks at its timers.
    if (performance.now() - begun > this.timeoutMs)
      throw new StoreError('store_unavailable', { cause: notInTime })
    return answer
  }
}

/** Tells a command that was sent again from a replay. */
function newAttempt(): string {
  return randomBytes(9).toString('base64url')
}

function secondsLeft({ expiresAt }: TokenUse, now: number): number {
  const seconds = Math.ceil(expiresAt - now)
  if (!Number.isSafeInteger(seconds)) throw new TypeError('expiresAt is no time')
  return seconds
}
