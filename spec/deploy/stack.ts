import { spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { inRepository, read } from '../docs/markdown.js'
import { PostgresServer } from '../helpers/postgres-server.js'
import { freePort } from '../helpers/redis-server.js'
import { until } from '../helpers/until.js'
import { customersEnvironment, output, run } from '../package/command.js'
import { compose, manifestAt } from './files.js'

export interface Answer {
  readonly status: number
  readonly body: string
}

export interface Program {
  readonly child: ChildProcess
  /** What it has printed. */
  log: string
}

/** The servers of our own. Each has an address, as its container would. */
const hosts = new Map([
  ['platform-1', '127.0.0.11'],
  ['platform-2', '127.0.0.12'],
  ['orders', '127.0.0.13'],
  ['customer', '127.0.0.14'],
])

/** The parts of `compose.yaml`, started here without Docker: each program as its container would, with its environment. */
export class Stack {
  readonly folder = mkdtempSync(join(tmpdir(), 'reverse-jwt-deploy-'))
  readonly app = join(this.folder, 'app')
  readonly secrets = join(this.folder, 'secrets')
  readonly programs = new Map<string, Program>()
  postgres: PostgresServer | undefined
  /** In the place of those of the compose file. */
  private readonly ports = { '3000': 0, '3001': 0, '443': 0, '8443': 0, '6379': 0 }

  async start(): Promise<void> {
    this.layOut()
    for (const port of Object.keys(this.ports)) this.ports[port as keyof Stack['ports']] = await freePort()
    await output('sh', [inRepository('deploy/secrets.sh'), this.secrets], this.folder, this.names)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const next = privateKey.export({ type: 'pkcs8', format: 'pem' })
    writeFileSync(join(this.secrets, 'session-keys/next.pem'), next)
    await Promise.all([
      this.startPostgres().then(() => this.run('migrate')),
      this.startRedis(),
      this.startCaddy(),
    ])
    this.startProgram('platform-1')
    this.startProgram('platform-2')
    this.startProgram('customer')
    await Promise.all([
      this.run('register'),
      ...['platform-1', 'platform-2', 'customer'].map((name) => this.isReady(name)),
    ])
    this.startProgram('orders')
    await this.isReady('orders')
  }

  async stop(): Promise<void> {
    for (const { child } of this.programs.values()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    await this.postgres?.remove()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** `localhost`, because a program must find it without the names of Docker's network. */
  readonly names = {
    PLATFORM_HOST: 'localhost',
    ORDERS_HOST: 'orders.localhost',
    CUSTOMER_HOST: 'shop.localhost',
  }

  get addresses() {
    const of = (host: string) => `https://${host}:${this.ports['443']}`
    return {
      PLATFORM_URL: of(this.names.PLATFORM_HOST),
      ORDERS_URL: of(this.names.ORDERS_HOST),
      CUSTOMER_URL: of(this.names.CUSTOMER_HOST),
    }
  }

  /** What of the compose file is another thing here: addresses, and where secrets are. */
  private get replaced(): NodeJS.ProcessEnv {
    return {
      ...this.addresses,
      REVOCATIONS_URL: `${this.internal}/internal/revocations`,
      PGHOST: '127.0.0.1',
      REDIS_URL: `redis://127.0.0.1:${this.ports['6379']}`,
      NODE_EXTRA_CA_CERTS: join(this.secrets, 'tls-certificate'),
    }
  }

  /** The environment that a service gets, and the password of nobody in it. */
  environmentOf(name: string): NodeJS.ProcessEnv {
    const given = compose.services[name]?.environment ?? {}
    const replaced = Object.entries(this.replaced).filter(([one]) => one in given)
    return {
      ...given,
      ...Object.fromEntries(replaced),
      SECRETS: this.secrets,
      SESSION_KEYS: join(this.secrets, 'session-keys'),
      PGPORT: String(this.postgres?.port ?? 0),
      HOST: hosts.get(name),
      PORT: String(this.ports['3000']),
      OPERATIONS_PORT: String(this.ports['3001']),
      DRAIN_MS: '300',
    }
  }

  /** A program that ends by itself. */
  run(name: string): Promise<string> {
    const [, file = ''] = compose.services[name]?.command ?? []
    return output(process.execPath, [join(this.app, file)], this.app, this.environmentOf(name))
  }

  startProgram(name: string): void {
    const [, file = ''] = compose.services[name]?.command ?? []
    const env = customersEnvironment(this.environmentOf(name))
    this.programs.set(name, this.spawned([process.execPath, join(this.app, file)], env))
  }

  async isReady(name: string): Promise<void> {
    await until(`${name} is ready`, async () => (await this.operations(name, '/ready')).status === 200)
  }

  /** Asks a server by its port for probes. 0 where nothing listens. */
  async operations(name: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const { child, log } = this.program(name)
    if (child.exitCode !== null) throw new Error(`${name} has ended: ${log}`)
    const address = `http://${hosts.get(name) ?? ''}:${this.ports['3001']}`
    const answer = await fetch(`${address}${path}`, init).catch(() => undefined)
    return { status: answer?.status ?? 0, body: (await answer?.text()) ?? '' }
  }

  /** Asks Caddy, as a browser on the customer's page would. */
  async ask(
    address: string,
    { body, ...headers }: Readonly<Record<string, string>> = {},
    port = this.ports['443'],
  ): Promise<Answer> {
    const { hostname, host, pathname } = new URL(address)
    const sent = request({
      ...{ host: '127.0.0.1', port, path: pathname, servername: hostname, agent: false },
      ca: readFileSync(join(this.secrets, 'tls-certificate')),
      method: body === undefined ? 'GET' : 'POST',
      headers: { host, origin: this.addresses.CUSTOMER_URL, ...headers },
    })
    sent.end(body)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    return { status: answer.statusCode ?? 0, body: await text(answer) }
  }

  get smokeAddress(): string {
    return `127.0.0.1:${this.ports['443']}`
  }

  get internal(): string {
    return `https://localhost:${this.ports['8443']}`
  }

  /** Asks one process, without Caddy. */
  async askDirectly(name: string, path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const address = `http://${hosts.get(name) ?? ''}:${this.ports['3000']}${path}`
    const answer = await fetch(address, { headers: { origin: this.addresses.CUSTOMER_URL, ...headers } })
    return { status: answer.status, body: await answer.text() }
  }

  secretIn(file: string): string {
    return readFileSync(join(this.secrets, file), 'utf8').trim()
  }

  program(name: string): Program {
    const program = this.programs.get(name)
    if (program === undefined) throw new Error(`${name} does not run`)
    return program
  }

  askInternal(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask(`${this.internal}${path}`, headers, this.ports['8443'])
  }

  async token(): Promise<string> {
    const json = { 'content-type': 'application/json', body: '{}' }
    const { body } = await this.ask(`${this.addresses.CUSTOMER_URL}/token`, json)
    return (JSON.parse(body) as { token: string }).token
  }

  /** The folder of the image: its files, and of the packages those alone that it names. */
  private layOut(): void {
    cpSync(inRepository('deploy'), this.app, {
      recursive: true,
      filter: (path) => !/\/(node_modules|secrets)$/.test(path),
    })
    const { dependencies } = manifestAt('deploy/package.json')
    mkdirSync(join(this.app, 'node_modules'))
    for (const name of Object.keys(dependencies)) {
      const target = name === 'reverse-jwt' ? inRepository('') : inRepository(`node_modules/${name}`)
      symlinkSync(target, join(this.app, 'node_modules', name))
    }
  }

  /** With the owner of the compose file, and passwords asked for as its image does. */
  private async startPostgres(): Promise<void> {
    this.postgres = await PostgresServer.start()
    const { POSTGRES_DB = '', POSTGRES_USER = '' } = compose.services.postgres?.environment ?? {}
    const db = this.postgres.pool()
    const password = this.secretIn('owner-password')
    await db.query(`CREATE ROLE ${POSTGRES_USER} SUPERUSER LOGIN PASSWORD '${password}'`)
    await db.query(`CREATE DATABASE ${POSTGRES_DB} OWNER ${POSTGRES_USER}`)
    const { rows } = await db.query<{ hba_file: string }>('SHOW hba_file')
    const lines = "('host all postgres all trust'), ('host all all all scram-sha-256')"
    await db.query(`COPY (VALUES ${lines}) TO '${rows[0]?.hba_file ?? ''}'`)
    await db.query('SELECT pg_reload_conf()')
  }

  /** By its own configuration. It is asked as its health check does: others are answered nothing. */
  private async startRedis(): Promise<void> {
    const port = this.ports['6379']
    const file = join(this.folder, 'redis.conf')
    const own = `port ${port}\nbind 127.0.0.1\ndir ${this.folder}\n`
    writeFileSync(file, this.local(read('deploy/redis.conf')) + own)
    this.programs.set('redis', this.spawned(['redis-server', file], process.env))
    const [, program = '', ...args] = compose.services.redis?.healthcheck?.test ?? []
    await until('Redis answers', async () => {
      const { code, stdout } = await run(program, ['-p', String(port), ...args], this.folder)
      return code === 0 && stdout === 'PONG\n'
    })
  }

  private async startCaddy(): Promise<void> {
    const globals = ['admin off', `http_port ${await freePort()}`, `https_port ${this.ports['443']}`]
    let text = this.local(read('deploy/Caddyfile')).replace(
      'admin off',
      [...globals, `storage file_system ${this.folder}/caddy`].join('\n'),
    )
    for (const [name, host] of hosts) text = text.replaceAll(`${name}:`, `${host}:`)
    for (const port of ['3000', '3001', '8443'] as const)
      text = text.replaceAll(new RegExp(`(:|health_port )${port}\\b`, 'g'), `$1${this.ports[port]}`)
    const file = join(this.folder, 'Caddyfile')
    writeFileSync(file, text)
    const env = customersEnvironment({ ...this.names, HOME: this.folder })
    const program = this.spawned(['caddy', 'run', '--adapter', 'caddyfile', '--config', file], env)
    this.programs.set('caddy', program)
    await until('Caddy answers', () => {
      if (program.child.exitCode !== null) throw new Error(program.log)
      return this.ask(this.addresses.CUSTOMER_URL).then(
        () => true,
        () => false,
      )
    })
  }

  private local(text: string): string {
    return text.replaceAll('/run/secrets', this.secrets)
  }

  /** Ends with this process, however that ends. */
  private spawned(command: readonly string[], env: NodeJS.ProcessEnv): Program {
    const args = ['--pdeathsig', 'KILL', ...command]
    const child = spawn('setpriv', args, { cwd: dirname(this.app), env, stdio: ['ignore', 'pipe', 'pipe'] })
    const program = { child, log: '' }
    child.stdout.on('data', (data) => (program.log += String(data)))
    child.stderr.on('data', (data) => (program.log += String(data)))
    return program
  }
}
