import { ask, isAnswer, isSuccess, namesIn, type Answer } from '../network/ask.js'
import { giveOrigin, giveRoute } from './key.js'
import type { Network } from '../network/network.js'
import type { Site } from './site.js'
import { fail, ok, skip, warn, type Verdict } from './verdict.js'

/**
 * `cors`: whether a browser lets a page of this origin call the route with a token, and read the answer, refusals too. Fetch
 * standard, section 3.2.
 */
export async function checkCrossOrigin(
  { closed, metadata, route }: Site,
  origin: string | undefined,
  network: Network,
): Promise<Verdict> {
  if (closed !== undefined) return closed
  if (route === undefined) return skip(giveRoute)
  if (origin === undefined) return skip(giveOrigin)
  const hasDpop = metadata?.hasDpop === true
  const preflight = await ask(
    route.address,
    {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': hasDpop ? 'authorization,dpop' : 'authorization',
      },
    },
    network,
  )
  const { bare } = route
  if (!isAnswer(preflight)) return fail(`the preflight: ${preflight.text}`, preflight.fix)
  if (!isAnswer(bare)) return fail(`a call without a token: ${bare.text}`, bare.fix)
  return (
    blocked(preflight, bare, origin) ??
    hindered(preflight, bare, hasDpop) ??
    ok(`pages of ${origin} may call, and read refusals`)
  )
}

const mount = 'platform must mount corsFor() before what authenticates'

/** What keeps the page from calling, or from reading why it was refused. */
function blocked(preflight: Answer, bare: Answer, origin: string): Verdict | undefined {
  if (!isSuccess(preflight))
    return fail(
      `the preflight is answered ${preflight.status}, so browsers send no call`,
      preflight.status === 404 ? `Is the path of --url right? If it is, the ${mount}` : `The ${mount}`,
    )
  if (!isAllowed(preflight, origin))
    return fail(
      `the preflight does not allow ${origin}, so browsers send no call`,
      `The ${mount}, with ${origin} in its list`,
    )
  if (!namesIn(preflight.headers['access-control-allow-headers']).includes('authorization'))
    return fail(
      'the preflight does not allow the header Authorization, so browsers send no call with a token',
      'The platform must name it in Access-Control-Allow-Headers; * does not stand for it',
    )
  if (!isAllowed(bare, origin))
    return fail(
      `a refusal does not allow ${origin}: the page reads "CORS error" in its place`,
      `The ${mount}, for refusals too`,
    )
  return undefined
}

function isAllowed({ headers }: Answer, origin: string): boolean {
  return [origin, '*'].includes(headers['access-control-allow-origin'] ?? '')
}

/** What goes wrong now and then, or hides something from the page. */
function hindered(preflight: Answer, bare: Answer, hasDpop: boolean): Verdict | undefined {
  const { headers } = bare
  if (headers['access-control-allow-origin'] !== '*' && !variesByOrigin(bare))
    return warn(
      'answers differ by origin and do not say so: a cache may give one to the page of another origin',
      'The platform should send Vary: Origin with every answer, as corsFor() does',
    )
  const exposed = namesIn(headers['access-control-expose-headers'])
  const hidden = ['WWW-Authenticate', 'Retry-After'].filter((name) => !exposed.includes(name.toLowerCase()))
  if (hidden.length > 0 && !exposed.includes('*'))
    return warn(
      `the page cannot read ${hidden.join(' and ')} of a refusal`,
      `The platform should name ${hidden.join(' and ')} in Access-Control-Expose-Headers`,
    )
  if (hasDpop && !namesIn(preflight.headers['access-control-allow-headers']).includes('dpop'))
    return warn(
      'the preflight does not allow the header DPoP, so pages cannot bind tokens to a key of theirs',
      'The platform should name DPoP in Access-Control-Allow-Headers',
    )
  return undefined
}

function variesByOrigin({ headers }: Answer): boolean {
  const names = namesIn(headers.vary)
  return names.includes('origin') || names.includes('*')
}
