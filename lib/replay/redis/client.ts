import { hasMethod } from '../../options/kinds.js'
import type { Wrong } from '../../options/options.js'

/** An ioredis client or Cluster, version 5 or later, as far as it is used here. */
export interface IoredisClient {
  evalsha(sha: string, keys: number, ...rest: string[]): Promise<unknown>
  eval(script: string, keys: number, ...rest: string[]): Promise<unknown>
}

/** A client, cluster or sentinel client of node-redis, version 4 or later, as far as it is used here. */
export interface NodeRedisClient {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** The client as the platform has it. This package depends on neither library. */
export type RedisClient = IoredisClient | NodeRedisClient

export interface Script {
  readonly text: string
  readonly sha: string
}

/** The cause of an outage. */
export const unexpected = 'Redis answered something that the script does not answer'

/** Sends one command to one server. */
export type Ask = (name: string, ...rest: string[]) => Promise<unknown>

/** What the store needs of Redis, whichever library talks to it. */
export interface RedisCommands {
  readonly cluster: boolean
  /** What the script answers, which is a text. */
  run(script: Script, keys: string[], values: string[]): Promise<string>
  /** Every server that takes writes. */
  masters(): Promise<readonly Ask[]>
}

/** The option `client`, as the commands that are sent by it. */
export function redisCommands(client: unknown, wrong: Wrong): RedisCommands {
  if (hasMethod(client, 'eval') && hasMethod(client, 'evalSha')) return ofNodeRedis(client as NodeRedis)
  if (hasMethod(client, 'eval') && hasMethod(client, 'evalsha')) return ofIoredis(client as Ioredis)
  throw wrong('must be an ioredis client or Cluster, or a client, cluster or sentinel of node-redis')
}

interface Ioredis extends IoredisClient {
  readonly isCluster?: boolean
  nodes?(role: 'master'): readonly Ioredis[]
  call(name: string, ...rest: string[]): Promise<unknown>
}

function ofIoredis(client: Ioredis): RedisCommands {
  const ask =
    (server: Ioredis): Ask =>
    (name, ...rest) =>
      server.call(name, ...rest)
  const cluster = client.isCluster === true
  return {
    cluster,
    run: (script, keys, values) =>
      loaded(
        () => client.evalsha(script.sha, keys.length, ...keys, ...values),
        () => client.eval(script.text, keys.length, ...keys, ...values),
      ),
    masters: () => Promise.resolve(cluster ? (client.nodes?.('master') ?? []).map(ask) : [ask(client)]),
  }
}

interface NodeRedis extends NodeRedisClient {
  readonly masters?: readonly unknown[]
  nodeClient?(node: unknown): Promise<NodeRedis> | NodeRedis
  /** A sentinel client wants to know first whether a replica may answer. */
  sendCommand(...command: [string[]] | [readonly: false, string[]]): Promise<unknown>
  getSentinelNode?(): unknown
}

function ofNodeRedis(client: NodeRedis): RedisCommands {
  const ask =
    (server: NodeRedis): Ask =>
    (...command) =>
      server.getSentinelNode === undefined ? server.sendCommand(command) : server.sendCommand(false, command)
  const { masters } = client
  return {
    cluster: masters !== undefined,
    run: (script, keys, values) =>
      loaded(
        () => client.evalSha(script.sha, { keys, arguments: values }),
        () => client.eval(script.text, { keys, arguments: values }),
      ),
    // The list changes while the cluster does.
    masters: async () =>
      client.masters === undefined
        ? [ask(client)]
        : Promise.all(client.masters.map(async (node) => ask((await client.nodeClient?.(node)) ?? client))),
  }
}

/** The hash of a script is shorter; a server that does not know it has not run it. */
async function loaded(byHash: () => Promise<unknown>, byText: () => Promise<unknown>): Promise<string> {
  try {
    return textOf(await byHash())
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return textOf(await byText())
  }
}

/** A client may be set to give Buffers for text. */
function textOf(answer: unknown): string {
  if (typeof answer === 'string') return answer
  if (Buffer.isBuffer(answer)) return answer.toString()
  throw new TypeError(unexpected)
}
