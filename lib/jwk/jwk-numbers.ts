import type { JWK } from 'jose'
import { decodeBase64url } from '../encoding/base64url.js'
import type { Wrong } from '../options/options.js'
import { isAbsent, type JwkMembers } from './jwk-labels.js'

/** How many bytes each number of a curve takes. RSA has integers of any length. */
const lengths = new Map<unknown, number>([
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
  ['Ed25519', 32],
])

interface Numbers {
  readonly inPublic: readonly string[]
  readonly inPrivate: readonly string[]
}

const members = new Map<unknown, Numbers>([
  ['RSA', { inPublic: ['n', 'e'], inPrivate: ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] }],
  ['EC', { inPublic: ['x', 'y'], inPrivate: ['x', 'y', 'd'] }],
  ['OKP', { inPublic: ['x'], inPrivate: ['x', 'd'] }],
])

/** The largest key that is accepted takes 683 digits; megabytes would cost minutes in the arithmetic that follows. */
const maxDigits = 1024

/**
 * The members that make a public key, each in the one spelling that RFC 7518 section 6 allows: base64url, numbers of a curve in
 * their full length, integers without a zero byte at the front. Throws for another spelling, and says which member has it.
 * Undefined: no type or curve of ours.
 */
export function publicNumbers(jwk: JwkMembers, wrong: Wrong): JWK | undefined {
  return numbersOf(jwk, 'inPublic', (name, value, length) => {
    const needs = `needs ${name} as base64url without padding`
    if (typeof value !== 'string' || value === '') throw wrong(needs)
    if (value.length > maxDigits) throw wrong(`has a number in ${name} that is too large`)
    const bytes = decodeBase64url(value)
    if (bytes === undefined) throw wrong(`${needs}: its digits are letters, 0 to 9, - and _ alone`)
    if (length === undefined && bytes[0] === 0) {
      throw wrong(`has a zero byte at the front of ${name}; write ${name} without it`)
    }
    checkLength(bytes, name, length, jwk, wrong)
    return value
  })
}

/**
 * The members that make a private key, spelled as RFC 7518 section 6 says, however they were spelled: base64 of both alphabets,
 * with padding, and as many zero bytes at the front of a number as you like. Those that are absent stay absent. Undefined: no
 * type or curve of ours.
 */
export function privateNumbers(jwk: JwkMembers, wrong: Wrong): JWK | undefined {
  return numbersOf(jwk, 'inPrivate', (name, value, length) => {
    if (isAbsent(value)) return undefined
    if (typeof value !== 'string' || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) {
      throw wrong(`needs ${name} as base64url`)
    }
    const bytes = Buffer.from(value, 'base64url')
    // The bytes of Ed25519 are no number: a zero at their front is part of them.
    const number = jwk.kty === 'OKP' ? bytes : resized(bytes, length)
    checkLength(number, name, length, jwk, wrong)
    return number.toString('base64url')
  })
}

function numbersOf(
  jwk: JwkMembers,
  half: keyof Numbers,
  read: (name: string, value: unknown, length: number | undefined) => string | undefined,
): JWK | undefined {
  const { kty, crv } = jwk
  const names = members.get(kty)?.[half]
  const length = kty === 'RSA' ? undefined : lengths.get(crv)
  if (names === undefined || (kty !== 'RSA' && length === undefined)) return undefined
  const numbers = names.map((name) => [name, read(name, jwk[name], length)] as const)
  const type = kty === 'RSA' ? { kty } : { kty, crv }
  return { ...type, ...Object.fromEntries(numbers.filter(([, value]) => value !== undefined)) } as JWK
}

/** The same number in so many bytes, or in as few as it takes. */
function resized(bytes: Buffer, length = 0): Buffer {
  const zeros = bytes.findIndex((byte) => byte !== 0)
  const digits = zeros === -1 ? Buffer.alloc(0) : bytes.subarray(zeros)
  return Buffer.concat([Buffer.alloc(Math.max(0, length - digits.length)), digits])
}

function checkLength(
  { length: bytes }: Buffer,
  name: string,
  length: number | undefined,
  { crv }: JwkMembers,
  wrong: Wrong,
): void {
  if (length === undefined || bytes === length) return
  throw wrong(`has ${bytes} bytes in ${name}; with the crv "${String(crv)}" it takes ${length}`)
}
