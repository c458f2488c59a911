import { RedisServer, freePort, type RedisConfig } from './redis-server.js'
import { TcpProxy } from './tcp-proxy.js'
import { until } from './until.js'

const slots = 16_384
/** Where nothing is to fail over, nothing does, however busy the machine is. */
const noFailoverMs = 30_000

export interface RedisCluster {
  /** The three that were given slots, in the order of the slots. */
  readonly masters: readonly RedisServer[]
  /** One for each master, in the same order; or none. */
  readonly replicas: readonly RedisServer[]
  readonly nodes: readonly RedisServer[]
  remove(): Promise<void>
}

/** Three masters, each with or without a replica. */
export async function startCluster(
  config: RedisConfig & { replicas?: 0 | 1; downAfterMs?: number } = {},
): Promise<RedisCluster> {
  const { replicas: replicasEach = 0, downAfterMs = noFailoverMs, ...given } = config
  const count = 3 * (1 + replicasEach)
  const buses = await Promise.all(Array.from({ length: count }, freePort))
  const nodes = await Promise.all(
    buses.map((bus) =>
      RedisServer.start({
        'cluster-enabled': 'yes',
        'cluster-port': bus,
        'cluster-announce-ip': '127.0.0.1',
        'cluster-node-timeout': downAfterMs,
        'repl-diskless-sync-delay': 0,
        ...given,
      }),
    ),
  )
  const cluster = {
    nodes,
    masters: nodes.slice(0, 3),
    replicas: nodes.slice(3),
    remove: async () => {
      await Promise.all(nodes.map((node) => node.remove()))
    },
  }
  try {
    await join(cluster, buses)
  } catch (error) {
    await cluster.remove()
    throw error
  }
  return cluster
}

async function join({ nodes, masters, replicas }: RedisCluster, buses: readonly number[]): Promise<void> {
  for (const [at, master] of masters.entries()) {
    const [from, end] = [Math.ceil((slots * at) / 3), Math.ceil((slots * (at + 1)) / 3)]
    await master.command('CLUSTER', 'ADDSLOTSRANGE', from, end - 1)
    await master.command('CLUSTER', 'SET-CONFIG-EPOCH', at + 1)
  }
  // Each introduces itself to each, so that nobody waits for gossip.
  for (const node of nodes) {
    for (const [at, other] of nodes.entries()) {
      if (node !== other) await node.command('CLUSTER', 'MEET', other.host, other.port, buses[at] ?? 0)
    }
  }
  await until('all nodes know each other', async () => {
    const known = await Promise.all(nodes.map((node) => clusterInfo(node, 'cluster_known_nodes')))
    return known.every((number) => number === String(nodes.length))
  })
  for (const [at, replica] of replicas.entries()) {
    const id = (await masters[at]?.command('CLUSTER', 'MYID')) as string
    // Refused until it has heard that the other one is a master.
    await until('the replica follows', async () =>
      replica.command('CLUSTER', 'REPLICATE', id).then(
        () => true,
        () => false,
      ),
    )
  }
  await until('the cluster is up', async () => {
    const states = await Promise.all(nodes.map((node) => clusterInfo(node, 'cluster_state')))
    return states.every((state) => state === 'ok')
  })
  for (const replica of replicas) await linkUp(replica)
}

async function clusterInfo(node: RedisServer, field: string): Promise<string | undefined> {
  const text = (await node.command('CLUSTER', 'INFO')) as string
  return new RegExp(`^${field}:(.*?)\r?$`, 'm').exec(text)?.[1]
}

/** The replica has caught up with its master and follows it. */
export async function linkUp(replica: RedisServer): Promise<void> {
  await until('the replica has its master\u2019s data', async () =>
    [await replica.info('master_link_status'), await replica.info('role')].every(
      (value, at) => value === ['up', 'slave'][at],
    ),
  )
}

/** Connect there in place of the address that is announced. */
export type Detours = Readonly<Record<string, { host: string; port: number }>>

export interface RedisWithSentinels {
  readonly name: string
  /** At the start; Sentinel swaps the two when the master is down. */
  readonly master: RedisServer
  readonly replica: RedisServer
  readonly sentinels: readonly RedisServer[]
  /** Through this the replica and the Sentinels reach the master. Clients go straight to it. */
  readonly link: TcpProxy
  /** The address of the master that the Sentinels give, and a server to go to instead. */
  detour(port: number): Detours
  remove(): Promise<void>
}

/** A master, its replica, and Sentinels of which a majority decides that the master is down. */
export async function startSentinels(
  config: RedisConfig & { sentinels?: number; downAfterMs?: number } = {},
): Promise<RedisWithSentinels> {
  const { sentinels: count = 1, downAfterMs = noFailoverMs, ...given } = config
  const name = 'replays'
  const common = { 'repl-diskless-sync-delay': 0, 'replica-announce-ip': '127.0.0.1', ...given }
  const master = await RedisServer.start(common)
  const link = await TcpProxy.start(master.port)
  const replica = await RedisServer.start({ ...common, replicaof: `127.0.0.1 ${link.port}` })
  await linkUp(replica)
  await until('the master knows its replica', async () =>
    ((await master.info('slave0')) ?? '').includes('state=online'),
  )
  const lines = [
    'bind 127.0.0.1',
    'sentinel announce-ip 127.0.0.1',
    `sentinel monitor ${name} 127.0.0.1 ${link.port} ${Math.floor(count / 2) + 1}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} 2000`,
  ]
  const sentinels = await Promise.all(Array.from({ length: count }, () => RedisServer.startSentinel(lines)))
  await until('the Sentinels know each other and the replica', async () => {
    const views = await Promise.all(
      sentinels.map(async (one) => [
        ((await one.command('SENTINEL', 'REPLICAS', name)) as unknown[]).length,
        ((await one.command('SENTINEL', 'SENTINELS', name)) as unknown[]).length,
      ]),
    )
    return views.every(([replicas, others]) => replicas === 1 && others === count - 1)
  })
  return {
    name,
    master,
    replica,
    sentinels,
    link,
    detour: (port) => ({ [`127.0.0.1:${link.port}`]: { host: '127.0.0.1', port } }),
    async remove() {
      await Promise.all([...sentinels, master, replica].map((server) => server.remove()))
      await link.close()
    },
  }
}
