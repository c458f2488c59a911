import { ask, isAnswer, isRedirect, isSuccess, type Answer } from '../network/ask.js'
import type { Network } from '../network/network.js'
import { hasToken } from './found-token.js'
import { fail, ok, skip, warn, type Verdict } from './verdict.js'

/**
 * `token-endpoint`: whether the route of the customer that gives tokens refuses a visitor without a session. What it answers is looked
 * through for a token, and forgotten.
 */
export async function checkTokenEndpoint(
  endpoint: URL | undefined,
  origin: string | undefined,
  network: Network,
): Promise<Verdict> {
  if (endpoint === undefined)
    return skip('give --token-endpoint, the route of your backend that gives your page its tokens')
  const headers = { Origin: origin ?? endpoint.origin }
  const json = { ...headers, 'Content-Type': 'application/json' }
  const posted = await ask(endpoint, { method: 'POST', headers: json, body: '{}' }, network)
  if (!isAnswer(posted)) return fail(`your token endpoint: ${posted.text}`, posted.fix)
  if (hasToken(posted))
    return fail('it hands tokens to anyone: nobody was logged in, and there was one', decide)
  const read = await ask(endpoint, { headers }, network)
  if (isAnswer(read) && hasToken(read))
    return fail(
      'it hands tokens to anyone by GET: nobody was logged in, and there was one',
      `${decide}. Answer POST alone, as tokenEndpoint() does: a GET is kept in caches, and any site can cause one`,
    )
  const verdict = verdictOf(posted, endpoint)
  const isUnread = isAnswer(read) && isSuccess(read) && read.body === undefined
  return verdict.result === 'ok' && isUnread ? unreadVerdict(posted, read) : verdict
}

function unreadVerdict(posted: Answer, read: Answer): Verdict {
  return warn(
    `a visitor without a session gets ${posted.status}, but a GET is answered ${read.status} with what cannot be read`,
    'Answer POST alone, as tokenEndpoint() does. Else look by hand what a GET gives without a cookie',
  )
}

const decide =
  'Let authorize of tokenEndpoint() return nothing where there is no session. If the page is public on purpose: grant one narrow scope'

function verdictOf(answer: Answer, endpoint: URL): Verdict {
  const { status } = answer
  if (status === 401 || status === 403) return ok(`a visitor without a session gets ${status}`)
  if (isRedirect(answer)) return redirected(answer, endpoint)
  if (isSuccess(answer))
    return fail(
      `a visitor without a session gets ${status}, though without a token that was found`,
      'Answer 401 there, as tokenEndpoint() does. Is it the address of your token endpoint?',
    )
  if (status === 404 || status === 405)
    return fail(`there is nothing to POST to (${status})`, 'Is it the address of your token endpoint?')
  if (status >= 500)
    return warn(
      `a visitor without a session gets ${status}: it failed before it decided anything`,
      'Let authorize return nothing where there is no session, so that the answer is 401',
    )
  return warn(
    `the request got ${status} before anybody asked for a session, so nothing was found out`,
    'It was POST with the body {} as application/json: look by hand what your endpoint answers without a cookie',
  )
}

/** To a login, most likely; to the same address in another spelling, nothing was found out. */
function redirected({ status, headers }: Answer, endpoint: URL): Verdict {
  const bare = ({ host, pathname }: URL) => `${host}${pathname.replace(/\/$/, '')}`
  const target = addressIn(headers.location, endpoint)
  if (target !== undefined && bare(target) === bare(endpoint))
    return warn(
      `it leads to another spelling of itself (${status}), which was not asked`,
      'Give --token-endpoint in that spelling: with or without a slash at its end, http or https',
    )
  return ok(
    `a visitor without a session is redirected (${status}), most likely to a login; that was not followed`,
  )
}

function addressIn(location: string | undefined, endpoint: URL): URL | undefined {
  if (location === undefined) return undefined
  try {
    return new URL(location, endpoint)
  } catch {
    return undefined
  }
}
