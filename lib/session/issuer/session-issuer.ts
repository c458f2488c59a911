import { emit } from '../../events/listeners.js'
import { bounded } from '../../events/event-text.js'
import { required, text } from '../../options/kinds.js'
import { optionsReader } from '../../options/options.js'
import { revocationReader } from '../../revocations/requested-revocation.js'
import type {
  RevocationCause,
  RevocationStore,
  SessionRevocation,
} from '../../revocations/revocation-store.js'
import type { Authentication } from '../../types.js'
import { shareKeySet } from '../verifier/key-set.js'
import { formEndpoint, type SessionHandler } from './endpoint.js'
import { exchanging } from './exchange.js'
import { holdersRevocation } from './holders-revocation.js'
import { failed, issuing, type IssueContext, type IssuedSession } from './issuing.js'
import { timeOf } from '../../time/clock.js'
import { readSessionIssuerOptions, type SessionIssuerOptions } from './options.js'
import { publishedRevocations } from './published-revocations.js'
import { SessionSigner } from './session-signer.js'
import { SigningKeys } from './signing-keys.js'
import { wellKnown } from './well-known.js'

/** Issues sessions in exchange for project tokens. */
export interface SessionIssuer {
  /**
   * The route where a page exchanges its project token, by POST.
   *
   *     POST /oauth/token HTTP/1.1
   *     Origin: https://shop.example
   *     Content-Type: application/x-www-form-urlencoded
   *
   *     grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=eyJ...[&scope=portal:read]
   *
   *     HTTP/1.1 200 OK
   *     Cache-Control: no-store
   *
   *     {"access_token":"eyJ...","token_type":"Bearer","expires_in":600,"scope":"portal:read"}
   *
   * A refusal is 400 with `error`, `error_description` and `code`; what cannot be decided is 503. With a `scope` the session grants just
   * that, and a scope that the token does not grant uses up no token. From a page of `ownOrigins` the form has `embedder`, too: the
   * origin of the page that embeds it. From a page it is a CORS request without a preflight: mount `corsFor` before. RFC 7523 section
   * 2.1, RFC 6749 section 5.
   *
   * @example
   * app.post('/oauth/token', corsFor(origins), issuer.tokenEndpoint())
   */
  tokenEndpoint(): SessionHandler
  /**
   * What everybody may know: the public keys at `/.well-known/jwks.json` and the metadata at
   * `/.well-known/oauth-authorization-server`. Answers GET and HEAD of these two paths alone, and may be kept for 300 s. RFC 8414.
   *
   * @example
   * app.use(issuer.wellKnown())
   */
  wellKnown(): SessionHandler
  /**
   * The route where whoever holds a session ends it: POST with `token`. Always 200 for what is unknown or over. Throws a TypeError where
   * there are no `revocations`. RFC 7009.
   *
   * @example
   * app.post('/oauth/revoke', corsFor(origins), issuer.revocationEndpoint())
   */
  revocationEndpoint(): SessionHandler
  /**
   * Which sessions have ended, for the platform's other services. It names projects: mount it where only they reach it. Throws a
   * TypeError where there are no `revocations`.
   *
   *     { "generated_at": 1790000000.123456, "expires_in": 60, "revocations": [{ "project": "shop", "kid": "key-1" }] }
   *
   * @example
   * app.get('/internal/revocations', onlyOurServices, issuer.revocationList())
   */
  revocationList(): SessionHandler
  /**
   * A session for what a verifier has authenticated, in a route of your own. Nothing is checked again, the origin neither.
   *
   * Rejects with a TypeError for what is not from a verifier, an `AuthenticationError` (`scope_insufficient`) for more scope than the
   * token grants, and a `StoreError` when nothing can be signed.
   *
   * @example
   * app.post('/portal/session', reverseJwt({ verifier }), async (req, res) => {
   *   const authentication = { project: projectOf(req), projectToken: projectTokenOf(req) }
   *   res.json(await issuer.issue(authentication, { origin: req.headers.origin }))
   * })
   */
  issue(authentication: Authentication, context?: IssueContext): Promise<IssuedSession>
  /**
   * Ends sessions before they expire: those of a project, those of one of its keys that is revoked, or one. Resolves when it is written;
   * other services know within seconds. Rejects with a TypeError where there are no `revocations`, and for a key that is not revoked.
   *
   * @example
   * await issuer.revoke({ projectId: 'shop' }, { by: 'ops@platform.example', reason: 'their page leaked sessions' })
   */
  revoke(what: SessionRevocation, cause: RevocationCause): Promise<void>
  /**
   * Resolves when there are keys, one signature was made and verified, and it is known which sessions have ended. Rejects with what is
   * in the way: await it at start-up.
   */
  ready(): Promise<void>
}

const readable = {
  fits: (given: string) => given.trim() !== '' && given.length <= 256,
  what: 'a text of 1 to 256 characters',
}
const readRevocation = revocationReader('revoke')
const readCause = optionsReader('revoke', {
  by: required(text(readable), 'who ends the sessions'),
  reason: required(text(readable), 'why'),
})

/**
 * Makes an issuer of sessions: a page exchanges one project token and makes many calls, and every service of the platform verifies them
 * by itself.
 *
 * A session is a JWT of type `at+jwt` (RFC 9068) that the platform signs with a key of its own, RS256 unless the key is of another kind.
 * Each exchange uses up one project token. Nothing is stored of a session. Make the issuer once, at start-up.
 *
 * Throws a TypeError for a wrong option. RFC 7523, RFC 6749, RFC 8414, RFC 9068.
 *
 * @example
 * const issuer = createSessionIssuer({
 *   issuer: 'https://platform.example',
 *   verifier: createVerifier({ audience: 'https://platform.example', keyStore, replayStore }),
 *   signingKeys: [{ privateKey: process.env.SESSION_KEY }],
 * })
 * await issuer.ready()
 * app.use(issuer.wellKnown())
 * app.post('/oauth/token', corsFor(origins), issuer.tokenEndpoint())
 */
export function createSessionIssuer(options: SessionIssuerOptions): SessionIssuer {
  const settings = readSessionIssuerOptions(options)
  const { verifier, ownOrigins, revocations, clock, onEvent } = settings
  const keys = new SigningKeys(settings.signingKeys, (cause) => {
    emit(onEvent, failed(timeOf(clock), 'signer_failed', undefined, cause))
  })
  const signer = new SessionSigner(keys)
  const issue = issuing(settings, signer)

  function store(method: string): RevocationStore {
    if (revocations !== undefined) return revocations
    throw new TypeError(`createSessionIssuer: ${method} needs the option revocations`)
  }

  async function revoke(what: SessionRevocation, cause: RevocationCause): Promise<void> {
    const revocation = readRevocation(what)
    const { projectId, kid, sessionId } = revocation
    const { by, reason } = readCause(cause)
    await store('revoke').revoke(revocation, { by, reason })
    const names = {
      ...(sessionId !== undefined && { sessionId: bounded(sessionId) }),
      ...(kid !== undefined && { kid: bounded(kid) }),
    }
    emit(
      onEvent,
      Object.freeze({
        type: 'session.revoked' as const,
        id: crypto.randomUUID(),
        time: timeOf(clock),
        projectId: bounded(projectId),
        ...names,
        by,
        reason,
      }),
    )
  }

  const made: SessionIssuer = {
    tokenEndpoint: () => formEndpoint(exchanging({ verifier, signer, issue, ownOrigins })),
    wellKnown: () => wellKnown(settings, keys),
    revocationEndpoint: () =>
      formEndpoint(
        holdersRevocation(settings, keys, store('revocationEndpoint'), ({ projectId, id, expiresAt }) =>
          revoke(
            { projectId, sessionId: id, expiresAt },
            { by: 'holder', reason: 'ended by whoever held it' },
          ),
        ),
      ),
    revocationList: () => publishedRevocations(store('revocationList')),
    issue,
    revoke,
    async ready() {
      await signer.prove()
      await revocations?.ready?.()
    },
  }
  shareKeySet(made, { set: keys, issuer: settings.issuer })
  return made
}
