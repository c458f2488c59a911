import { isLoopback } from '../../session/issuer-address.js'
import { adviceFor } from './advice.js'
import { isAnswer } from '../network/ask.js'
import { Confidential } from './confidential.js'
import type { LoadedKey } from './key-file.js'
import type { Network } from '../network/network.js'
import { present, type Target } from './presentation.js'
import type { Route, Site } from './site.js'
import { fail, ok, skip, warn, type Verdict } from './verdict.js'

export interface KeyMatch {
  readonly verdict: Verdict
  /** Where it was found to match; undefined where it was not. */
  readonly target?: Target
}

/** `key`: whether the platform accepts a token that this key has signed, from a caller that is no page. */
export async function checkKey(key: LoadedKey | undefined, site: Site, network: Network): Promise<KeyMatch> {
  if (key === undefined) return { verdict: skip(giveKey) }
  if (key.signer === undefined) return { verdict: skip('the file of the key must be right first') }
  const target = targetOf(site)
  if ('result' in target) return { verdict: target }
  if (isForeign(target, key)) return { verdict: foreign }
  const presented = await present(key.signer, target, undefined, network)
  if (presented.kind === 'accepted') {
    const text = `the platform accepts it: ${presented.how}`
    return { verdict: presented.hasNoRoute === true ? warn(text, noRoute) : ok(text), target }
  }
  // A page always says where it is, and the platform may want to hear that.
  if (presented.kind === 'refused' && presented.code === 'origin_not_allowed')
    return {
      verdict: ok('the platform knows it, and takes tokens from pages alone: see the line "origin"'),
      target,
    }
  const { verdict, doesMatch } = adviceFor(presented)
  return doesMatch ? { verdict, target } : { verdict }
}

const noRoute = 'Is the path of --url right? If that route is for POST alone, nothing is wrong'

export const giveKey = 'give --key, the file with the private key of your project'
export const giveOrigin = 'give --origin, the origin of your page: https://shop.example'
export const giveRoute = 'give a route that wants a token: --url https://platform.example/embed/portal'

/** Where a token can be tried, or what becomes of the check. */
function targetOf({ closed, metadata, noMetadata, isMisled, route }: Site): Target | Verdict {
  if (closed !== undefined) return closed
  if (metadata !== undefined) return { kind: 'exchange', ...metadata, confidential: new Confidential() }
  if (isMisled) return noMetadata
  return route === undefined ? skip(giveRoute) : routeTarget(route)
}

function routeTarget({ address, bare }: Route): Target | Verdict {
  if (!isAnswer(bare)) return skip('the address did not answer')
  const { status } = bare
  return status === 401 || status === 403
    ? { kind: 'call', address, bare, confidential: new Confidential() }
    : skip(`the address answers ${status} without a token, so a token would tell nothing`)
}

/** A token is good at the platform that it names: at another one nobody would use it up, and who is there could. */
function isForeign(target: Target, { platform }: LoadedKey): boolean {
  const url = target.kind === 'exchange' ? target.tokenEndpoint : target.address
  if (platform === undefined || isLoopback(url)) return false
  const [host, named] = [`.${url.hostname}`, `.${platform.hostname}`]
  return !host.endsWith(named) && !named.endsWith(host)
}

const foreign = fail(
  'the audience of the key file is the address of another host, so no token is sent to this one',
  'Is --url right? If the platform has that name all the same, say so: give it as --audience, too',
)
