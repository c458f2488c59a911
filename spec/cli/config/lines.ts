import { expect } from '@jest/globals'
import type { Finding } from '../../../lib/cli/finding.js'

/** Findings, a line each. Whoever reads one is told what to do about it. */
export function lines(findings: readonly Finding[]): string[] {
  return findings.map(({ check, result, text, fix }) => {
    expect(fix === undefined).toBe(result === 'ok' || result === 'skip')
    expect(text + (fix ?? '')).toMatch(/^[\x20-\x7E]{1,700}$/)
    return `${result} ${check}: ${text}${fix === undefined ? '' : ` -> ${fix}`}`
  })
}
