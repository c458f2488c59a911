import { run } from '../../lib/cli/run.js'
import type { Terminal } from '../../lib/cli/terminal.js'

export interface Called {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface Surroundings {
  /** What is piped into the command. Default: nothing. */
  readonly stdin?: string | Uint8Array
  /** Whether a person sits in front of stdin, and of stdout. */
  readonly isTyped?: boolean
  readonly isShown?: boolean
}

/** Calls the command line within this process. */
export async function call(
  args: readonly string[],
  { stdin = '', isTyped = false, isShown = false }: Surroundings = {},
): Promise<Called> {
  const printed: string[] = []
  const said: string[] = []
  const terminal: Terminal = {
    stdin: chunks(stdin),
    isTyped,
    isShown,
    print: (line) => printed.push(`${line}\n`),
    say: (line) => said.push(`${line}\n`),
  }
  const code = await run(args, terminal)
  return { code, stdout: printed.join(''), stderr: said.join('') }
}

async function* chunks(given: string | Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  if (given.length > 0) yield Buffer.from(given as string)
}
