import type { JsonObject } from '../../encoding/strict-json.js'
import { holdsSecret } from '../../jwk/exposure.js'
import { inAscii } from '../../options/quoted.js'
import { timeInWords } from './time-in-words.js'

/** A member of the header or of the claims set, for a terminal. */
export interface ShownMember {
  readonly name: string
  /** Undefined: hidden. */
  readonly value: unknown
  readonly text: string
}

/** What everybody may read aloud: names and times. Values of all others are hidden unless they are asked for. */
const openMembers = new Set([
  'alg',
  'kid',
  'typ',
  'iss',
  'sub',
  'aud',
  'proj_id',
  'exp',
  'iat',
  'nbf',
  'scope',
  'origin',
])
const times = new Set(['exp', 'iat', 'nbf'])
const maxShownLength = 256
const maxMembers = 64

/** The members in their order, each in one line without control characters. `all`: with the values of all. */
export function shownMembers(members: JsonObject, now: number, all: boolean): ShownMember[] {
  return Object.entries(members)
    .slice(0, maxMembers)
    .map(([name, value]) => {
      const isSecret = isSecretMember(name, value)
      const isShown = (openMembers.has(name) || all) && !isSecret
      const text = isShown ? textOf(name, value, now) : isSecret ? secret : hidden(value)
      return { name: cut(inAscii(name)), value: isShown ? value : undefined, text }
    })
}

/** Whoever put a key into a token has published it, and need not see it here. */
const secret = '(a private key or a shared secret, never shown: whoever had this token has it)'

/** By its name, as `d` of a JWK, by what it is, or by a text that stands anywhere in it. */
function isSecretMember(name: string, value: unknown): boolean {
  return holdsSecret(JSON.stringify({ [name]: value })) || textsIn(value).some(holdsSecret)
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function hidden(value: unknown): string {
  const size =
    typeof value === 'string' ? `${value.length} characters` : Array.isArray(value) ? 'a list' : typeof value
  return `(${size}, hidden; --show shows it)`
}

function textOf(name: string, value: unknown, now: number): string {
  if (times.has(name) && typeof value === 'number') return timeInWords(value, now)
  return cut(inAscii(JSON.stringify(value)))
}

function cut(text: string): string {
  return text.length > maxShownLength
    ? `${text.slice(0, maxShownLength)}... (${text.length} characters)`
    : text
}
