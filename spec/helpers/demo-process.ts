import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { putEmptyPgliteInto } from './pglite.js'

const script = fileURLToPath(new URL('../../example-server/operations/start.js', import.meta.url))

/** PGlite serves a handful of queries in a test. To optimize its program for more takes most of the time that a start takes. */
const nodeOptions = ['--liftoff-only']

export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'reverse-jwt-demo-'))

/** The demo as `npm start` runs it, a process of its own, with data of its own unless it is given a folder. */
export class DemoProcess {
  stdout = ''
  stderr = ''
  private readonly child: ChildProcess
  private readonly closed: Promise<unknown>

  constructor(variables: Readonly<Record<string, string>>, ownFolder = newFolder()) {
    this.child = spawn(process.execPath, [...nodeOptions, script], {
      env: { ...process.env, ORDERS_PORT: '0', DATA_FOLDER: ownFolder, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout?.on('data', (text: Buffer) => (this.stdout += text.toString()))
    this.child.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()))
    this.closed = once(this.child, 'close').finally(() => {
      rmSync(ownFolder, { recursive: true })
    })
  }

  /** Over a database in which there is nothing yet, which the demo would otherwise have to make first. */
  static async overEmptyDatabase(variables: Readonly<Record<string, string>>): Promise<DemoProcess> {
    const ownFolder = newFolder()
    await putEmptyPgliteInto(ownFolder)
    return new DemoProcess(variables, ownFolder)
  }

  /** The addresses, once they are printed. */
  async started(): Promise<{ platform: string; customer: string; orders: string }> {
    for (;;) {
      const line = /^Platform: (\S+)\nCustomer: (\S+)\nOrders: (\S+) .*\nOpen \S+ in a browser/m
      const [, platform, customer, orders] = line.exec(this.stdout) ?? []
      if (platform !== undefined && customer !== undefined && orders !== undefined)
        return { platform, customer, orders }
      if (this.hasEnded()) throw new Error(`The demo did not start: ${this.stderr}`)
      await Promise.race([this.child.stdout && once(this.child.stdout, 'data'), this.closed])
    }
  }

  /** The address of the console, and its password. */
  async console(): Promise<{ address: string; password: string }> {
    const line = /^Console: (\S+) with the password (\S+) /m
    await this.says('(good for one login)')
    const [, address = '', password = ''] = line.exec(this.stdout) ?? []
    return { address, password }
  }

  /** Waits until a line says this. */
  async says(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      if (this.hasEnded()) throw new Error(`The demo ended: ${this.stderr}`)
      await Promise.race([this.child.stdout && once(this.child.stdout, 'data'), this.closed])
    }
  }

  /** One that was killed has no exit code. */
  private hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  async ended(): Promise<Ended> {
    await this.closed
    return { exitCode: this.child.exitCode, stdout: this.stdout, stderr: this.stderr }
  }

  /** Asks it to stop, and waits until it has. */
  async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal)
    return this.ended()
  }

  /** For the end of a test, whatever happened in it. Harmless when it has ended. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.closed
  }
}
