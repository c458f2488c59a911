import type { Finding } from './finding.js'
import { inAscii } from '../options/quoted.js'
import { exitCodes, type ExitCode } from './exit-code.js'
import type { Terminal } from './terminal.js'

/** What all checks together say. `unknown`: what they were to look at was not there, and nothing else is wrong. */
export type Conclusion = 'ok' | 'warn' | 'FAIL' | 'unknown'

const resultWidth = 6
const checkWidth = 16

/** Prints what a check has found: a line, and one with what to do. */
export function printFinding({ check, result, text, fix }: Finding, terminal: Terminal): void {
  terminal.print(`${result.padEnd(resultWidth)}${check.padEnd(checkWidth)}${text}`)
  if (fix !== undefined) terminal.print(`${' '.repeat(resultWidth)}fix: ${fix}`)
}

/** Prints in one line how many findings there were of each kind. A check may have several. `unknown`: what was not found out. */
export function printSum(findings: readonly Finding[], terminal: Terminal, unknown?: string): void {
  const counts = (['FAIL', 'warn', 'skip'] as const).map(
    (result) => `${findings.filter((one) => one.result === result).length} ${result}`,
  )
  terminal.print(`${counts.join(', ')} of ${new Set(findings.map(({ check }) => check)).size} checks`)
  if (unknown !== undefined) terminal.print(`Could not find out whether all is right: ${unknown}`)
}

/** Prints everything as one JSON object. `subject` says what was looked at. */
export function printJson(
  subject: object,
  findings: readonly Finding[],
  result: Conclusion,
  terminal: Terminal,
): void {
  terminal.print(inAscii(JSON.stringify({ ...subject, checks: findings, result })))
}

export function conclusionOf(findings: readonly Finding[]): Conclusion {
  const has = (result: Finding['result']) => findings.some((one) => one.result === result)
  if (has('FAIL')) return 'FAIL'
  return has('warn') ? 'warn' : 'ok'
}

export function exitCodeOf(result: Conclusion): ExitCode {
  if (result === 'FAIL') return exitCodes.bad
  return result === 'unknown' ? exitCodes.unknown : exitCodes.good
}
