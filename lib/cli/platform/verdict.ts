import type { Finding } from '../finding.js'

/** What a check says; its name is put before it by whoever runs it. */
export interface Verdict extends Omit<Finding, 'check'> {
  /** Nothing of the platform was reached, so nothing about it was found out. */
  readonly isUnreached?: boolean
}

export function ok(text: string): Verdict {
  return { result: 'ok', text }
}

export function warn(text: string, fix: string): Verdict {
  return { result: 'warn', text, fix }
}

export function fail(text: string, fix: string): Verdict {
  return { result: 'FAIL', text, fix }
}

export function skip(text: string): Verdict {
  return { result: 'skip', text }
}

export function unreached(text: string, fix: string): Verdict {
  return { ...fail(text, fix), isUnreached: true }
}
