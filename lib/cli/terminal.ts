import { exitCodes, type ExitCode } from './exit-code.js'

/** What a command reads from and writes to. */
export interface Terminal {
  readonly stdin: AsyncIterable<Uint8Array>
  /** Whether a person sits in front of it, and not a file or a pipe. */
  readonly isTyped: boolean
  readonly isShown: boolean
  /** A line of what was asked for, to stdout. */
  print(line: string): void
  /** A line of talk, to stderr. */
  say(line: string): void
}

/** The terminal of this process. `end` is called when nobody reads any more what is printed. */
export function processTerminal(end: (exitCode: ExitCode) => void): Terminal {
  const { stdin, stdout, stderr } = process
  stdout.on('error', () => {
    stderr.write('reverse-jwt: not all of the output could be written: it was closed, or is full\n')
    end(exitCodes.unknown)
  })
  // There is nobody left to tell.
  stderr.on('error', () => undefined)
  return {
    // A getter would do as well: reading begins when somebody asks for the first byte.
    stdin: stdin as AsyncIterable<Uint8Array>,
    isTyped: stdin.isTTY,
    isShown: stdout.isTTY,
    print(line) {
      stdout.write(`${line}\n`)
    },
    say(line) {
      stderr.write(`${line}\n`)
    },
  }
}
