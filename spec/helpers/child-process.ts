import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the text of an ES module in a Node of its own. */
export function runModule(source: string): Promise<Outcome> {
  return runNode(['--input-type=module', '--eval', source])
}

/** Runs Node with these arguments until it ends. For what a test must not do to its own process. */
export async function runNode(args: readonly string[], cwd = process.cwd()): Promise<Outcome> {
  // What the test runner's own Node was told is not for this one.
  const env = { ...process.env, NODE_OPTIONS: '' }
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve([code, signal])
    })
  })
  const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, signal, stdout, stderr }
}
