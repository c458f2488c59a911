import { decodeBase64urlText } from '../../encoding/base64url-text.js'
import { parseJsonText, tokenLimits } from '../../encoding/strict-json.js'
import { isOrigin, isScope, sessionGrantType } from '../../protocol.js'
import type { RequestLike } from '../../types.js'
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
}

/** Others are ignored. RFC 6749 section 3.2. */
const parameters = ['grant_type', 'assertion', 'scope', 'client_id'] as const

/**
 * Exchanges a project token for a session, in this order: the shape of the request; the syntax of its scope; whether there is anybody
 * who signs; the token, whose last check uses it up; the signature.
 */
export function exchanging({ verifier, signer, issue }: ExchangeParts) {
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

    await signer.requireUp()
    const wanted = scope === undefined ? {} : { scope }
    const authentication = await verifier.verify(assertion, exchangeContext({ origin, ...wanted }))
    const session = await issue(authentication, { origin, ...wanted }).catch(tooLong)
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
