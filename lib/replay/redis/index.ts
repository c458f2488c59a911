/**
 * `reverse-jwt/redis`: used tokens in Redis.
 *
 * @module redis
 */
export type { IoredisClient, NodeRedisClient, RedisClient } from './client.js'
export type { RedisFinding, RedisHealth } from './health.js'
export type { RedisReadyOptions, RedisReplayStoreOptions } from './options.js'
export { RedisReplayStore, type RedisReplayCounts } from './replay-store.js'
export type { AfterDataLoss } from '../data-loss.js'
export type { BoundVerifier, ReplayCeilings, ReplayStore, TokenUse } from '../replay-store.js'
