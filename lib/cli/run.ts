import { readFileSync } from 'node:fs'
import { closest } from '../options/closest.js'
import type { Command } from './command.js'
import { CommandFailure, exitCodes, type ExitCode } from './exit-code.js'
import type { Terminal } from './terminal.js'

interface Listed {
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** In the order in which a customer needs them. Each is loaded when it is called: some need much that others do not. */
const commands: ReadonlyMap<string, Listed> = new Map([
  [
    'keygen',
    {
      summary: 'makes a key pair, or proves to a platform that you hold one',
      load: async () => (await import('./keygen.js')).keygen,
    },
  ],
  ['sign', { summary: 'signs one project token', load: async () => (await import('./sign.js')).sign }],
  [
    'inspect',
    {
      summary: 'takes a token apart, and says why a platform would refuse it',
      load: async () => (await import('./inspect.js')).inspect,
    },
  ],
  [
    'doctor',
    {
      summary: 'finds out why a platform refuses your tokens, and what is wrong with a platform of your own',
      load: async () => (await import('./doctor.js')).doctor,
    },
  ],
])

/**
 * Runs `reverse-jwt` with these arguments. Prints what was asked for to stdout and all talk to stderr, and resolves with the exit code:
 * 0 good, 1 found bad, 2 called wrongly, 3 could not find out.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args
  if (name === undefined) {
    terminal.say(overview())
    return exitCodes.usage
  }
  if (name === '--version') {
    terminal.print(version())
    return exitCodes.good
  }
  const isHelp = name === 'help' || name === '--help' || name === '-h'
  const listed = commands.get(isHelp ? (rest[0] ?? '') : name)
  if (isHelp || rest.includes('--help') || rest.includes('-h')) {
    terminal.print(listed === undefined ? overview() : (await listed.load()).help)
    return exitCodes.good
  }
  if (listed === undefined) {
    terminal.say(unknownCommand(name))
    return exitCodes.usage
  }
  try {
    return await (await listed.load()).run(rest, terminal)
  } catch (error) {
    return failed(error, name, terminal)
  }
}

function failed(error: unknown, name: string, terminal: Terminal): ExitCode {
  if (error instanceof CommandFailure) {
    terminal.say(`reverse-jwt ${name}: ${error.message}`)
    if (error.exitCode === exitCodes.usage) terminal.say(`See: npx reverse-jwt ${name} --help`)
    return error.exitCode
  }
  // Nobody has looked whether its message holds a secret.
  const kind = error instanceof Error ? error.constructor.name : typeof error
  terminal.say(
    `reverse-jwt ${name}: this is a defect of reverse-jwt (${kind}). Please report what you called.`,
  )
  return exitCodes.unknown
}

/** What was given may be a token in the wrong place, and is not repeated. */
function unknownCommand(name: string): string {
  const meant = name.length <= 16 ? closest(name, Array.from(commands.keys())) : undefined
  return meant === undefined
    ? overview()
    : `reverse-jwt: there is no such command. Did you mean "npx reverse-jwt ${meant}"?`
}

function overview(): string {
  const list = Array.from(commands, ([name, { summary }]) => `  ${name.padEnd(9)} ${summary}`)
  return [
    'npx reverse-jwt <command> [options]',
    '',
    ...list,
    '',
    'npx reverse-jwt <command> --help says more of one. Secrets come from files or from stdin (-), never from arguments.',
    'Exit codes: 0 good, 1 found bad, 2 called wrongly, 3 could not find out.',
  ].join('\n')
}

function version(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  )
  return (manifest as { readonly version: string }).version
}
