import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RedisServer } from '../../spec/helpers/redis-server.js'
import { Child } from '../child.js'
import type { KeySet } from '../platform.js'
import type { HttpContestantName } from './contestants.js'
import type { Load, LoadQuestion } from './load.js'
import { giveTokens } from './requests.js'
import type { ServerQuestion, Spent } from './server.js'
import type { Setup } from './setup.js'

export interface Served extends Load {
  readonly spent: Spent
}

/** So many of the tokens that nobody has had: the number of the first. */
export type Take = (count: number) => number

interface Requests {
  readonly from: number
  readonly count: number
  readonly connections: number
  readonly rate?: number
}

interface Member {
  readonly child: Child
  readonly port: number
}

/** A server process for each contestant, one process that loads them, and what they need: a key set endpoint and a Redis. */
export class Fleet {
  private readonly members = new Map<string, Member>()
  private readonly load = new Child('./http/load.js')
  private readonly jwksServer: Server
  private readonly redis: RedisServer
  private readonly setup: Setup

  private constructor(jwksServer: Server, redis: RedisServer, setup: Setup) {
    this.jwksServer = jwksServer
    this.redis = redis
    this.setup = setup
  }

  static async start(jwks: KeySet['jwks'], names: readonly HttpContestantName[]): Promise<Fleet> {
    const jwksServer = createServer((_, response) => {
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify(jwks))
    })
    jwksServer.listen(0, '127.0.0.1')
    await once(jwksServer, 'listening')
    const { port } = jwksServer.address() as AddressInfo
    const redis = await RedisServer.start({ 'maxmemory-policy': 'noeviction' })
    const jwksUri = `http://127.0.0.1:${port}/jwks.json`
    const fleet = new Fleet(jwksServer, redis, { jwks, jwksUri, redisPort: redis.port })
    try {
      for (const name of names) await fleet.add(name, name)
    } catch (error) {
      await fleet.stop()
      throw error
    }
    return fleet
  }

  /** Another process of the same kind, under a label of its own. */
  async add(label: string, name: HttpContestantName): Promise<void> {
    const child = new Child('./http/server.js')
    this.members.set(label, { child, port: NaN })
    const question: ServerQuestion = { start: name, setup: this.setup }
    this.members.set(label, { child, port: await child.ask<number>(question) })
  }

  /** The pool from which requests take their tokens by number. Resolves to what hands out numbers. */
  async useTokens(tokens: readonly string[]): Promise<Take> {
    await giveTokens(this.load, tokens)
    let taken = 0
    return (count) => (taken += count) - count
  }

  /** Sends these requests to the processes with these labels. Throws when one is not answered 200. */
  async serve(labels: readonly string[], requests: Requests): Promise<Served> {
    const served = await this.answer(labels, requests)
    if (served.statuses[200] === requests.count) return served
    throw new Error(`${labels.join(', ')} answered ${JSON.stringify(served.statuses)}`)
  }

  /** The same, whatever is answered. */
  async answer(labels: readonly string[], requests: Requests): Promise<Served> {
    const members = labels.map((label) => this.member(label))
    const begin: ServerQuestion = { begin: true }
    const end: ServerQuestion = { end: true }
    const question: LoadQuestion = { ports: members.map(({ port }) => port), ...requests }
    await this.connect(labels, requests.connections)
    await Promise.all(members.map(({ child }) => child.ask<number>(begin)))
    const load = await this.load.ask<Load>(question)
    const spent = await Promise.all(members.map(({ child }) => child.ask<Spent>(end)))
    const sum = (what: 'main' | 'cpu') => spent.reduce((total, one) => total + one[what], 0)
    const delay = Math.max(...spent.map((one) => one.delay))
    return { ...load, spent: { main: sum('main'), cpu: sum('cpu'), delay } }
  }

  /** Opens connections that later requests find open. */
  async connect(labels: readonly string[], connections: number): Promise<void> {
    const ports = labels.map((label) => this.portOf(label))
    const question: LoadQuestion = { ports, connections, from: 0, count: 0 }
    await this.load.ask<Load>(question)
  }

  portOf(label: string): number {
    return this.member(label).port
  }

  async stop(): Promise<void> {
    await Promise.all([this.load.stop(), ...Array.from(this.members.values(), ({ child }) => child.stop())])
    await this.redis.remove()
    this.jwksServer.close()
    this.jwksServer.closeAllConnections()
  }

  private member(label: string): Member {
    const member = this.members.get(label)
    if (member === undefined) throw new Error(`there is no server ${label}`)
    return member
  }
}
