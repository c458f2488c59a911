import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster, createSentinel } from 'redis'
import type { RedisCluster, RedisWithSentinels } from './redis-topologies.js'

/** A client as a user has it, and how to be done with it at once. */
export interface OpenClient<Client = unknown> {
  readonly client: Client
  /** What the client said of its connections. No failure of a test by itself. */
  readonly errors: readonly Error[]
  readonly close: () => void
}

/** Both libraries try again at once, so that no test waits for a back-off. */
const again = () => 20

interface Connects {
  on(event: 'error', listener: (error: Error) => void): unknown
  connect(): Promise<unknown>
}

async function open<Client extends Connects>(client: Client, close: () => void): Promise<OpenClient<Client>> {
  const errors: Error[] = []
  client.on('error', (error) => {
    errors.push(error)
  })
  await client.connect()
  return { client, errors, close }
}

/** Who connects; default: anybody. */
export interface User {
  readonly username?: string
  readonly password?: string
}

export async function ioredisOf(port: number, user: User = {}) {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: again, lazyConnect: true, ...user })
  return open(client, () => {
    client.disconnect()
  })
}

export async function nodeRedisOf(port: number, user: User = {}) {
  const client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: again }, ...user })
  return open(client, () => {
    client.destroy()
  })
}

export async function ioredisClusterOf({ masters }: RedisCluster) {
  const nodes = masters.map(({ host, port }) => ({ host, port }))
  const client = new Cluster(nodes, { clusterRetryStrategy: again, lazyConnect: true })
  return open(client, () => {
    client.disconnect()
  })
}

export async function nodeRedisClusterOf({ masters }: RedisCluster) {
  const client = createCluster({
    rootNodes: masters.map(({ url }) => ({ url })),
    defaults: { socket: { reconnectStrategy: again } },
  })
  return open(client, () => {
    client.destroy()
  })
}

/** `port` is where it finds the master. */
export async function ioredisSentinelOf(servers: RedisWithSentinels, port = servers.master.port) {
  const { name, sentinels } = servers
  const client = new Redis({
    name,
    sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    natMap: servers.detour(port),
    sentinelRetryStrategy: again,
    retryStrategy: again,
    lazyConnect: true,
  })
  return open(client, () => {
    client.disconnect()
  })
}

/** `port` is where it finds the master. */
export async function nodeRedisSentinelOf(servers: RedisWithSentinels, port = servers.master.port) {
  const { name, sentinels } = servers
  const client = createSentinel({
    name,
    sentinelRootNodes: sentinels.map(({ host, port }) => ({ host, port })),
    nodeClientOptions: { socket: { reconnectStrategy: again } },
    nodeAddressMap: servers.detour(port),
    // It finds out about a failover by looking.
    scanInterval: 1000,
  })
  return open(client, () => {
    client.destroy().catch(() => undefined)
  })
}
