import { ioredisClusterOf, nodeRedisClusterOf } from '../../helpers/redis-clients.js'
import { startCluster, type RedisCluster } from '../../helpers/redis-topologies.js'
import { describeRedisReplayStores } from './contract.js'

describeRedisReplayStores<RedisCluster>({
  start: startCluster,
  masters: ({ masters }) => masters,
  clients: [
    ['an ioredis Cluster', ioredisClusterOf],
    ['a node-redis cluster', nodeRedisClusterOf],
  ],
})
