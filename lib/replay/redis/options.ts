import { integer, milliseconds, text } from '../../options/kinds.js'
import { optionsReader, type OptionsOf } from '../../options/options.js'
import { ceilingOptions } from '../ceilings.js'
import { afterDataLoss, type AfterDataLoss } from '../data-loss.js'
import { redisCommands, type RedisClient } from './client.js'

export interface RedisReplayStoreOptions {
  /**
   * An ioredis client or Cluster, or a client, cluster or sentinel of node-redis, connected or connecting. Listen to its
   * `error` events: without a listener node-redis ends the process. It stays yours to close.
   */
  readonly client: RedisClient
  /** What every key begins with. Default `'rjwt:'`. All instances of a platform use the same one. */
  readonly prefix?: string
  /** Milliseconds after which an answer that has not come is an outage, 503. Default 500, at most 10,000. */
  readonly timeoutMs?: number
  /**
   * `'refuse'`: after Redis lost or may have lost its data (restart, failover, flush), tokens that could have been used before
   * are refused as used (`token_replayed`); a page then gets a new one. Default `'accept'`: each of them can be used once more
   * until it expires; docs/replay.md says what is lost when. All instances of a platform use the same one.
   */
  readonly afterDataLoss?: AfterDataLoss
  /**
   * The longest lifetime that a verifier of any instance may accept, in seconds. Default 300, at most 3600. All instances of a
   * platform use the same one.
   */
  readonly maxLifetime?: number
  /**
   * The largest clock tolerance that a verifier of any instance may have, in seconds. Default 10, at most 60. All instances of a
   * platform use the same one.
   */
  readonly clockTolerance?: number
  /**
   * How many tokens of one project this process lets in within a minute of the clock; beyond it, but for those on their way:
   * `replay_store_full`, 503. So that no project fills Redis for all. Default 60,000, which is 1,000 a second; at most
   * 100,000,000.
   */
  readonly projectRate?: number
}

/** For `ready()`. */
export interface RedisReadyOptions {
  /**
   * Milliseconds for which a Redis that cannot be asked yet, because its client is connecting or it loads its data, is asked
   * again. Default 5000, at most 600,000; 0 asks once.
   */
  readonly waitMs?: number
}

const maxProjectRate = 100_000_000

/** Reads the options. The client has become the commands that are sent by it. */
export const readRedisOptions = optionsReader('RedisReplayStore', {
  client: redisCommands,
  prefix: text({
    default: 'rjwt:',
    fits: (prefix) => /^[\x21-\x7E]{1,64}$/.test(prefix) && !/[{}]/.test(prefix),
    what: '1 to 64 printable characters without space, { and }',
  }),
  timeoutMs: milliseconds({ default: 500, max: 10_000 }),
  afterDataLoss,
  projectRate: integer({ default: 60_000, max: maxProjectRate, of: 'tokens a minute' }),
  ...ceilingOptions,
} satisfies OptionsOf<RedisReplayStoreOptions>)

/** Reads the options of `ready()`. */
export const readReadyOptions = optionsReader('RedisReplayStore.ready', {
  waitMs: milliseconds({ default: 5000, min: 0, max: 600_000 }),
} satisfies OptionsOf<RedisReadyOptions>)
