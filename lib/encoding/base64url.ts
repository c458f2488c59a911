/** The last characters whose spare bits are zero, by how many characters stand behind the last four. */
const canonicalEnds = [undefined, new Set<string>(), new Set('AQgw'), new Set('AEIMQUYcgkosw048')] as const

/**
 * Decodes base64url in its one canonical spelling, or returns undefined.
 *
 * Node's decoder forgives padding, foreign characters, the alphabet of base64, other bits than zero at the end, and reads only
 * the lower half of a character beyond Latin-1, which would give one token many spellings. What it leaves out makes the bytes
 * fewer. RFC 7515 section 2, RFC 4648 sections 3.5 and 5.
 */
export function decodeBase64url(segment: string): Buffer | undefined {
  const bytes = Buffer.from(segment, 'base64url')
  return isCanonicalBase64url(segment, bytes.length) ? bytes : undefined
}

/** Whether that many bytes are all that the characters say, and say it in the one spelling. */
export function isCanonicalBase64url(segment: string, bytes: number): boolean {
  const { length } = segment
  if (bytes === 0 || bytes !== Math.floor((length * 3) / 4)) return false
  const ends = canonicalEnds[(length % 4) as 0 | 1 | 2 | 3]
  if (ends !== undefined && !ends.has(segment.charAt(length - 1))) return false
  if (segment.includes('+') || segment.includes('/')) return false
  // More bytes in UTF-8 than characters: not ASCII.
  return Buffer.byteLength(segment) === length
}
