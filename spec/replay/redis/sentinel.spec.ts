import { ioredisSentinelOf, nodeRedisSentinelOf } from '../../helpers/redis-clients.js'
import { startSentinels, type RedisWithSentinels } from '../../helpers/redis-topologies.js'
import { describeRedisReplayStores } from './contract.js'

describeRedisReplayStores<RedisWithSentinels>({
  start: startSentinels,
  masters: ({ master }) => [master],
  clients: [
    ['ioredis through Sentinel', ioredisSentinelOf],
    ['a node-redis sentinel', nodeRedisSentinelOf],
  ],
})
