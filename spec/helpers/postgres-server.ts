import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { kept } from './kept-folder.js'

const versions = '/usr/lib/postgresql'

/** Debian's newest PostgreSQL. */
function programs(): string {
  let newest: string | undefined
  try {
    newest = readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0]
  } catch {
    // Not installed.
  }
  if (newest === undefined) {
    throw new Error(`There is no PostgreSQL in ${versions}. Install it: sh spec/helpers/install-debian.sh`)
  }
  return join(versions, newest, 'bin')
}

/** PostgreSQL refuses to run as root. */
const isRoot = process.getuid?.() === 0
const asServer = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : []
const idOfServer = (kind: '-u' | '-g') => Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8' }))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const run = promisify(execFile)

/** A new folder that PostgreSQL may write to. */
async function serversFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reverse-jwt-postgres-'))
  if (isRoot) await chown(folder, idOfServer('-u'), idOfServer('-g'))
  return folder
}

/** A data folder in which there is nothing yet: made once, because it takes longer than to copy it. */
async function emptyData(): Promise<string> {
  const { stdout } = await run(join(programs(), 'initdb'), ['--version'])
  const version = stdout.trim().replaceAll(/[^\w.]+/g, '-')
  const empty = await kept(`lasting-${version}`, async (filling) => {
    const folder = await serversFolder()
    const initdb = [join(programs(), 'initdb'), '-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust']
    const line = [...asServer, ...initdb, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']
    await run(line[0] ?? '', line.slice(1), { cwd: folder })
    await run('cp', ['--archive', join(folder, 'data'), filling])
    await rm(folder, { recursive: true })
  })
  return join(empty, 'data')
}

/** A PostgreSQL of one test file, on loopback, with a data folder of its own. */
export class PostgresServer {
  readonly port: number
  private readonly folder: string
  private child: ChildProcess | undefined
  private readonly pools = new Set<pg.Pool>()

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
  }

  static async start(): Promise<PostgresServer> {
    const empty = await emptyData()
    const folder = await serversFolder()
    await run('cp', ['--archive', empty, join(folder, 'data')])
    const server = new PostgresServer(folder, await freePort())
    await server.run()
    return server
  }

  url(user = 'postgres', database = 'postgres'): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`
  }

  /** Closed with the server. */
  pool(options: pg.PoolConfig & { user?: string; database?: string } = {}): pg.Pool {
    const { user, database, ...others } = options
    const pool = new pg.Pool({ connectionString: this.url(user, database), max: 5, ...others })
    // Connections that are idle when the server dies.
    pool.on('error', () => undefined)
    this.pools.add(pool)
    return pool
  }

  /** Starts it again after `stop` or `kill`. */
  async run(): Promise<void> {
    const settings = ['fsync=off', 'max_connections=100', `unix_socket_directories=${this.folder}`]
    const postgres = [join(programs(), 'postgres'), '-D', join(this.folder, 'data'), '-p', String(this.port)]
    const [program = '', ...args] = [
      ...asServer,
      ...postgres,
      '-h',
      '127.0.0.1',
      ...settings.flatMap((setting) => ['-c', setting]),
    ]
    for (let attempt = 0; ; attempt++) {
      let log = ''
      const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: this.folder })
      child.stderr.on('data', (text) => (log += String(text)))
      this.child = child
      while (child.exitCode === null && child.signalCode === null) {
        if (await this.answers()) return
      }
      // The processes of a server that was killed may take a moment to go.
      if (attempt === 50) throw new Error(`PostgreSQL did not start: ${log}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  private async answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url() })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return true
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return false
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  /** Ends every connection and the server. Harmless when it has ended. */
  stop(): Promise<void> {
    return this.signal('SIGINT')
  }

  kill(): Promise<void> {
    return this.signal('SIGKILL')
  }

  private async signal(signal: NodeJS.Signals): Promise<void> {
    const { child } = this
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  /** For the end of a test file, whatever happened in it. */
  async remove(): Promise<void> {
    await Promise.all(Array.from(this.pools, (pool) => pool.end().catch(() => undefined)))
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}
