import { createHash } from 'node:crypto'

interface PublicMembers {
  readonly kty?: unknown
  readonly crv?: unknown
  readonly x?: unknown
  readonly y?: unknown
  readonly n?: unknown
  readonly e?: unknown
}

/** The SHA-256 thumbprint of a public key, in base64url: its kid by default, on both sides. RFC 7638. */
export function thumbprint(jwk: PublicMembers): string {
  return createHash('sha256').update(thumbprintText(jwk)).digest('base64url')
}

/** RFC 7638 section 3: the required members in lexicographic order. */
export function thumbprintText({ kty, crv, x, y, n, e }: PublicMembers): string {
  return JSON.stringify(kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y })
}
