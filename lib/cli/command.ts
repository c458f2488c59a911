import { parseArgs } from 'node:util'
import { closest } from '../options/closest.js'
import { usage, type CommandFailure, type ExitCode } from './exit-code.js'
import type { Terminal } from './terminal.js'

/** Options by their names, as `parseArgs` of node:util takes them. None may stand twice. */
export type CommandOptions = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>

/** What was given: a text for each option that takes one, true for the others, and at most one file. */
export type Given<Options extends CommandOptions> = {
  readonly [Name in keyof Options]?: Options[Name]['type'] extends 'string' ? string : true
} & { readonly file?: string }

export interface Command {
  /** What `--help` prints. */
  readonly help: string
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>
}

interface Definition<Options extends CommandOptions> {
  readonly help: string
  readonly options: Options
  /** Whether one argument without a name may stand there: the file to read. */
  readonly takesFile?: boolean
  readonly run: (given: Given<Options>, terminal: Terminal) => ExitCode | Promise<ExitCode>
}

/** Makes a command out of its options and what it does with them. */
export function command<const Options extends CommandOptions>(definition: Definition<Options>): Command {
  const { help, options, takesFile = false, run } = definition
  return {
    help,
    async run(args, terminal) {
      return run(readArguments(args, options, takesFile) as Given<Options>, terminal)
    },
  }
}

/** What may be the name of an option. Any other may be a secret in the wrong place, and is not repeated. */
const optionForm = /^[a-z-]{1,20}$/

/**
 * Reads arguments. An error names an option and never what was given: that may be a token or a key, which belongs into a file, for
 * everybody on a machine can read the arguments of a process.
 */
function readArguments(
  args: readonly string[],
  options: CommandOptions,
  takesFile: boolean,
): Readonly<Record<string, string | true>> {
  const { tokens } = parseArgs({
    args: Array.from(args),
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const given = new Map<string, string | true>()
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      if (!takesFile) throw usage('every argument has a name, such as --key FILE')
      if (given.has('file')) throw usage('give one file')
      given.set('file', token.value)
      continue
    }
    const { name, value, inlineValue } = token
    const type = Object.hasOwn(options, name) ? options[name]?.type : undefined
    if (type === undefined) throw unknownOption(name, Object.keys(options))
    if (given.has(name)) throw usage(`--${name} was given twice; give it once`)
    if (type === 'boolean') {
      if (value !== undefined) throw usage(`--${name} takes no value`)
      given.set(name, true)
      continue
    }
    // Alone, "-" is stdin, and one kid of 64 begins with it.
    if (inlineValue === false && value.startsWith('--'))
      throw usage(`--${name} needs a value; if it begins with --, write --${name}=VALUE`)
    if (value === undefined || value === '') throw usage(`--${name} needs a value`)
    given.set(name, value)
  }
  return Object.fromEntries(given)
}

function unknownOption(name: string, known: readonly string[]): CommandFailure {
  const all = `Known: ${known.map((one) => `--${one}`).join(', ')}.`
  if (!optionForm.test(name)) return usage(`there is an option that is not known. ${all}`)
  const meant = closest(name, known)
  return usage(`--${name} is not known. ${meant === undefined ? all : `Did you mean --${meant}?`}`)
}
