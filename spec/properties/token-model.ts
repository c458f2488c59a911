import { audience, kidOf, now } from '../helpers/mint.js'

/** Members of an object as they stand in a text: a name may repeat, and a value is JSON as somebody wrote it. */
export type Members = readonly (readonly [name: string, json: string])[]

export const otherAudience = 'https://portal.example'

/** What a verifier is told. */
export interface Rules {
  readonly clockTolerance: number
  readonly maxLifetime: number
  readonly typ?: 'project-auth+jwt'
  /** Whether the project says where it may be called from. */
  readonly bound: boolean
}

export const write = (members: Members) =>
  `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`

/** The model: section by section what a project token is, from nothing but the contract. */
export function isProjectToken(header: Members, claims: Members, rules: Rules, origin: Origin) {
  return (
    isPlain(header) &&
    isPlain(claims) &&
    isHeader(read(header), rules) &&
    isClaimsSet(read(claims), rules, origin)
  )
}

type Origin = string | null | undefined
type Values = Readonly<Record<string, unknown>>
export const read = (members: Members) => JSON.parse(write(members)) as Values

/**
 * Every name once, and none of them __proto__ or an index, at any depth. What is generated is nowhere deeper than 16, and holds
 * fewer members than are allowed.
 */
function isPlain(members: Members): boolean {
  const names = members.map(([name]) => name)
  const all = [...names, ...members.flatMap(([, json]) => namesIn(JSON.parse(json)))]
  const isWrong = (name: string) => name === '__proto__' || /^(?:0|[1-9][0-9]*)$/.test(name)
  return new Set(names).size === names.length && !all.some(isWrong)
}

function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(namesIn)
  return Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner)])
}

function isHeader(header: Values, { typ: required }: Rules): boolean {
  const forbidden = ['crit', 'b64', 'zip', 'enc', 'cty', 'jwk', 'jku', 'x5u', 'x5c']
  return (
    (header.alg === 'ES256' || header.alg === 'EdDSA' || header.alg === 'Ed25519') &&
    header.kid === kidOf(header.alg === 'ES256' ? 'ES256' : 'EdDSA') &&
    typeFits(header.typ, required) &&
    forbidden.every((name) => !(name in header))
  )
}

function typeFits(typ: unknown, required: string | undefined): boolean {
  const types = ['project-auth+jwt', 'application/project-auth+jwt']
  if (required === undefined) types.push('jwt', 'application/jwt')
  return typ === undefined
    ? required === undefined
    : typeof typ === 'string' && types.includes(typ.toLowerCase())
}

function isClaimsSet(claims: Values, rules: Rules, origin: Origin): boolean {
  const { iss, aud, sub, proj_id, jti, exp, iat, nbf, scope } = claims
  const soleAudience: unknown = Array.isArray(aud) ? (aud.length === 1 ? aud[0] : undefined) : aud
  return (
    iss === 'shop' &&
    proj_id === 'shop' &&
    (sub === undefined || sub === 'shop') &&
    (soleAudience === audience || soleAudience === otherAudience) &&
    isId(jti) &&
    isInTime(exp, iat, nbf, rules) &&
    (scope === undefined || (typeof scope === 'string' && scope.split(' ').every(isScope))) &&
    isFrom(origin, claims.origin, rules) &&
    claims.nonce === undefined &&
    claims.cnf === undefined
  )
}

function isId(jti: unknown): boolean {
  if (typeof jti !== 'string' || jti.length > 256 || !/\S/.test(jti)) return false
  const codes = Array.from(jti, (character) => character.codePointAt(0) ?? 0)
  return codes.every(
    (code) => code > 0x1f && !(code >= 0x7f && code <= 0x9f) && !(code >= 0xd800 && code <= 0xdfff),
  )
}

function isInTime(exp: unknown, iat: unknown, nbf: unknown, { clockTolerance, maxLifetime }: Rules): boolean {
  const isMoment = (value: unknown): value is number =>
    typeof value === 'number' && Math.abs(value) < Infinity
  if (!isMoment(exp) || now >= exp + clockTolerance) return false
  if (nbf !== undefined && !(isMoment(nbf) && nbf <= now + clockTolerance)) return false
  if (iat === undefined) return exp - now <= maxLifetime + clockTolerance
  return isMoment(iat) && iat <= now + clockTolerance && iat <= exp && exp - iat <= maxLifetime
}

const isScope = (name: string) =>
  name !== '' &&
  Array.from(name).every((character) => character > ' ' && character <= '~' && !'"\\'.includes(character))

function isFrom(origin: Origin, claimed: unknown, { bound }: Rules): boolean {
  const named = typeof claimed === 'string' && claimed !== '' && claimed !== 'null'
  if (claimed !== undefined && !(named && claimed === origin)) return false
  return !bound || origin === undefined || origin === null || origin === 'https://shop.example'
}
