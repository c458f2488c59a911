/** Just enough DER (X.690) to write keys that no library would write. */

export function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

export const sequence = (...parts: readonly Buffer[]) => tagged(0x30, ...parts)
export const set = (...parts: readonly Buffer[]) => tagged(0x31, ...parts)
export const oid = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'))
export const bitString = (bytes: Buffer) => tagged(0x03, Buffer.from([0]), bytes)
export const utf8 = (text: string) => tagged(0x0c, Buffer.from(text))
export const utcTime = (text: string) => tagged(0x17, Buffer.from(text))
export const nothing = tagged(0x05)

export function integer(value: bigint): Buffer {
  const bytes = bytesOf(value)
  // Without the zero a leading one bit would make it negative.
  return tagged(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

/** Big-endian, without leading zeros. */
export function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

export function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/.{1,64}/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`
}

/** OIDs of RFC 5480 section 2.1.1.1. */
export const curves = { 'P-256': '2a8648ce3d030107', 'P-384': '2b81040022', 'P-521': '2b81040023' } as const

/** SubjectPublicKeyInfo of an EC key whose point is these very bytes. RFC 5480 section 2. */
export function ecSpki(curve: keyof typeof curves, point: Buffer): Buffer {
  return sequence(sequence(oid('2a8648ce3d0201'), oid(curves[curve])), bitString(point))
}

/** SubjectPublicKeyInfo of an RSA key of these very numbers. RFC 3279 section 2.3.1. */
export function rsaSpki(n: bigint, e: bigint): Buffer {
  return sequence(sequence(oid('2a864886f70d010101'), nothing), bitString(sequence(integer(n), integer(e))))
}

/** SubjectPublicKeyInfo of an Ed25519 key. RFC 8410 section 4. */
export function ed25519Spki(point: Buffer): Buffer {
  return sequence(sequence(oid('2b6570')), bitString(point))
}
