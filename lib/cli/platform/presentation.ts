import type { Signer } from '../../customer/signer.js'
import {
  isOutageCode,
  isRefusalCode,
  refusals,
  type OutageCode,
  type RefusalCode,
} from '../../http/refusals.js'
import { sessionGrantType } from '../../protocol.js'
import { ask, isAnswer, isSuccess, jsonOf, type Answer } from '../network/ask.js'
import type { Confidential } from './confidential.js'
import type { Failure } from '../network/failure.js'
import type { Metadata } from './metadata.js'
import type { Network } from '../network/network.js'

/** Where a token is tried: where it becomes a session, or a route that wants one, with what that answers without. */
export type Target = (
  | ({ readonly kind: 'exchange' } & Pick<Metadata, 'tokenEndpoint' | 'revocationEndpoint'>)
  | { readonly kind: 'call'; readonly address: URL; readonly bare: Answer }
) & {
  /** What was sent there, and what came back for it. */
  readonly confidential: Confidential
}

export type TokenCode = RefusalCode | OutageCode | 'rate_limited'

/** What became of a token. Nothing else that was answered is kept. */
export type Presented =
  | {
      readonly kind: 'accepted'
      readonly how: string
      /** The token was accepted, and then there was nothing to GET at the address. */
      readonly hasNoRoute?: boolean
    }
  | {
      readonly kind: 'refused'
      readonly code: TokenCode
      readonly audience?: string
      readonly instance?: string
    }
  | { readonly kind: 'odd'; readonly status: number }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** Signs one token and presents it. A session that comes of it is ended at once, or forgotten. */
export async function present(
  signer: Signer,
  target: Target,
  origin: string | undefined,
  network: Network,
): Promise<Presented> {
  const token = await signer.sign()
  target.confidential.addToken(token)
  const headers = origin === undefined ? {} : { Origin: origin }
  const answer = await (target.kind === 'exchange'
    ? postForm(target.tokenEndpoint, { grant_type: sessionGrantType, assertion: token }, headers, network)
    : ask(target.address, { headers: { ...headers, Authorization: `Bearer ${token}` } }, network))
  if (!isAnswer(answer)) return { kind: 'failed', failure: answer }
  return (
    (await acceptance(answer, target, headers, network)) ??
    refusal(answer, target.confidential) ?? { kind: 'odd', status: answer.status }
  )
}

/** What an answer about credentials, or before them, may be. */
const refusing: ReadonlySet<number> = new Set([401, 403, 407, 429])

type Headers = Readonly<Record<string, string>>

function postForm(url: URL, form: Readonly<Record<string, string>>, headers: Headers, network: Network) {
  const type = 'application/x-www-form-urlencoded'
  const body = new URLSearchParams(form).toString()
  return ask(url, { method: 'POST', headers: { ...headers, 'Content-Type': type }, body }, network)
}

async function acceptance(
  answer: Answer,
  target: Target,
  headers: Headers,
  network: Network,
): Promise<Presented | undefined> {
  if (target.kind === 'call') {
    const how = 'one token was accepted'
    if (isSuccess(answer)) return { kind: 'accepted', how }
    // Who has no token was refused there. Whoever gets past may find that a plain GET is not what the route wants.
    const { status } = answer
    const isPast = status < 500 && !refusing.has(status) && refusal(answer, target.confidential) === undefined
    return isPast
      ? { kind: 'accepted', how: `${how}, and then the answer was ${status}`, hasNoRoute: status === 404 }
      : undefined
  }
  const { access_token: session } = (isSuccess(answer) ? jsonOf(answer) : undefined) ?? {}
  if (typeof session !== 'string') return undefined
  const { revocationEndpoint, confidential } = target
  confidential.addText(session)
  const how = 'one token became a session'
  if (revocationEndpoint === undefined) return { kind: 'accepted', how: `${how}, which nobody has kept` }
  const ended = await postForm(revocationEndpoint, { token: session }, headers, network)
  const isEnded = isAnswer(ended) && isSuccess(ended)
  return { kind: 'accepted', how: `${how}, which ${isEnded ? 'was ended at once' : 'nobody has kept'}` }
}

function refusal(answer: Answer, confidential: Confidential): Presented | undefined {
  const { code, instance, detail, error_description: text = detail } = jsonOf(answer) ?? {}
  const challenge = challengeIn(answer.headers['www-authenticate'])
  const known = isTokenCode(code) ? code : codeOf(challenge)
  if (known === undefined) return undefined
  const free = (given: unknown, form: RegExp) => {
    const found = typeof given === 'string' ? form.exec(given)?.[1] : undefined
    return found !== undefined && confidential.isFree(found) ? found : undefined
  }
  const audience = free(text ?? challenge?.description, ownName)
  const id = free(instance, instanceForm)
  return {
    kind: 'refused',
    code: known,
    ...(audience !== undefined && { audience }),
    ...(id !== undefined && { instance: id }),
  }
}

/** What the verifier says of itself behind `audience_mismatch`. */
const ownName = /^The token is for another audience\. This platform is (\S+)/
const instanceForm = /^(urn:uuid:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/

function isTokenCode(code: unknown): code is TokenCode {
  return isRefusalCode(code) || isOutageCode(code) || code === 'rate_limited'
}

interface Challenge {
  readonly error: string | undefined
  readonly description: string
}

/** RFC 6750 section 3. */
function challengeIn(header: string | undefined): Challenge | undefined {
  if (header === undefined || !/^Bearer\b/i.test(header)) return undefined
  const error = /\berror="([^"]*)"/.exec(header)?.[1]
  return { error, description: /\berror_description="([^"]*)"/.exec(header)?.[1] ?? '' }
}

/** How those sentences begin that say more than the one of their code. */
const beginnings: readonly (readonly [string, RefusalCode])[] = [
  ['The token is for another audience', 'audience_mismatch'],
  ['The token expired', 'token_expired'],
  ['The token is not valid before', 'token_not_active'],
  ['The token lives', 'token_lifetime_too_long'],
]

/** A platform without problem details says why in its challenge alone, in words. */
function codeOf(challenge: Challenge | undefined): RefusalCode | undefined {
  if (challenge === undefined) return undefined
  const { error, description } = challenge
  if (error === undefined) return 'credentials_missing'
  for (const [code, [, oauthError, , , sentence]] of Object.entries(refusals))
    if (oauthError === error && sentence === description) return code as RefusalCode
  return beginnings.find(([beginning]) => description.startsWith(beginning))?.[1]
}
