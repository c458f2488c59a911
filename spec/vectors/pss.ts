import { constants, createHash, privateEncrypt, type KeyObject } from 'node:crypto'

/**
 * RSASSA-PSS with a salt that is taken from the message instead of a random one, so that a message has one signature. For keys
 * of whole bytes. RFC 8017 sections 8.1.1 and 9.1.1.
 */
export function pssSignature(hash: string, message: Buffer, key: KeyObject, saltLength: number): Buffer {
  const digest = (...parts: Buffer[]) => createHash(hash).update(Buffer.concat(parts)).digest()
  const length = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8
  const salt = maskFor(digest(Buffer.from('salt'), message), saltLength, digest)
  const h = digest(Buffer.alloc(8), digest(message), salt)
  const block = Buffer.alloc(length - h.length - 1)
  block[block.length - salt.length - 1] = 1
  salt.copy(block, block.length - salt.length)
  const mask = maskFor(h, block.length, digest)
  const masked = block.map((byte, at) => byte ^ (mask[at] ?? 0))
  // The encoded message has one bit less than the modulus.
  masked[0] = (masked[0] ?? 0) & 0x7f
  const encoded = Buffer.concat([masked, h, Buffer.from([0xbc])])
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded)
}

/** Bytes that follow from the seed: MGF1. RFC 8017 appendix B.2.1. */
function maskFor(seed: Buffer, length: number, digest: (...parts: Buffer[]) => Buffer): Buffer {
  const blocks: Buffer[] = []
  for (let counter = 0; blocks.length * seed.length < length; counter++) {
    const octets = Buffer.alloc(4)
    octets.writeUInt32BE(counter)
    blocks.push(digest(seed, octets))
  }
  return Buffer.concat(blocks).subarray(0, length)
}
