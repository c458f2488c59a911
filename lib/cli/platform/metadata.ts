import type { JsonObject } from '../../encoding/strict-json.js'
import { parseUrl, sessionGrantType } from '../../protocol.js'
import { metadataAddress } from '../../session/issuer-address.js'
import { ask, isAnswer, jsonOf, type Answer } from '../network/ask.js'
import type { Network } from '../network/network.js'
import { shownAddress, shownText } from './shown-text.js'
import { fail, ok, skip, unreached, type Verdict } from './verdict.js'

/** What a platform with sessions says of itself. */
export interface Metadata {
  readonly issuer: string
  readonly tokenEndpoint: URL
  readonly jwksUri: URL
  readonly revocationEndpoint: URL | undefined
  readonly hasDpop: boolean
}

export interface FoundMetadata {
  readonly verdict: Verdict
  /** Undefined: there are none, or none to go by. */
  readonly metadata?: Metadata
  /** What the URL leads to, where it is not the issuer itself: a route that wants a token. */
  readonly protectedAddress?: URL
  /** All that was answered on the way. */
  readonly answers: readonly Answer[]
}

/**
 * `metadata`: where a platform with sessions has its endpoints. An issuer may have a path, so they are looked for with the path of the
 * URL first, then without it: where they are not under the path, that is of a protected address. RFC 8414 section 3.
 */
export async function findMetadata(platform: URL, network: Network): Promise<FoundMetadata> {
  const { origin } = platform
  const given = `${origin}${platform.pathname.replace(/\/$/, '')}`
  const answers: Answer[] = []
  const routeUnder = (issuer: string) => (issuer === given ? {} : { protectedAddress: platform })
  for (const issuer of new Set([given, origin])) {
    const outcome = await ask(metadataAddress(issuer), {}, network)
    if (!isAnswer(outcome)) {
      const { text, fix, isReached } = outcome
      const judge = isReached || answers.length > 0 ? fail : unreached
      return { verdict: judge(`${origin}: ${text}`, fix), ...routeUnder(origin), answers }
    }
    answers.push(outcome)
    const found = read(outcome, issuer, issuer === origin)
    if (found !== undefined) return { ...found, ...routeUnder(issuer), answers }
  }
  return {
    verdict: skip('none: the platform has no sessions, which is fine'),
    ...routeUnder(origin),
    answers,
  }
}

type Found = Pick<FoundMetadata, 'verdict' | 'metadata'>

/** Undefined: there are no metadata there, whatever is there instead. */
function read(answer: Answer, issuer: string, isRoot: boolean): Found | undefined {
  const { status, headers } = answer
  const document = status === 200 ? jsonOf(answer) : undefined
  const { issuer: named, grant_types_supported: grants, token_endpoint: endpoint } = document ?? {}
  // RFC 8414 section 2: the default has not got it either.
  const isOurs = Array.isArray(grants) && grants.includes(sessionGrantType)
  if (document !== undefined && isOurs)
    return named === issuer ? endpointsIn(document, issuer) : { verdict: otherIssuer(named) }
  // Under a path stands whatever the platform answers there.
  if (!isRoot) return undefined
  if (status >= 500)
    return { verdict: fail(`the platform answers ${status} where its metadata would be`, tryAgain) }
  // Many a platform answers every address with a page.
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '')
  if (status === 200 && document === undefined && isJson) return { verdict: fail(unreadable, readable) }
  return named === undefined && endpoint === undefined ? undefined : { verdict: skip(ofOthers) }
}

const tryAgain = 'Try again. If it stays so, tell the platform'
const unreadable = 'there is JSON that cannot be read'
const readable = 'The platform must answer with one JSON object, not compressed and not long'
const ofOthers = 'they are of an OAuth server that takes no project tokens, so there are no sessions'

function otherIssuer(named: unknown): Verdict {
  const name = typeof named === 'string' ? shownText(named) : 'not a text'
  return fail(
    `the platform calls itself ${name} there, which is not the address that was asked`,
    'Give that address as --url if it is the right one. Else the platform must set its issuer',
  )
}

function endpointsIn(document: JsonObject, issuer: string): Found {
  const { origin, protocol } = new URL(issuer)
  const addressIn = (name: string): URL | undefined => {
    const url = parseUrl(document[name])
    // A blob: has the origin of the address in it.
    const isOfOrigin = url?.origin === origin && url.protocol === protocol
    return isOfOrigin && url.username === '' && url.password === '' ? url : undefined
  }
  const tokenEndpoint = addressIn('token_endpoint')
  const jwksUri = addressIn('jwks_uri')
  if (tokenEndpoint === undefined) return { verdict: elsewhere('token_endpoint', 'no token is sent there') }
  if (jwksUri === undefined) return { verdict: elsewhere('jwks_uri', 'whoever is there could sign sessions') }
  const hasDpop = document.dpop_signing_alg_values_supported !== undefined
  const revocationEndpoint = addressIn('revocation_endpoint')
  return {
    verdict: ok(`the platform has sessions, and its issuer is ${shownAddress(new URL(issuer))}`),
    metadata: { issuer, tokenEndpoint, jwksUri, revocationEndpoint, hasDpop },
  }
}

function elsewhere(name: string, consequence: string): Verdict {
  return fail(
    `its ${name} is missing, or on another origin than the platform: ${consequence}`,
    `The platform must name a ${name} of its own origin`,
  )
}
