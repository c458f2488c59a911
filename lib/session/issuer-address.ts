import { text } from '../options/kinds.js'
import { parseUrl } from '../protocol.js'

const loopback = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Whether it is this machine itself. */
export function isLoopback({ hostname }: URL): boolean {
  return loopback.test(hostname)
}

/** Whether nobody on the way can answer in its place: https, or this machine itself. */
export function isSecureAddress(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}

function isIssuer(given: string): boolean {
  const url = parseUrl(given)
  if (url === undefined || !isSecureAddress(url)) return false
  const isPlain = url.username === '' && url.password === '' && !/[?#]/.test(given)
  // Compared as text everywhere, so it has one spelling: without a slash at its end, as a browser writes an origin.
  return isPlain && given === `${url.origin}${url.pathname.replace(/\/$/, '')}`
}

/** The option `issuer`. RFC 8414 section 2. */
export const issuerOption = text({
  fits: isIssuer,
  what: 'an address like https://platform.example: https (http on this machine alone), without query, fragment, user and a slash at the end',
})

/** Where the metadata of an issuer are. RFC 8414 section 3.1: between host and path. */
export function metadataAddress(issuer: string): URL {
  const { origin, pathname } = new URL(issuer)
  return new URL(`${origin}${metadataPath}${pathname === '/' ? '' : pathname}`)
}

export const metadataPath = '/.well-known/oauth-authorization-server'
