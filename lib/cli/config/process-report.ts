import { parsedJson } from '../../jwk/jwk-text.js'
import { inAscii } from '../../options/quoted.js'
import type { Finding } from '../finding.js'
import { withoutUserinfo } from './failure-reason.js'

/** What the process of a module says: that it was loaded, and then why it could not be checked, or what was found. */
export type Report =
  { readonly loaded: true } | { readonly failure: string } | { readonly findings: readonly Finding[] }

/**
 * The report that a line holds; undefined where it holds none: the module has the descriptor, too, and may have written to it. Whatever
 * it says is one line without control characters, and without the password of an address.
 */
export function reportIn(line: string): Report | undefined {
  const { loaded, failure, findings } = (parsedJson(line) ?? {}) as Readonly<Record<string, unknown>>
  if (loaded === true) return { loaded }
  if (typeof failure === 'string') return { failure: shown(failure) }
  if (!Array.isArray(findings) || findings.length === 0 || !findings.every(isFinding)) return undefined
  return {
    findings: findings.map(({ check, result, text, fix }) => ({
      check,
      result,
      text: shown(text),
      ...(fix !== undefined && { fix: shown(fix) }),
    })),
  }
}

const results: ReadonlySet<unknown> = new Set(['ok', 'warn', 'FAIL', 'skip'])

function isFinding(given: unknown): given is Finding {
  const { check, result, text, fix } = (given ?? {}) as Readonly<Record<string, unknown>>
  const isNamed = typeof check === 'string' && /^[a-z-]{1,20}$/.test(check)
  return isNamed && results.has(result) && typeof text === 'string' && /string|undefined/.test(typeof fix)
}

/** Characters. Sentences of the checks are shorter. */
const maxTextLength = 2_000

function shown(text: string): string {
  return inAscii(withoutUserinfo(text.slice(0, maxTextLength)))
}
