import { readFileSync } from 'node:fs'
import { closest } from '../options/closest.js'
import type { Command } from './command.js'
import { CommandFailure, exitCodes, type ExitCode } from './exit-code.js'
import { inspect } from './inspect.js'
import { keygen } from './keygen.js'
import { sign } from './sign.js'
import type { Terminal } from './terminal.js'

/** In the order in which a customer needs them. */
const commands: ReadonlyMap<string, Command> = new Map(Object.entries({ keygen, sign, inspect }))

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
  const command = commands.get(isHelp ? (rest[0] ?? '') : name)
  if (isHelp || rest.includes('--help') || rest.includes('-h')) {
    terminal.print(command?.help ?? overview())
    return exitCodes.good
  }
  if (command === undefined) {
    terminal.say(unknownCommand(name))
    return exitCodes.usage
  }
  try {
    return await command.run(rest, terminal)
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
