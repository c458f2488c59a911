import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** Directives of redis.conf, each with its value. */
export type RedisConfig = Readonly<Record<string, string | number>>

const defaults: RedisConfig = { bind: '127.0.0.1', 'protected-mode': 'no', appendonly: 'no', save: '""' }

/** A Redis of a test's own: a real server on a free loopback port, with a data folder that goes with it. */
export class RedisServer {
  readonly host = '127.0.0.1'
  readonly port: number
  private readonly folder: string
  private config: RedisConfig
  private readonly sentinel: boolean
  private child: ChildProcess | undefined
  private admin: Redis | undefined

  private constructor(port: number, folder: string, config: RedisConfig, sentinel: boolean) {
    this.port = port
    this.folder = folder
    this.config = config
    this.sentinel = sentinel
  }

  static async start(config: RedisConfig = {}): Promise<RedisServer> {
    return RedisServer.startOn(await freePort(), config, false)
  }

  /** With the lines of sentinel.conf, as `sentinel monitor` has several values. */
  static async startSentinel(lines: readonly string[]): Promise<RedisServer> {
    const config = Object.fromEntries(lines.map((line) => [line, '']))
    return RedisServer.startOn(await freePort(), config, true)
  }

  private static async startOn(port: number, config: RedisConfig, sentinel: boolean): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'reverse-jwt-redis-'))
    const server = new RedisServer(port, folder, config, sentinel)
    try {
      await server.restart()
    } catch (error) {
      await server.remove()
      throw error
    }
    return server
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`
  }

  /** Sends a command over a connection that no test touches. */
  command(name: string, ...args: (string | number)[]): Promise<unknown> {
    if (this.admin === undefined) throw new Error('this Redis is not running')
    return this.admin.call(name, ...args)
  }

  /** One line of INFO. */
  async info(field: string): Promise<string | undefined> {
    const text = (await this.command('INFO')) as string
    return new RegExp(`^${field}:(.*?)\r?$`, 'm').exec(text)?.[1]
  }

  /** Starts it again on its port, in its folder; stops it first where it runs. Resolves once it answers. */
  async restart(changed: RedisConfig = {}): Promise<void> {
    await this.stop()
    this.config = { ...this.config, ...changed }
    const file = join(this.folder, 'redis.conf')
    // Sentinel keeps what it has learned in its file.
    if (!this.sentinel || !(await readdir(this.folder)).includes('redis.conf')) {
      const given = { ...(this.sentinel ? {} : defaults), ...this.config, port: this.port, dir: this.folder }
      const lines = Object.entries(given).map(([name, value]) => `${name} ${value}`)
      await writeFile(file, `${lines.join('\n')}\n`)
    }
    // Ends with this process, however that ends.
    const command = ['--pdeathsig', 'KILL', 'redis-server', file, ...(this.sentinel ? ['--sentinel'] : [])]
    const child = spawn('setpriv', command, { stdio: 'pipe' })
    this.child = child
    let output = ''
    child.stdout.on('data', (text: Buffer) => (output += text.toString()))
    child.stderr.on('data', (text: Buffer) => (output += text.toString()))
    const failed = Promise.race([
      once(child, 'exit').then(() => {
        throw new Error(`redis-server ended:\n${output}`)
      }),
      once(child, 'error').then(([error]) => {
        throw error as Error
      }),
    ])
    failed.catch(() => undefined)
    this.admin = new Redis(this.port, this.host, { retryStrategy: () => 10, maxRetriesPerRequest: null })
    // It is not up yet: that is what the retries are for.
    this.admin.on('error', () => undefined)
    await Promise.race([this.admin.ping(), failed])
  }

  /** In good order: Redis saves where it is told to. Harmless when it does not run. */
  async stop(): Promise<void> {
    await this.end('SIGTERM')
  }

  /** `kill -9`: what is not on disk is lost. */
  async kill(): Promise<void> {
    await this.end('SIGKILL')
  }

  /** Stands still, as in a partition: connections stay, no command is answered. */
  pause(): void {
    this.child?.kill('SIGSTOP')
  }

  resume(): void {
    this.child?.kill('SIGCONT')
  }

  /** Removes the data. The server must be down. */
  async wipe(): Promise<void> {
    if (this.child !== undefined) throw new Error('stop it first')
    for (const name of await readdir(this.folder)) {
      if (name !== 'redis.conf') await rm(join(this.folder, name), { recursive: true })
    }
  }

  /** For the end of a test: ends it, whatever state it is in, and removes its folder. */
  async remove(): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child, admin } = this
    this.child = undefined
    this.admin = undefined
    admin?.disconnect()
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    if (child.pid === undefined) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
}

/**
 * Free on loopback at this moment. Below the ports that the system gives to outgoing connections, so that a server that is
 * down for a while finds its port free again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => {
      resolve(false)
    })
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(true)
      })
    })
  })
}
