import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { refusalFactsOf } from '../../errors.js'
import { sessionGrantType } from '../../protocol.js'
import { metadataAddress } from '../issuer-address.js'
import type { SessionHandler } from './endpoint.js'
import type { SessionIssuerSettings } from './options.js'
import { refusesWrites, sendOutage } from './publication.js'
import type { SigningKeys } from './signing-keys.js'

/** Seconds for which anyone may keep what is published. A key that is dropped is good for no longer. */
const maxAge = 300

/** Where the public keys of an issuer are. */
function jwksAddress(issuer: string): URL {
  return new URL(`${issuer}/.well-known/jwks.json`)
}

/**
 * What an issuer publishes of itself, for everybody.
 *
 *     GET /.well-known/jwks.json                          { "keys": [{ "kty": "RSA", "n": "...", "e": "AQAB", "kid": "...", "alg": "RS256", "use": "sig" }] }
 *     GET /.well-known/oauth-authorization-server         { "issuer": "https://platform.example", "jwks_uri": "...", "token_endpoint": "...", ... }
 *
 * RFC 7517 section 5, RFC 8414 section 3.
 */
export function wellKnown(settings: SessionIssuerSettings, keys: SigningKeys): SessionHandler {
  const { issuer } = settings
  const jwksPath = jwksAddress(issuer).pathname
  const metadataPath = metadataAddress(issuer).pathname
  const documents = new Map<string, () => Promise<object>>([
    [
      jwksPath,
      async () => {
        const { byKid } = await keys.atHand()
        return { keys: Array.from(byKid.values(), ({ jwk }) => jwk) }
      },
    ],
    [
      metadataPath,
      async () =>
        metadata(
          settings,
          Array.from((await keys.atHand()).byKid.values(), ({ alg }) => alg),
        ),
    ],
  ])

  return function wellKnown(req, res, next) {
    const { url = '', originalUrl = url } = req as IncomingMessage & { readonly originalUrl?: string }
    const document = documents.get(originalUrl.split('?', 1)[0] ?? '')
    if (document === undefined) {
      if (next !== undefined) next()
      else notFound(res)
      return
    }
    document()
      .then(
        (body) => {
          publish(req, res, body)
        },
        (error: unknown) => {
          if (refusalFactsOf(error) !== undefined) sendOutage(res)
          else if (next !== undefined) next(error)
          else throw error
        },
      )
      .catch((defect: unknown) => {
        console.error(defect)
      })
  }
}

function metadata(
  { issuer, audience = issuer, lifetime, tokenPath, revocationPath, revocations }: SessionIssuerSettings,
  algorithms: readonly string[],
): object {
  return {
    issuer,
    token_endpoint: `${issuer}${tokenPath}`,
    jwks_uri: jwksAddress(issuer).href,
    grant_types_supported: [sessionGrantType],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['none'],
    ...(revocations !== undefined && {
      revocation_endpoint: `${issuer}${revocationPath}`,
      revocation_endpoint_auth_methods_supported: ['none'],
    }),
    service_documentation: 'https://unpkg.com/reverse-jwt/docs/sessions.md',
    reverse_jwt: { audience, algorithms: Array.from(new Set(algorithms)), max_lifetime: lifetime },
  }
}

function publish(req: IncomingMessage, res: ServerResponse, document: object): void {
  if (res.headersSent) return
  res.setHeader('Access-Control-Allow-Origin', '*')
  if (refusesWrites(req, res)) return
  const body = JSON.stringify(document)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
  res.setHeader('Cache-Control', `public, max-age=${maxAge}`)
  res.setHeader('ETag', etag)
  if (isKnown(req.headers['if-none-match'], etag)) {
    res.statusCode = 304
    res.end()
    return
  }
  res.statusCode = 200
  res.setHeader('Content-Type', 'application/json')
  res.setHeader('Content-Length', Buffer.byteLength(body))
  res.end(req.method === 'HEAD' ? undefined : body)
}

/** RFC 9110 section 13.1.2: by the weak comparison. */
function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}

function notFound(res: ServerResponse): void {
  res.statusCode = 404
  res.end()
}
