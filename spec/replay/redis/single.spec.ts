import { ioredisOf, nodeRedisOf } from '../../helpers/redis-clients.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { describeRedisReplayStores } from './contract.js'

describeRedisReplayStores<RedisServer>({
  start: () => RedisServer.start(),
  masters: (server) => [server],
  clients: [
    ['ioredis', ({ port }) => ioredisOf(port)],
    ['node-redis', ({ port }) => nodeRedisOf(port)],
  ],
})
