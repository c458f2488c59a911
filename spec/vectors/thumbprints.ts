import { createHash } from 'node:crypto'
import { ed25519, otherP256, p384, p521, publicHalfOf } from './published-keys.js'
import type { ThumbprintVector } from './shape.js'

type Jwk = Readonly<Record<string, unknown>>

/** RFC 7638, section 3.1. */
const rfc7638 = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
  alg: 'RS256',
}
/** 379 times the base point. */
const shortX = {
  kty: 'EC',
  crv: 'P-256',
  x: 'AFVDiUrz0A7X10Cr29dclrBod7eH219w7qeLkKjXwAo',
  y: 'u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I',
}

const reversed = (jwk: Jwk) => Object.fromEntries(Object.entries(jwk).reverse())

const keys: readonly (readonly [about: string, jwk: Jwk])[] = [
  ['RSA: the example of RFC 7638, section 3.1', rfc7638],
  ['Ed25519: the example of RFC 8037, A.3', publicHalfOf(ed25519)],
  ['P-256', publicHalfOf(otherP256)],
  ['P-384', publicHalfOf(p384)],
  ['P-521: both coordinates have 66 bytes', publicHalfOf(p521)],
  ['P-256: x begins with a zero byte, which stays', shortX],
  ['the order of the members does not matter', reversed(publicHalfOf(otherP256))],
  [
    'other members do not matter',
    { use: 'sig', key_ops: ['verify'], alg: 'ES256', ...publicHalfOf(otherP256) },
  ],
]

/** What is hashed, by type, in the order of the alphabet. RFC 7638 section 3.2, RFC 8037 appendix A.3. */
const hashedMembers: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
}

export function hashedText(jwk: Jwk): string {
  const names = hashedMembers[String(jwk.kty)] ?? []
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]])))
}

export function thumbprintOf(jwk: Jwk): string {
  return createHash('sha256').update(hashedText(jwk)).digest('base64url')
}

export const allThumbprints: readonly ThumbprintVector[] = keys.map(([about, jwk], index) => ({
  id: `thumbprints-${index + 1}`,
  about,
  jwk,
  hashed: hashedText(jwk),
  thumbprint: thumbprintOf(jwk),
}))
