import { LRUCache } from 'lru-cache'
import { AuthenticationError } from '../errors.js'
import { algorithmNamed, algorithms, limits, projectTokenType, type Algorithm } from '../protocol.js'
import type { ProjectTokenHeader, UnverifiedToken } from '../types.js'
import { decodeBase64url } from '../encoding/base64url.js'
import { decodeBase64urlText } from '../encoding/base64url-text.js'
import { ownText } from '../encoding/own-text.js'
import { mistakeIn } from './mistaken-token.js'
import { parseJsonText, tokenLimits, type JsonObject } from '../encoding/strict-json.js'

type UnverifiedHeader = Pick<UnverifiedToken, 'unverifiedHeader' | 'alg'>

export interface HeaderSettings {
  readonly algorithms: ReadonlySet<Algorithm>
  /** Whether a token with this `typ` is one of those that are accepted. */
  readonly isAllowedType: (typ: unknown) => boolean
}

interface CompactSettings extends HeaderSettings {
  readonly maxTokenLength: number
}

/** Each would change how the token is read, or name a key or an address that the token itself chose. */
const refusedParameters = ['crit', 'b64', 'zip', 'enc', 'cty', 'jwk', 'jku', 'x5u', 'x5c']

/** Headers repeat: one a key. Anyone can write one, so these are small, and all of them together stay under a megabyte. */
const rememberedHeaders = { count: 1000, maxLength: 512, members: new Set(['alg', 'kid', 'typ']) }

/**
 * Step 2: size, shape and header.
 *
 *     BASE64URL(header) "." BASE64URL(claims set) "." BASE64URL(signature)
 *
 * Checks the length, the three segments, their one canonical spelling, the JSON, `alg`, `typ`, `kid`, and that no
 * parameter of the header changes what the token means. Does not check any claim or the signature. RFC 7515 section 5.2.
 */
export function compactReader(settings: CompactSettings): (token: string) => UnverifiedToken {
  const headers = new LRUCache<string, UnverifiedHeader>({ max: rememberedHeaders.count })

  function readHeader(segment: string): UnverifiedHeader {
    const remembered = headers.get(segment)
    if (remembered !== undefined) return remembered
    const json = decodeBase64urlText(segment)
    if (json === undefined) throw malformed(segment)
    const header = checkHeader(parseJsonText(json, tokenLimits), settings)
    if (!isSmall(segment, header)) return header
    const copy = copyOf(header)
    headers.set(ownText(segment), copy)
    return copy
  }

  return function readCompact(token) {
    if (token.length > settings.maxTokenLength) {
      throw new AuthenticationError('request_malformed', {
        description: 'The token is longer than is accepted here.',
      })
    }
    const afterHeader = token.indexOf('.')
    const afterClaims = token.indexOf('.', afterHeader + 1)
    if (afterClaims === -1) throw malformed(token)

    const { unverifiedHeader, alg } = readHeader(token.slice(0, afterHeader))
    const json = decodeBase64urlText(token.slice(afterHeader + 1, afterClaims))
    const unverifiedClaims = json === undefined ? undefined : parseJsonText(json, tokenLimits)
    // A further dot is no character of base64url, so a fourth segment fails here.
    const signature = decodeBase64url(token.slice(afterClaims + 1))
    if (unverifiedClaims === undefined || signature === undefined || !couldBeSignature(signature, alg)) {
      throw new AuthenticationError('token_malformed')
    }
    return { unverifiedHeader, alg, unverifiedClaims, signingInput: token.slice(0, afterClaims), signature }
  }
}

function malformed(text: string): AuthenticationError {
  return new AuthenticationError('token_malformed', { description: mistakeIn(text) })
}

/** What the header of a token must be like, one rule each, in their order. */
export const headerRules: readonly ((header: JsonObject, settings: HeaderSettings) => void)[] = [
  function checkAlgorithm({ alg: name }, { algorithms }) {
    if (typeof name !== 'string') throw new AuthenticationError('token_malformed')
    const alg = algorithmNamed(name)
    if (alg === undefined || !algorithms.has(alg)) throw new AuthenticationError('algorithm_not_allowed')
  },
  ...refusedParameters.map((parameter) => (header: JsonObject) => {
    if (!Object.hasOwn(header, parameter)) return
    throw new AuthenticationError('token_malformed', {
      description: `The header of the token has the parameter ${parameter}, which is not accepted.`,
    })
  }),
  function checkType({ typ }, { isAllowedType }) {
    if (!isAllowedType(typ)) throw new AuthenticationError('token_type_not_allowed')
  },
  function checkKid({ kid }) {
    if (typeof kid === 'string' && kid !== '' && kid.length <= limits.identifierLength && kid.isWellFormed())
      return
    throw new AuthenticationError('token_malformed', {
      description: `The header of the token needs a kid of 1 to ${limits.identifierLength} characters.`,
    })
  },
]

function checkHeader(header: JsonObject | undefined, settings: CompactSettings): UnverifiedHeader {
  if (header === undefined) throw new AuthenticationError('token_malformed')
  for (const rule of headerRules) rule(header, settings)
  return { unverifiedHeader: header as ProjectTokenHeader, alg: algorithmNamed(header.alg) as Algorithm }
}

function isSmall(segment: string, { unverifiedHeader }: UnverifiedHeader): boolean {
  const { maxLength, members } = rememberedHeaders
  return segment.length <= maxLength && Object.keys(unverifiedHeader).every((name) => members.has(name))
}

/** Frozen, because more than one request will see it. */
function copyOf({ unverifiedHeader, alg }: UnverifiedHeader): UnverifiedHeader {
  const texts = Object.entries(unverifiedHeader).map(([name, text]) => [name, ownText(text as string)])
  return { unverifiedHeader: Object.freeze(Object.fromEntries(texts) as ProjectTokenHeader), alg }
}

/** Whether a `typ` names this type. RFC 7515 section 4.1.9: compared without regard to case, and `application/` may be left out. */
export function isType(typ: unknown, type: string): boolean {
  return typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '') === type
}

/** The types of a project token: ours, and where that is not required the general one of JWT, or none. */
export function projectTokenTypes({
  isRequired,
}: {
  readonly isRequired: boolean
}): (typ: unknown) => boolean {
  return (typ) => isType(typ, projectTokenType) || (!isRequired && (typ === undefined || isType(typ, 'jwt')))
}

/** The exact length of an RSA signature is that of the key, which is not known yet. */
export function couldBeSignature(signature: Buffer, alg: Algorithm): boolean {
  const exact = algorithms.get(alg)?.signatureBytes
  if (exact !== undefined) return signature.length === exact
  return signature.length >= limits.rsaBits.min / 8 && signature.length <= limits.rsaBits.max / 8
}
