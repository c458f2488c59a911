import { isAnswer, isRedirect, isSuccess, jsonOf, namesIn, type Answer } from '../network/ask.js'
import { giveRoute } from './key.js'
import type { Site } from './site.js'
import { fail, ok, skip, warn, type Verdict } from './verdict.js'

/** `refusal`: whether the address refuses a call without a token, and says so in the way that clients understand. RFC 6750 section 3. */
export function checkRefusal({ closed, route }: Site): Verdict {
  if (closed !== undefined) return closed
  if (route === undefined) return skip(giveRoute)
  const { bare } = route
  if (!isAnswer(bare)) return fail(`a call without a token: ${bare.text}`, bare.fix)
  const { status, headers } = bare
  if (isSuccess(bare))
    return fail(
      `anybody may call it: the address answers ${status} without a token`,
      'If it should want one: the platform must mount reverseJwt() before this route. Else give the address of another one',
    )
  if (status !== 401) return otherStatus(bare)
  const isProblem = jsonOf(bare)?.code !== undefined
  const isChallenge = headers['www-authenticate'] !== undefined
  if (!isProblem && !isChallenge)
    return fail(
      'a call without a token gets 401, and neither a challenge nor a code',
      'The platform must send WWW-Authenticate, as reverseJwt() does: something after it takes it away',
    )
  if (!namesIn(headers['cache-control']).includes('no-store'))
    return warn(
      'a cache may keep the refusal of one call for another',
      'The platform should send Cache-Control: no-store with it, as reverseJwt() does',
    )
  return ok(
    `a call without a token gets 401${isProblem ? ', and a code that says why' : ', and a challenge'}`,
  )
}

function otherStatus(bare: Answer): Verdict {
  const { status } = bare
  if (isRedirect(bare))
    return fail(
      `a call without a token is redirected (${status})`,
      'Give the address of a route that wants a token. A page calls it by script, and cannot follow to a login',
    )
  if (status === 404 || status === 405)
    return fail(
      `there is nothing to GET (${status})`,
      'Is the path of --url right? Give a route that has GET',
    )
  if (status >= 500)
    return fail(
      `a call without a token gets ${status}`,
      'The platform failed: try again. If it stays so, tell it',
    )
  return fail(
    `a call without a token gets ${status}, not 401`,
    'Is it a route of reverseJwt()? Then something in front of it answers first',
  )
}
