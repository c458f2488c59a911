import { fetchJson } from '../../http/fetched-json.js'
import { isSecureAddress } from '../../http/secure-address.js'
import { parseUrl } from '../../protocol.js'
import { metadataAddress } from '../issuer-address.js'

/**
 * Where the issuer says that its keys are. Throws an Error for metadata of another issuer, and for an address that anyone on the way
 * could answer for. RFC 8414 section 3.
 */
export async function jwksAddress(
  issuer: string,
  limits: { readonly maxBytes: number; readonly timeoutMs: number },
): Promise<URL> {
  const address = metadataAddress(issuer)
  const metadata = await fetchJson(address, limits)
  if (metadata.issuer !== issuer) throw new Error(`${address.href} is of another issuer than ${issuer}`)
  const jwksUri = parseUrl(metadata.jwks_uri)
  if (jwksUri === undefined || !isSecureAddress(jwksUri))
    throw new Error(`${address.href} must have a jwks_uri that begins with https`)
  return jwksUri
}
