/** A token, taken apart. Reads without verifying: that is for the platform to do, with the public key. */

export function partsOf(token) {
  const segments = token.split('.')
  const [header, claims] = segments
    .slice(0, 2)
    .map((segment) => JSON.parse(new TextDecoder().decode(bytesOf(segment))))
  return { segments, header, claims }
}

export function bytesOf(base64url) {
  const base64 = base64url.replaceAll('-', '+').replaceAll('_', '/')
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

/** With another value in its claims, and the signature that it had. */
export function withClaims(token, changed) {
  const { segments, claims } = partsOf(token)
  const text = btoa(JSON.stringify({ ...claims, ...changed }))
  const segment = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return [segments[0], segment, segments[2]].join('.')
}
