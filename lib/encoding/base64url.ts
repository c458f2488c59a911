/**
 * Decodes base64url in its one canonical spelling, or returns undefined.
 *
 * Node's decoder forgives padding, foreign characters and non-zero trailing bits, which would give one token many
 * spellings. Encoding again and comparing forgives nothing. RFC 7515 section 2, RFC 4648 section 3.5.
 */
export function decodeBase64url(segment: string): Buffer | undefined {
  const bytes = Buffer.from(segment, 'base64url')
  return bytes.length > 0 && bytes.toString('base64url') === segment ? bytes : undefined
}
