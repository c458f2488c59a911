import { isUtf8 } from 'node:buffer'
import { isIndexName, limits } from '../protocol.js'

export type JsonObject = Record<string, unknown>

/**
 * How much a text may hold, whatever its length: ten characters can make thousands of bytes, and a name that was never seen
 * before costs a hidden class of V8.
 */
export interface JsonLimits {
  /** Values of members and elements, at all depths. */
  readonly values: number
  /** Members of all objects together. */
  readonly members: number
  /** Objects, the outermost included. */
  readonly objects: number
  /** Members named like an array index, such as `"42"`: V8 keeps them in a list with room for all indices below. */
  readonly indexNames: number
}

/** For tokens and proofs, which anyone can send. */
export const tokenLimits: JsonLimits = { ...limits.json, indexNames: 0 }
/** For what those write who manage projects. */
export const documentLimits: JsonLimits = { values: 5000, members: 5000, objects: 5000, indexNames: 100 }

const maxDepth = limits.json.depth
const space = 0x20
const quote = 0x22
const comma = 0x2c
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** RFC 8259 section 7, quotes included. */
const stringForm = /"(?:[ !#-[\]-\uFFFF]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y
/** RFC 8259 section 6. */
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?/y
const literals: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

/** What is being read, and where. One text at a time: nothing here waits for anything. */
let text = ''
let at = 0
/** How much more it may hold. */
let values = 0
let members = 0
let objects = 0
let indexNames = 0

/**
 * Parses UTF-8 JSON text whose value is an object, or returns undefined. It throws nothing, because an exception for each bad
 * token would cost more than a look at a signature.
 *
 * Refuses what JSON.parse lets pass: bad UTF-8, duplicate members at any depth (escaped spellings count), a member named
 * `__proto__`, more than 16 levels, more than the limits allow. What it accepts has the value that JSON.parse gives it. RFC
 * 8259, RFC 7519 section 4.
 */
export function parseJsonObject(bytes: Buffer, max: JsonLimits): JsonObject | undefined {
  return isUtf8(bytes) ? parseJsonText(bytes.toString('utf8'), max) : undefined
}

/** The same for what has been decoded. */
export function parseJsonText(json: string, max: JsonLimits): JsonObject | undefined {
  text = json
  at = 0
  ;({ values, members, objects, indexNames } = max)
  const object = next() === openBrace ? readObject(1) : undefined
  next()
  const isAll = at === text.length
  text = ''
  return isAll ? object : undefined
}

// Each of these reads from `at` on and leaves it behind what it has read. `undefined`, which no JSON value is: cannot be read.

/** The character behind any whitespace, not read yet; NaN at the end. */
function next(): number {
  let code = text.charCodeAt(at)
  while (code === space || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at)
  return code
}

function readValue(depth: number): unknown {
  if (--values < 0) return undefined
  const code = next()
  if (code === quote) return readString()
  if (code === openBrace) return readObject(depth)
  if (code === openBracket) return readArray(depth)
  return readSeconds() ?? readNumber() ?? readLiteral()
}

function readObject(depth: number): JsonObject | undefined {
  if (depth > maxDepth || --objects < 0) return undefined
  const object: JsonObject = {}
  let count = 0
  at++
  let code = next()
  while (code !== closeBrace) {
    const name = code === quote ? readString() : undefined
    if (name === undefined || !isAllowedName(name) || next() !== colon) return undefined
    at++
    const value = readValue(depth + 1)
    if (value === undefined) return undefined
    setMember(object, name, value)
    count++
    code = next()
    if (code === comma) {
      at++
      code = next()
      if (code === closeBrace) return undefined
    } else if (code !== closeBrace) return undefined
  }
  at++
  // A name that comes twice makes one member.
  return Object.keys(object).length === count ? object : undefined
}

/** Before the object gets the member, so that nothing large is made. */
function isAllowedName(name: string): boolean {
  if (--members < 0 || name === '__proto__') return false
  const first = name.charCodeAt(0)
  return first < zero || first > nine || !isIndexName(name) || --indexNames >= 0
}

function readArray(depth: number): unknown[] | undefined {
  if (depth > maxDepth) return undefined
  const array: unknown[] = []
  at++
  let code = next()
  while (code !== closeBracket) {
    const value = readValue(depth + 1)
    if (value === undefined) return undefined
    array.push(value)
    code = next()
    if (code === comma) {
      at++
      code = next()
      if (code === closeBracket) return undefined
    } else if (code !== closeBracket) return undefined
  }
  at++
  return array
}

/** A name that objects inherit, such as toString, cannot be assigned where prototypes are frozen. */
function setMember(object: JsonObject, name: string, value: unknown): void {
  if (!Object.hasOwn(Object.prototype, name)) object[name] = value
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
}

function readString(): string | undefined {
  for (let end = at + 1; ; end++) {
    const code = text.charCodeAt(end)
    if (code === quote) {
      const string = text.slice(at + 1, end)
      at = end + 1
      return string
    }
    // Also at the end of the text, where the code is NaN.
    if (!(code >= space) || code === backslash) break
  }
  const escaped = match(stringForm)
  return escaped === undefined ? undefined : (JSON.parse(escaped) as string)
}

/** Ten digits: what the numbers of a token are. Others are left to `readNumber`. */
function readSeconds(): number | undefined {
  let number = 0
  let end = at
  let code = text.charCodeAt(end)
  while (code >= zero && code <= nine) {
    number = number * 10 + code - zero
    code = text.charCodeAt(++end)
  }
  if (end - at !== 10 || number < 1e9 || (code !== comma && code !== closeBrace)) return undefined
  at = end
  return number
}

function readNumber(): number | undefined {
  const digits = match(numberForm)
  return digits === undefined ? undefined : Number(digits)
}

function readLiteral(): boolean | null | undefined {
  for (const [word, value] of literals) {
    if (!text.startsWith(word, at)) continue
    at += word.length
    return value
  }
  return undefined
}

function match(form: RegExp): string | undefined {
  form.lastIndex = at
  const found = form.exec(text)?.[0]
  if (found !== undefined) at += found.length
  return found
}
