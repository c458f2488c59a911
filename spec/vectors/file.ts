import { groupOf, type GroupDefinition } from './definition.js'
import { audienceGroup, bindings, identities, jtis, twoAudiences } from './groups/claims.js'
import { headerParameters, keyTimes, kids, requiredType, types } from './groups/header.js'
import { jsonLimits, jsonMembers, jsonText } from './groups/json.js'
import { originClaim, projectOrigins, requiredOrigin, scopes } from './groups/requests.js'
import {
  algorithms,
  ecdsaSignatures,
  eddsaSignatures,
  keyConfusion,
  moreAlgorithms,
  rsaSignatures,
} from './groups/signatures.js'
import { base64url, length, segmentsGroup } from './groups/spelling.js'
import { activity, expiry, lifetimes, milliseconds, strictTimes } from './groups/times.js'
import { audience, now, publicProjects } from './projects.js'
import { allProofs, allTraps } from './proofs.js'
import { publishedKeys } from './published-keys.js'
import { allSequences } from './sequences.js'
import type { VectorsFile } from './shape.js'
import { allSigning } from './signing.js'
import { allThumbprints } from './thumbprints.js'

/** In the order of the steps of a verifier. */
const groups: readonly GroupDefinition[] = [
  length,
  segmentsGroup,
  base64url,
  jsonText,
  jsonMembers,
  jsonLimits,
  algorithms,
  moreAlgorithms,
  headerParameters,
  types,
  requiredType,
  kids,
  identities,
  audienceGroup,
  twoAudiences,
  jtis,
  bindings,
  expiry,
  activity,
  lifetimes,
  milliseconds,
  strictTimes,
  keyConfusion,
  ecdsaSignatures,
  rsaSignatures,
  eddsaSignatures,
  keyTimes,
  originClaim,
  projectOrigins,
  requiredOrigin,
  scopes,
]

/** What a caller gets for each code. */
const statuses: Readonly<Record<string, number>> = {
  credentials_missing: 401,
  request_malformed: 400,
  token_malformed: 401,
  algorithm_not_allowed: 401,
  token_type_not_allowed: 401,
  claim_missing: 401,
  claim_invalid: 401,
  token_expired: 401,
  token_not_active: 401,
  token_lifetime_too_long: 401,
  audience_mismatch: 401,
  token_not_verified: 401,
  issuer_mismatch: 401,
  project_suspended: 403,
  origin_not_allowed: 403,
  scope_insufficient: 403,
  token_replayed: 401,
}

/** The text of docs/vectors.json: the same each time. */
export function vectorsText(): string {
  const file: VectorsFile = {
    about:
      'Test vectors for signers and verifiers of project tokens in any language. docs/vectors.md explains each member.',
    warning:
      'Every private key in here is printed in an RFC: anyone can sign with it. Never register one anywhere, and never accept outside a test what one signed.',
    version: 1,
    now,
    verifier: {
      audience: [audience],
      algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA'],
      maxLifetime: 300,
      clockTolerance: 10,
      maxTokenLength: 4096,
    },
    statuses,
    privateKeys: publishedKeys,
    projects: publicProjects,
    groups: groups.map(groupOf),
    sequences: allSequences,
    thumbprints: allThumbprints,
    signing: allSigning,
    proofs: allProofs,
    unansweredChallenges: allTraps,
  }
  return ascii(`${linesOf(file)}\n`)
}

/** A line for each that holds nothing but texts, numbers and facts: so that a change of a test is a change of its line. */
function linesOf(value: object, indentation = ''): string {
  const entries = Object.entries(value) as [string, unknown][]
  const inner = `${indentation}  `
  const lines = entries.map(([name, member]) => {
    const text = isObject(member) && holdsVectors(member) ? linesOf(member, inner) : JSON.stringify(member)
    return `${inner}${Array.isArray(value) ? '' : `${JSON.stringify(name)}: `}${text}`
  })
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.join(',\n')}\n${indentation}${close}`
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Whether it is a list or a map of objects, or has such a list. */
function holdsVectors(value: object): boolean {
  const members: unknown[] = Object.values(value)
  return members.every(isObject) || members.some((member) => Array.isArray(member) && member.every(isObject))
}

/** For editors and languages that would read other characters in another way. */
function ascii(text: string): string {
  return text.replaceAll(/[^ -~\n]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
