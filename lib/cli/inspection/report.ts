import { bindingFaults, type Fault, type InspectionSettings } from './faults.js'
import { shownMembers, type ShownMember } from './shown-members.js'
import type { SignatureFinding } from './signature.js'
import { durationInWords } from './time-in-words.js'
import type { TokenParts } from './token-parts.js'

/** All that is told of a token. */
export interface InspectionReport {
  readonly header: readonly ShownMember[]
  readonly claims: readonly ShownMember[]
  /** Seconds that the token lives, where it says so. */
  readonly lifetime: number | undefined
  readonly signature: SignatureFinding['result']
  readonly faults: readonly Fault[]
  readonly notes: readonly string[]
}

interface Findings {
  readonly parts: TokenParts
  readonly faults: readonly Fault[]
  readonly signature: SignatureFinding
  readonly settings: InspectionSettings
  readonly now: number
  /** Whether values that are hidden are shown. */
  readonly all: boolean
}

export function inspectionReport({
  parts,
  faults,
  signature,
  settings,
  now,
  all,
}: Findings): InspectionReport {
  const { unverifiedHeader = {}, unverifiedClaims = {} } = parts
  const { exp, iat } = unverifiedClaims
  return {
    header: shownMembers(unverifiedHeader, now, all),
    claims: shownMembers(unverifiedClaims, now, all),
    lifetime: typeof exp === 'number' && typeof iat === 'number' ? exp - iat : undefined,
    signature: signature.result,
    faults: [...faults, ...signature.faults, ...bindingFaults(unverifiedClaims, settings.issuer)],
    notes: [...signature.notes, ...nameNotes(unverifiedClaims, settings)],
  }
}

function nameNotes({ aud }: Readonly<Record<string, unknown>>, { audience }: InspectionSettings): string[] {
  return aud !== undefined && audience === undefined
    ? ['aud was not checked: give --audience, the name of the platform.']
    : []
}

export function reportLines(report: InspectionReport): string[] {
  const { header, claims, lifetime, signature, faults, notes } = report
  return [
    ...section('header', header),
    ...section('claims', claims),
    `signature  ${signature}`,
    ...(lifetime === undefined ? [] : [`lifetime   ${durationInWords(lifetime)}`]),
    '',
    ...notes,
    ...(faults.length > 0
      ? ['A platform would refuse this token:', ...faults.map(({ code, text }) => `  ${code}: ${text}`)]
      : [good(signature)]),
  ]
}

function good(signature: InspectionReport['signature']): string {
  return signature === 'good'
    ? 'Nothing is wrong with this token. Whether it was used before, and whether its key is registered, only the platform knows.'
    : 'Nothing is wrong with this token as far as can be told without its key.'
}

function section(name: string, members: readonly ShownMember[]): string[] {
  if (members.length === 0) return []
  const width = Math.max(...members.map((member) => member.name.length))
  return [name, ...members.map(({ name, text }) => `  ${name.padEnd(width)}  ${text}`)]
}

/** Values as they stand in the token, without those that are hidden, whose names are in `hidden`. */
export function reportJson({ header, claims, ...report }: InspectionReport): string {
  const hidden = [...header, ...claims].filter(({ value }) => value === undefined).map(({ name }) => name)
  return JSON.stringify({ header: byName(header), claims: byName(claims), hidden, ...report })
}

function byName(members: readonly ShownMember[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    members.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]),
  )
}
