import { KeyObject } from 'node:crypto'
import type { CryptoKey } from 'jose'
import type { Wrong } from '../options/options.js'
import { elementsOf, tags } from './der.js'
import { parsedJson, readJwkText } from './jwk-text.js'
import { hasLineEndsEscapedTwice, readPemBlocks, type PemBlocks } from './pem.js'
import { isCryptoKey } from './web-crypto.js'

/** A key without its wrapping: what it is then, and nothing of it is checked. */
export type KeySpelling = (
  | { readonly form: 'pem'; readonly pem: PemBlocks }
  | { readonly form: 'der'; readonly der: Buffer }
  | { readonly form: 'jwk'; readonly jwk: Readonly<Record<string, unknown>> }
  | { readonly form: 'keyObject'; readonly key: KeyObject }
  | { readonly form: 'cryptoKey'; readonly key: CryptoKey }
) & {
  /** What is wrong with the text, though it could be read: whoever looks for private keys looks through it. */
  readonly fault?: string
}

export interface SpellingRules {
  /** Characters or bytes, looked at before anything else. */
  readonly maxLength: number
  readonly wrong: Wrong
}

/** Quotes, JSON within JSON and base64: what people and their tools wrap a key into, one within another. */
const maxLayers = 2

const nothing =
  'is neither PEM nor DER nor a JWK, nor one of them in base64; is it a file name? Read the file first'
const inUtf16 = 'is in UTF-16; save it in UTF-8 (in PowerShell: Out-File -Encoding utf8)'
const escapedTwice =
  'has line ends that were escaped twice, as \\\\n; escape them once, as \\n, or give the key in base64'

/**
 * The one reader of keys, for both halves: takes off a byte order mark, white space, quotes, JSON within JSON and base64, at
 * most two of them within each other. Throws a TypeError that says what is wrong, and never quotes what was given.
 */
export function readSpelling(given: unknown, rules: SpellingRules): KeySpelling {
  if (isKeyObject(given)) return { form: 'keyObject', key: given }
  if (typeof given === 'string') {
    checkSize(given.length, rules)
    return readText(given, maxLayers, rules.wrong)
  }
  const bytes = bytesOf(given)
  if (bytes !== undefined) {
    checkSize(bytes.length, rules)
    return readBytes(bytes, maxLayers, rules.wrong)
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw rules.wrong('must be PEM text, DER, a JWK, a KeyObject or a CryptoKey')
  }
  return isCryptoKey(given) ? { form: 'cryptoKey', key: given } : { form: 'jwk', jwk: { ...given } }
}

/** What only looks like one has no type, or throws when asked for it. */
function isKeyObject(given: unknown): given is KeyObject {
  try {
    return given instanceof KeyObject && typeof (given.type as unknown) === 'string'
  } catch {
    return false
  }
}

/** Megabytes would take seconds. */
function checkSize(length: number, { maxLength, wrong }: SpellingRules): void {
  if (length > maxLength) throw wrong(`is too long to be a key: more than ${maxLength} characters`)
}

function bytesOf(given: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(given)) return Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  // Of any realm, as WebCrypto exports keys.
  return Object.prototype.toString.call(given) === '[object ArrayBuffer]'
    ? Buffer.from(given as ArrayBuffer)
    : undefined
}

function readBytes(bytes: Buffer, layers: number, wrong: Wrong): KeySpelling {
  if (isDer(bytes)) return { form: 'der', der: bytes }
  return readText(bytes.toString('utf8'), layers, wrong)
}

/** A key in DER is a sequence that begins with its version or with another sequence. */
function isDer(bytes: Buffer): boolean {
  const [outer] = elementsOf(bytes)
  const inner = outer?.tag === tags.sequence ? elementsOf(outer.content)[0]?.tag : undefined
  return inner === tags.integer || inner === tags.sequence
}

function readText(text: string, layers: number, wrong: Wrong): KeySpelling {
  // A byte order mark is white space.
  const bare = text.trim()
  if (isUtf16(bare)) {
    // The byte order mark, decoded as UTF-8, is two replacement characters.
    const letters = bare.replaceAll('\0', '').replaceAll('\ufffd', '')
    return { ...readText(letters, layers, wrong), fault: inUtf16 }
  }
  const inner = layers > 0 ? unquoted(bare) : undefined
  if (inner !== undefined) return readText(inner, layers - 1, wrong)
  if (bare.startsWith('{')) return { form: 'jwk', ...readJwkText(bare, wrong) }
  if (bare.includes('-----BEGIN')) {
    const fault = hasLineEndsEscapedTwice(bare) ? { fault: escapedTwice } : {}
    return { form: 'pem', pem: readPemBlocks(bare), ...fault }
  }
  const decoded = layers > 0 ? decodeBase64(bare) : undefined
  if (decoded === undefined) throw wrong(nothing)
  return readBytes(decoded, layers - 1, wrong)
}

/** Read as UTF-8 or as Latin 1, every second byte of plain text is a zero. */
function isUtf16(text: string): boolean {
  const zeros = text.split('\0').length - 1
  return zeros * 3 > text.length
}

/** What stands in quotes: as JSON says it, or as it is. */
function unquoted(text: string): string | undefined {
  const isQuoted = text.length > 1 && /^["']/.test(text) && text.startsWith(text.at(-1) ?? '')
  if (!isQuoted) return undefined
  return (parsedJson(text) as string | undefined) ?? text.slice(1, -1)
}

/** In either alphabet, on one line or on several. */
function decodeBase64(text: string): Buffer | undefined {
  const digits = text.replaceAll(/\\[nr]|\s/g, '')
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(digits) ? Buffer.from(digits, 'base64') : undefined
}
