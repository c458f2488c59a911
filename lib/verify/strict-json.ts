import { isUtf8 } from 'node:buffer'

export type JsonObject = Record<string, unknown>

const maxDepth = 16
const quote = 0x22
const colon = 0x3a
const backslash = 0x5c

/**
 * Parses UTF-8 JSON text whose value is an object, or returns undefined.
 *
 * Refuses what JSON.parse lets pass: bad UTF-8, duplicate members at any depth (escaped spellings count), a member named
 * `__proto__`, more than 16 levels. A byte order mark fails in JSON.parse. RFC 8259, RFC 7519 section 4.
 */
export function parseJsonObject(bytes: Buffer): JsonObject | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString('utf8')
  // Most rubbish ends here, without the price of an exception.
  if (!text.trimStart().startsWith('{')) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  // JSON.parse keeps the last of two equal names, so a duplicate is a colon without a member of its own.
  return colonsOutsideStrings(text) === countMembers(value, 1) ? (value as JsonObject) : undefined
}

/** Counts the colons of valid JSON text that separate a name from a value. */
function colonsOutsideStrings(text: string): number {
  let colons = 0
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === colon) colons++
    else if (character === quote) {
      for (at++; text.charCodeAt(at) !== quote; at++) {
        if (text.charCodeAt(at) === backslash) at++
      }
    }
  }
  return colons
}

/** Counts the members of a JSON value at all depths; NaN, which equals nothing, when one of them is not allowed. */
function countMembers(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > maxDepth) return NaN
  let members = 0
  if (Array.isArray(value)) {
    for (const element of value) members += countMembers(element, depth + 1)
    return members
  }
  for (const name of Object.keys(value)) {
    if (name === '__proto__') return NaN
    members += 1 + countMembers((value as JsonObject)[name], depth + 1)
  }
  return members
}

/** Freezes a JSON value at all depths, for values that more than one request will see. */
export function freezeJson<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(freezeJson)
    Object.freeze(value)
  }
  return value
}
