import { AuthenticationError, refusalFactsOf } from '../../errors.js'
import { isRefusalCode, refusals, type RefusalCode } from '../../http/refusals.js'

/** What a code says to who sent a session, where the sentence of the table is about project tokens. */
const descriptions: { readonly [code in RefusalCode]?: string } = {
  credentials_missing: 'The request has no session. Send one as Authorization: Bearer.',
  request_malformed: 'The request must carry exactly one well-formed session.',
  token_type_not_allowed:
    'The typ of the token is not at+jwt, so it is no session. A project token is exchanged for one at the token endpoint.',
  token_not_verified:
    'The session could not be verified. Check that it comes from the issuer that this service trusts.',
  issuer_mismatch: 'The iss of the token is not the issuer that this service trusts.',
}

/**
 * A refusal in the words of sessions. Whatever is wrong with a session, a new one may be good: the page exchanges again. Anything
 * else is returned as it is.
 */
export function sessionRefusal(thrown: unknown): unknown {
  const facts = refusalFactsOf(thrown)
  if (facts === undefined || !isRefusalCode(facts.code)) return thrown
  const { code, description, status } = facts
  const isGeneral = description === refusals[code][4]
  return new AuthenticationError(code, {
    ...(facts as object),
    description: isGeneral ? (descriptions[code] ?? description) : description,
    retry: status === 401 ? 'fresh-token' : facts.retry,
  })
}
