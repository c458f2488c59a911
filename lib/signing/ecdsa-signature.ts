import { algorithms } from '../protocol.js'

/** Tags of DER, X.690 section 8. */
const tags = { sequence: 0x30, integer: 0x02 } as const

/** A length of 128 and more does not fit into the byte that says so. X.690 section 10.1. */
const longLength = { first: 0x81, min: 0x80 } as const

/**
 * An ECDSA signature as a token has it, of the DER that most KMS return: R and S joined, 32 bytes each for ES256, 48 for ES384,
 * 66 for ES512.
 *
 *     SEQUENCE { INTEGER r, INTEGER s }  ->  r || s
 *
 * Checks that it is the one DER of these two numbers, that nothing follows it, and that both are above zero and fit the algorithm.
 * Does not check that they are below the order of the curve, nor whose signature it is: a signature by a key of a smaller curve
 * fits, and no platform accepts it. Signatures of RSA and Ed25519 are not for this function: they are used as they are.
 *
 * Throws a TypeError that says what is wrong and what to do, and never quotes the signature. RFC 7518 section 3.4, RFC 3279
 * section 2.2.3.
 *
 * @example
 * const privateKey: RemoteSigner = {
 *   alg: 'ES256',
 *   kid: 'key-1',
 *   sign: async (data) => ecdsaSignatureFromDer(await kms.sign(data), 'ES256'),
 * }
 */
export function ecdsaSignatureFromDer(der: Uint8Array, alg: 'ES256' | 'ES384' | 'ES512'): Uint8Array {
  const facts = algorithms.get(alg)
  if (facts?.kty !== 'EC' || facts.signatureBytes === undefined)
    throw wrong('alg must be ES256, ES384 or ES512; signatures of RSA and Ed25519 are used as they are')
  if (!((der as unknown) instanceof Uint8Array))
    throw wrong('der must be a Uint8Array; decode it first if it is text')
  const signature = new Uint8Array(facts.signatureBytes)
  const fault = readNumbers(der, signature)
  if (fault === undefined) return signature
  if (der.length === signature.length && !beginsLikeDer(der))
    throw wrong(
      `der has the ${der.length} bytes of R and S joined, as ${alg} wants them; use it without this function`,
    )
  throw wrong(`der ${fault}; give all bytes of one ${alg} signature, as the service returned them`)
}

const wrong = (what: string) => new TypeError(`ecdsaSignatureFromDer: ${what}`)

const startOf = (der: Uint8Array) => (der[1] === longLength.first ? 3 : 2)

/** One signature of R and S joined in 65,536 does so, too. */
const beginsLikeDer = (der: Uint8Array) => der[0] === tags.sequence && der[startOf(der)] === tags.integer

/** Writes both numbers into the signature, half of it each. Says what is wrong with the DER, if anything is. */
function readNumbers(der: Uint8Array, signature: Uint8Array): string | undefined {
  if (der[0] !== tags.sequence) return 'does not begin with a SEQUENCE'
  const start = startOf(der)
  const length = der[start - 1] ?? 0
  if (length >= longLength.min !== (start === 3)) return 'has a length that is not written as DER writes it'
  const end = start + length
  if (der.length < end) return 'is cut off'
  if (der.length > end) return 'has bytes after its end'

  const width = signature.length / 2
  let at = start
  for (const [name, target] of [
    ['R', signature.subarray(0, width)],
    ['S', signature.subarray(width)],
  ] as const) {
    const size = der[at + 1] ?? 0
    if (der[at] !== tags.integer || at + 2 + size > end) return `has no whole INTEGER for ${name}`
    const fault = readNumber(der.subarray(at + 2, at + 2 + size), target)
    if (fault !== undefined) return `has an ${name} that ${fault}`
    at += 2 + size
  }
  return at === end ? undefined : 'holds more than R and S'
}

/** X.690 section 8.3: as few bytes as can be, and the first bit is the sign. */
function readNumber(content: Uint8Array, target: Uint8Array): string | undefined {
  const [first, second = 0] = content
  if (first === undefined) return 'has no bytes'
  if (first >= 0x80) return 'is negative'
  if (first === 0 && content.length === 1) return 'is zero'
  if (first === 0 && second < 0x80) return 'begins with a zero too many'
  const number = first === 0 ? content.subarray(1) : content
  if (number.length > target.length) return `takes ${number.length} bytes, and ${target.length} is the most`
  target.set(number, target.length - number.length)
  return undefined
}
