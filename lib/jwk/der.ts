/** Just enough DER (X.690) to tell keys from each other and to write one anew. */

export const tags = { integer: 0x02, bitString: 0x03, octetString: 0x04, sequence: 0x30 } as const

export interface DerElement {
  readonly tag: number
  /** Clipped where the bytes end early. */
  readonly content: Buffer
  /** Tag, length and content. */
  readonly whole: Buffer
}

/** The elements that stand one after another. Stops where something else stands. */
export function elementsOf(bytes: Buffer): DerElement[] {
  const elements: DerElement[] = []
  for (let at = 0; at + 1 < bytes.length;) {
    const header = headerAt(bytes, at)
    if (header === undefined) break
    const end = header.start + header.length
    const [content, whole] = [bytes.subarray(header.start, end), bytes.subarray(at, end)]
    elements.push({ tag: bytes[at] ?? 0, content, whole })
    at = end
  }
  return elements
}

/** No key takes 64 KB, so a length takes three bytes at most. */
function headerAt(bytes: Buffer, at: number): { start: number; length: number } | undefined {
  const [, first = 0, second = 0, third = 0] = bytes.subarray(at, at + 4)
  if (first < 0x80) return { start: at + 2, length: first }
  if (first === 0x81) return { start: at + 3, length: second }
  if (first === 0x82) return { start: at + 4, length: second * 256 + third }
  return undefined
}

export function derOf(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

/** What keys and what holds keys come as in DER. */
export type DerKind = 'spki' | 'pkcs1-public' | 'certificate' | PrivateDerKind | 'locked' | 'pkcs12'
export type PrivateDerKind = 'pkcs8' | 'pkcs1' | 'sec1'

/** Tells by the first elements what it is, or would be if it were whole. Undefined: nothing of these. */
export function kindOfDer(der: Buffer): DerKind | undefined {
  const [outer] = elementsOf(der)
  if (outer?.tag !== tags.sequence) return undefined
  const [first, second, third] = elementsOf(outer.content)
  if (first?.tag === tags.integer) return kindOfVersion(first.content, second?.tag)
  if (first?.tag !== tags.sequence) return undefined
  if (second?.tag === tags.bitString) return 'spki'
  if (second?.tag === tags.octetString) return 'locked'
  return second?.tag === tags.sequence && third?.tag === tags.bitString ? 'certificate' : undefined
}

const privateKinds = new Map<number | undefined, PrivateDerKind>([
  [tags.sequence, 'pkcs8'],
  [tags.integer, 'pkcs1'],
  [tags.octetString, 'sec1'],
])

/** A private key begins with its version, 0 or 1; PKCS#12 with 3; a public key of PKCS#1 with its modulus. */
function kindOfVersion(version: Buffer, next: number | undefined): DerKind | undefined {
  if (version.length > 1) return next === tags.integer ? 'pkcs1-public' : undefined
  if (version[0] === 3) return next === tags.sequence ? 'pkcs12' : undefined
  return version[0] === 0 || version[0] === 1 ? privateKinds.get(next) : undefined
}
