/**
 * Attacks to try. Each differs from an honest call in one thing. `should`: the code that its caller should be told, and the true
 * reason, which the platform should see.
 */

import { createProjectClient } from '/reverse-jwt/index.js'
import { askElsewhere, elsewhere } from './elsewhere-frame.js'
import { withClaims } from './token-parts.js'

const { platform } = document.body.dataset
const backend = createProjectClient({ platform, tokenUrl: '/token', scope: 'portal:read' })
const timeoutMs = 10_000

export const attacks = [
  {
    title: 'From another origin',
    text: `A page of somebody else's site, ${elsewhere}, has got hold of a good token, and exchanges it for a session.`,
    should: ['origin_not_allowed', 'origin_not_claimed'],
    but: 'The browser sends it, the platform refuses it, and that page gets no answer.',
    changed: ['origin'],
    async send() {
      const token = await backend.token()
      const { error, status } = await askElsewhere(token)
      const noAnswer = error
        ? `The browser gives that page no answer (${error}), because the platform does not allow it to read one.`
        : `That page got an answer: ${status}.`
      const url = `${platform}/oauth/token`
      return {
        method: 'POST',
        url,
        token,
        form: 'grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer\n&assertion',
        origin: elsewhere,
        noAnswer,
      }
    },
  },
  {
    title: 'For another audience',
    text: 'Demo Shop has signed it for another platform, which passes it on to this one.',
    should: ['audience_mismatch', 'audience_mismatch'],
    changed: ['aud'],
    send: () => call(oddToken('audience')),
  },
  {
    title: 'Expired',
    text: 'It was good for a minute, and that was two minutes ago.',
    should: ['token_expired', 'token_expired'],
    changed: ['exp'],
    send: () => call(oddToken('expired')),
  },
  {
    title: 'Tampered with',
    text: 'This page takes a good token and grants itself another scope. The signature stays as it was.',
    should: ['token_not_verified', 'signature_bad'],
    changed: ['scope'],
    send: () =>
      call(backend.token().then((token) => withClaims(token, { scope: 'portal:read portal:write' }))),
  },
  {
    title: "With another project's key",
    text: 'It names Demo Shop and its key, and is signed with the key of somebody else.',
    should: ['token_not_verified', 'signature_bad'],
    changed: ['proj_id'],
    send: () => call(oddToken('foreign-key')),
  },
]

/** From a route that no real customer has: see odd-tokens.ts. */
async function oddToken(kind) {
  const response = await fetch(`/story/tokens/${kind}`, { method: 'POST' })
  return (await response.json()).token
}

/** Without the client, which would send another token in the place of one that is refused. */
async function call(getting) {
  const token = await getting
  const url = `${platform}/api/plain`
  const headers = { authorization: `Bearer ${token}` }
  const signal = AbortSignal.timeout(timeoutMs)
  const response = await fetch(url, { headers, credentials: 'omit', signal })
  return { method: 'GET', url, token, response, body: await response.json() }
}
