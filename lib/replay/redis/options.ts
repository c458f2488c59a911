import { refuseUndefined, refuseUnknownNames } from '../../options/option-checks.js'
import { parseCeilings } from '../ceilings.js'
import { isReplayMode, replayModes, type ReplayMode } from '../replay-mode.js'
import type { ReplayCeilings } from '../replay-store.js'
import type { RedisClient } from './client.js'

export interface RedisReplayStoreOptions {
  /** An ioredis client or Cluster, or a client, cluster or sentinel of node-redis, connected or connecting. It stays yours to close. */
  readonly client: RedisClient
  /** What every key begins with. Default `'rjwt:'`. All instances of a platform use the same one. */
  readonly prefix?: string
  /** Milliseconds after which an answer that has not come is an outage, 503. Default 500, at most 10,000. */
  readonly timeoutMs?: number
  /**
   * `'strict'`: after Redis lost or may have lost its data (restart, failover, flush), tokens that could have been used before are
   * refused as used (`token_replayed`); a page then gets a new one. Default `'default'`: see docs/replay.md for what is lost when.
   * All instances of a platform use the same one.
   */
  readonly mode?: ReplayMode
  /**
   * The longest lifetime that a verifier of any instance may accept, in seconds. Default 300, at most 3600. All instances of a platform
   * use the same one.
   */
  readonly maxLifetime?: number
  /**
   * The largest clock tolerance that a verifier of any instance may have, in seconds. Default 5, at most 60. All instances of a platform
   * use the same one.
   */
  readonly clockTolerance?: number
  /**
   * How many tokens of one project this process lets in within a minute of the clock; beyond it, but for those on their way:
   * `replay_store_full`, 503. So that no project fills Redis for all. Default 60,000, which is 1,000 a second; at most 100,000,000.
   */
  readonly projectRate?: number
  /** Epoch seconds. Default: the system's clock. Give it the verifier's clock where that one is not the default. */
  readonly clock?: () => number
}

const known: Record<keyof RedisReplayStoreOptions, true> = {
  client: true,
  prefix: true,
  timeoutMs: true,
  mode: true,
  maxLifetime: true,
  clockTolerance: true,
  projectRate: true,
  clock: true,
}

const maxProjectRate = 100_000_000

/** The options after their check. What is a client is not looked at here. */
interface RedisReplaySettings extends Required<
  Omit<RedisReplayStoreOptions, 'maxLifetime' | 'clockTolerance'>
> {
  readonly ceilings: ReplayCeilings
}

/** Throws a TypeError that names the option and says what it should be. */
export function parseRedisOptions(options: RedisReplayStoreOptions): RedisReplaySettings {
  refuseUnknownNames(options, known, 'option of RedisReplayStore')
  refuseUndefined(options)
  const {
    client,
    prefix = 'rjwt:',
    timeoutMs = 500,
    mode = 'default',
    projectRate = 60_000,
    clock = () => Date.now() / 1000,
  } = options
  requireOption(
    typeof (prefix as unknown) === 'string' && /^[\x21-\x7E]{1,64}$/.test(prefix) && !/[{}]/.test(prefix),
    'prefix must be 1 to 64 printable characters without space, { and }',
  )
  requireOption(
    typeof (timeoutMs as unknown) === 'number' && timeoutMs > 0 && timeoutMs <= 10_000,
    'timeoutMs must be a number of milliseconds up to 10000',
  )
  requireOption(isReplayMode(mode), `mode must be ${replayModes}`)
  requireOption(
    Number.isSafeInteger(projectRate) && projectRate > 0 && projectRate <= maxProjectRate,
    `projectRate must be a positive integer up to ${maxProjectRate}, tokens a minute`,
  )
  requireOption(
    typeof (clock as unknown) === 'function',
    'clock must be a function that returns epoch seconds',
  )
  const ceilings = parseCeilings('RedisReplayStore', options)
  return { client, prefix, timeoutMs, mode, projectRate, ceilings, clock }
}

function requireOption(condition: boolean, otherwise: string): void {
  if (!condition) throw new TypeError(`RedisReplayStore: ${otherwise}`)
}
