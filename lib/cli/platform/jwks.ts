import { sessionKey } from '../../session/session-key.js'
import { ask, isAnswer, jsonOf } from '../network/ask.js'
import type { Network } from '../network/network.js'
import { fail, ok, warn, type Verdict } from './verdict.js'

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
/** Seconds. */
const maxMaxAge = 3_600

/** `jwks`: whether services can verify the platform's sessions by its public keys. RFC 7517 section 5. */
export async function checkKeySet(jwksUri: URL, network: Network): Promise<Verdict> {
  const answer = await ask(jwksUri, {}, network)
  if (!isAnswer(answer)) return fail(`the key set of the platform: ${answer.text}`, answer.fix)
  if (answer.status !== 200) return fail(`the key set of the platform answers ${answer.status}`, publish)
  const keys = jsonOf(answer)?.keys
  if (!Array.isArray(keys)) return fail('the key set of the platform cannot be read', publish)
  return faultOf(keys) ?? ageFault(answer.headers['cache-control']) ?? ok(countOf(keys))
}

const publish =
  'The platform must publish { "keys": [...] } at its jwks_uri, as wellKnown() of the session issuer does'
const cached = 'The platform should send Cache-Control: public, max-age=300 with its keys'

function faultOf(keys: readonly unknown[]): Verdict | undefined {
  if (keys.some(isPrivate))
    return fail(
      'the platform publishes a PRIVATE key in its key set',
      'The platform must take it out at once, and never use it again: whoever has read it can sign sessions',
    )
  const usable = keys.flatMap(kidOf)
  if (usable.length === 0) return fail('no key in the key set of the platform can be used', publish)
  if (new Set(usable).size < usable.length)
    return fail(
      'two keys in the key set of the platform have one kid',
      'The platform must give each key a kid of its own: services take neither of the two',
    )
  return usable.length === keys.length
    ? undefined
    : warn(
        `${keys.length - usable.length} of ${keys.length} keys in the key set of the platform cannot be used`,
        'The platform should publish the keys alone that it signs sessions with',
      )
}

function isPrivate(jwk: unknown): boolean {
  return typeof jwk === 'object' && jwk !== null && privateMembers.some((name) => Object.hasOwn(jwk, name))
}

function kidOf(jwk: unknown): readonly string[] {
  try {
    return [sessionKey(jwk).kid]
  } catch {
    return []
  }
}

function ageFault(cacheControl: string | undefined): Verdict | undefined {
  const seconds = /(?:^|[\s,])max-age=(\d{1,10})(?:$|[\s,])/i.exec(cacheControl ?? '')?.[1]
  if (seconds === undefined)
    return warn('the key set of the platform does not say for how long it is good', cached)
  if (Number(seconds) <= maxMaxAge) return undefined
  return warn(
    'the key set of the platform may be kept for more than an hour, also when a key has leaked',
    cached,
  )
}

function countOf(keys: readonly unknown[]): string {
  return keys.length === 1 ? 'one public key, for sessions' : `${keys.length} public keys, for sessions`
}
