/** How a command ends: what it looked at is good, or bad; it was called wrongly; it could not find out (a network, a file). */
export const exitCodes = { good: 0, bad: 1, usage: 2, unknown: 3 } as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Ends a command with a sentence for who called it. The sentence holds nothing of a file, and no argument but the name of an option. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode

  constructor(how: Exclude<keyof typeof exitCodes, 'good'>, sentence: string) {
    super(sentence)
    this.exitCode = exitCodes[how]
  }
}

/** Says that the command was called wrongly, and how to call it. */
export function usage(sentence: string): CommandFailure {
  return new CommandFailure('usage', sentence)
}
