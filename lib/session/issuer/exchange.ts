import { decodeBase64urlText } from '../../encoding/base64url-text.js'
import { parseJsonText, tokenLimits } from '../../encoding/strict-json.js'
import { AuthenticationError } from '../../errors.js'
import { isOrigin, isScope, sessionGrantType } from '../../protocol.js'
import type { Authentication, RequestLike } from '../../types.js'
import type { Verifier } from '../../verifier.js'
import { originOf } from '../../verify/credentials.js'
import { exchangeContext } from '../../verify/options.js'
import { malformed, type EndpointRequest } from './endpoint.js'
import { SessionTooLongError, type Issue } from './issuing.js'
import { OAuthFault, type OAuthAnswer } from './oauth-error.js'
import type { SessionSigner } from './session-signer.js'

interface ExchangeParts {
  readonly verifier: Verifier
  readonly signer: SessionSigner
  readonly issue: Issue
  readonly ownOrigins: ReadonlySet<string> | undefined
}

/** Others are ignored. RFC 6749 section 3.2. */
const parameters = ['grant_type', 'assertion', 'scope', 'client_id'] as const

/**
 * Exchanges a project token for a session, in this order: the shape of the request; the syntax of its scope; whether there is anybody
 * who signs; the token, whose last check uses it up; the signature.
 *
 * A token is for the customer's page. Where a page of the platform's own asks, which that one embeds, the form names it: `embedder`.
 * The session is for the page that asks.
 */
export function exchanging({ verifier, signer, issue, ownOrigins }: ExchangeParts) {
  return async ({ request, form }: EndpointRequest): Promise<OAuthAnswer> => {
    refuseTokensElsewhere(request)
    for (const name of parameters)
      if (form.get(name) === '') throw malformed(`The parameter ${name} is empty. Leave it out, or say it.`)
    const grantType = form.get('grant_type')
    if (grantType === undefined) throw malformed('The parameter grant_type is missing.')
    if (grantType !== sessionGrantType)
      throw new OAuthFault('unsupported_grant_type', `The only grant_type here is ${sessionGrantType}.`)
    const assertion = form.get('assertion')
    if (assertion === undefined) throw malformed('The parameter assertion is missing: the project token.')
    const scope = scopeIn(form)
    requireOwnClient(form.get('client_id'), assertion)
    const origin = soleOrigin(request)
    const isOwn = origin !== undefined && ownOrigins?.has(origin) === true
    const embedder = isOwn ? embedderIn(form) : undefined

    await signer.requireUp()
    const wanted = scope === undefined ? {} : { scope }
    const customersPage = isOwn ? embedder : origin
    const context = exchangeContext({ origin: customersPage, ...wanted }, { isEmbedder: isOwn })
    const authentication = await verifier.verify(assertion, context)
    if (isOwn) requireListed(embedder, authentication)
    const session = await issue(authentication, { origin, embedder, ...wanted }).catch(tooLong)
    return { status: 200, body: { ...session } }
  }
}

/** What no browser sends would stand in the session as the page that may use it. */
function soleOrigin(request: RequestLike): string | undefined {
  let origin: string | undefined
  try {
    origin = originOf(request)
  } catch {
    throw malformed('There is more than one Origin header.')
  }
  if (origin === undefined || origin === 'null' || isOrigin(origin)) return origin
  throw malformed('The Origin header is not an origin as browsers send it.')
}

/** Only what names a page. Whether it had to is decided with the token, as all that depends on who asks. */
function embedderIn(form: ReadonlyMap<string, string>): string | undefined {
  const embedder = form.get('embedder')
  return isOrigin(embedder) ? embedder : undefined
}

/** The verifier has checked it, unless one that wraps it has made a context of its own. */
function requireListed(embedder: string | undefined, { project }: Authentication): void {
  if (embedder !== undefined && project.allowedOrigins?.includes(embedder) === true) return
  throw new AuthenticationError('origin_not_allowed', { reason: 'origin_not_of_project' })
}

/** A customer may have more scopes than one token can hold. */
function tooLong(error: unknown): never {
  if (!(error instanceof SessionTooLongError)) throw error
  throw new OAuthFault('invalid_scope', 'The session would be too long for services. Ask for fewer scopes.')
}

/** RFC 6749 section 2.3: a client uses one way, and URLs are kept in logs and histories. */
function refuseTokensElsewhere({ headers, originalUrl, url = '' }: RequestLike): void {
  const [, query = ''] = (originalUrl ?? url).split('?')
  const parameters = new URLSearchParams(query)
  const isInUrl = parameters.has('assertion') || parameters.has('access_token')
  if (!isInUrl && !('authorization' in headers)) return
  throw malformed('The token must be in the form alone: neither in the URL nor in Authorization.')
}

function scopeIn(form: ReadonlyMap<string, string>): string[] | undefined {
  const scope = form.get('scope')
  if (scope === undefined) return undefined
  if (isScope(scope)) return scope.split(' ')
  throw new OAuthFault('invalid_scope', 'The scope must be names with one space between.', {
    code: 'request_malformed',
  })
}

/** Some clients always name themselves. RFC 7521 section 4.1. */
function requireOwnClient(clientId: string | undefined, assertion: string): void {
  if (clientId === undefined) return
  const [, claims = ''] = assertion.split('.')
  const json = decodeBase64urlText(claims)
  const { proj_id } = (json === undefined ? undefined : parseJsonText(json, tokenLimits)) ?? {}
  // What is no token is refused as such.
  if (proj_id === undefined || proj_id === clientId) return
  throw new OAuthFault('invalid_client', 'The client_id is not the project of the token. Leave it out.')
}
