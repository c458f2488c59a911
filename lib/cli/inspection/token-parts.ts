import { decodeBase64urlText } from '../../encoding/base64url-text.js'
import { decodeBase64url } from '../../encoding/base64url.js'
import { parseJsonText, tokenLimits, type JsonObject } from '../../encoding/strict-json.js'
import { parsedJson } from '../../jwk/jwk-text.js'
import { mistakeIn } from '../../verify/mistaken-token.js'

/** A token that was taken apart. Nothing of it is verified. */
export interface TokenParts {
  readonly signingInput: string
  /** Read as loosely as most libraries do: to be shown, whatever its faults. */
  readonly unverifiedHeader: JsonObject | undefined
  readonly unverifiedClaims: JsonObject | undefined
  readonly signature: Buffer | undefined
  /** Why its shape is not that of a compact JWS. Quotes nothing. */
  readonly shapeFaults: {
    /** Beyond one of these a verifier does not even look at the header. */
    readonly header: readonly string[]
    readonly rest: readonly string[]
  }
}

/** Takes a token apart, RFC 7515 section 5.2, and says in words what is wrong with its shape. */
export function takeApart(token: string): TokenParts {
  const segments = token.split('.')
  const [header = '', claims = '', signature = ''] = segments
  return {
    signingInput: `${header}.${claims}`,
    unverifiedHeader: objectIn(header),
    unverifiedClaims: objectIn(claims),
    signature: decodeBase64url(signature),
    shapeFaults: shapeOf(token, segments.length) ?? {
      header: segmentFaults('header', header),
      rest: [
        ...(segments.length > 3
          ? [`A token has three parts with a dot between; this has ${segments.length}.`]
          : []),
        ...segmentFaults('claims set', claims),
        ...encodingFaults('signature', signature),
      ],
    },
  }
}

/** What is no token at all. */
function shapeOf(token: string, segments: number): TokenParts['shapeFaults'] | undefined {
  if (/^[{[]/.test(token))
    return { header: ['This is JSON, and has no token as its member token or access_token.'], rest: [] }
  const mistake = mistakeIn(token)
  if (mistake !== undefined) return { header: [mistake], rest: [] }
  if (segments === 5)
    return {
      header: ['This is an encrypted token (JWE, five parts). Send a signed one: three parts.'],
      rest: [],
    }
  if (token.startsWith('-----BEGIN'))
    return { header: ['This is PEM, such as a public key has, and no token.'], rest: [] }
  if (segments < 3)
    return { header: [`A token has three parts with a dot between; this has ${segments}.`], rest: [] }
  return undefined
}

function segmentFaults(name: string, segment: string): string[] {
  const encoding = encodingFaults(name, segment)
  if (encoding.length > 0) return encoding
  const json = decodeBase64urlText(segment)
  if (json !== undefined && parseJsonText(json, tokenLimits) !== undefined) return []
  return [`The ${name} ${jsonFault(segment)}.`]
}

function encodingFaults(name: string, segment: string): string[] {
  if (segment === '') return [`The ${name} is empty.`]
  if (decodeBase64url(segment) !== undefined) return []
  return [`The ${name} is not base64url: ${encodingFault(segment)}.`]
}

/** RFC 7515 section 2: no padding, no white space, and the bits beyond the last byte are zero. */
function encodingFault(segment: string): string {
  if (segment.includes('=')) return 'it has padding (=), which a token does not have'
  if (/[+/]/.test(segment)) return 'it has + or /, as base64 has; base64url has - and _'
  if (/\s/.test(segment)) return 'there is white space in it, as where an editor or a terminal has wrapped it'
  if (/[^\w-]/.test(segment)) return 'it has characters that base64url does not have'
  return 'it was cut off, or changed at its end'
}

function jsonFault(segment: string): string {
  const bytes = Buffer.from(segment, 'base64url')
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'begins with a byte order mark'
  const value = parsedJson(bytes.toString('utf8'))
  if (value === undefined) return 'is no JSON'
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is JSON, but no object'
  return 'is JSON that no two programs read alike, or that holds too much: a member twice, a name like __proto__ or 42, text that is no UTF-8, too deep, too many values'
}

function objectIn(segment: string): JsonObject | undefined {
  const json = Buffer.from(segment, 'base64url').toString('utf8')
  const value = isShallow(json) ? parsedJson(json) : undefined
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

/** Levels of what is shown. A verifier takes 16; for thousands, Node has not got the stack to write them. */
const maxDepth = 200

/** By the brackets that are open at once, without those in texts. */
function isShallow(json: string): boolean {
  let depth = 0
  let isText = false
  for (let at = 0; at < json.length && depth <= maxDepth; at++) {
    const character = json.charAt(at)
    if (character === '"') isText = !isText
    else if (isText) at += character === '\\' ? 1 : 0
    else if (/[[{]/.test(character)) depth++
    else if (/[\]}]/.test(character)) depth--
  }
  return depth <= maxDepth
}
