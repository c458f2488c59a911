import { derOf, elementsOf, tags } from './der.js'

export interface Pkcs8 {
  /** Version 1, which every OpenSSL reads. */
  readonly privateKey: Buffer
  /** The public key that stood in version 2, as SPKI. */
  readonly publicKey: Buffer | undefined
}

/**
 * Takes PKCS#8 of version 2 (RFC 5958), as Rust and Java write it, apart into the private half of version 1 (RFC 5208) and the
 * public half: OpenSSL before 3.5, that of Node 20 and 22, does not read it whole.
 */
export function splitPkcs8(der: Buffer): Pkcs8 {
  const [outer] = elementsOf(der)
  const [, algorithm, privateKey, ...others] = outer === undefined ? [] : elementsOf(outer.content)
  const point = others.map(publicBits).find((bits) => bits !== undefined)
  if (algorithm === undefined || privateKey === undefined || point === undefined) {
    return { privateKey: der, publicKey: undefined }
  }
  const version = derOf(tags.integer, Buffer.alloc(1))
  return {
    privateKey: derOf(tags.sequence, version, algorithm.whole, privateKey.whole),
    publicKey: derOf(tags.sequence, algorithm.whole, derOf(tags.bitString, point)),
  }
}

/** `[1] IMPLICIT BIT STRING`; ring before 0.17 wrote a BIT STRING within `[1]`. */
function publicBits({
  tag,
  content,
}: {
  readonly tag: number
  readonly content: Buffer
}): Buffer | undefined {
  if (tag === 0x81) return content
  return tag === 0xa1 ? elementsOf(content)[0]?.content : undefined
}
