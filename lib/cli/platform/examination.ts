import { inAscii } from '../../options/quoted.js'
import { checkClock } from './clock.js'
import { checkCrossOrigin } from './cors.js'
import type { Finding } from '../finding.js'
import type { LoadedKey } from './key-file.js'
import { checkKey, giveKey } from './key.js'
import { checkKeySet } from './jwks.js'
import type { Network } from '../network/network.js'
import { checkOrigin } from './origin.js'
import { checkRefusal } from './refusal.js'
import { openSite } from './site.js'
import { checkTokenEndpoint } from './token-endpoint.js'
import { skip, type Verdict } from './verdict.js'

/** What is looked at. */
export interface Subject {
  readonly platform: URL
  readonly key: LoadedKey | undefined
  readonly origin: string | undefined
  readonly tokenEndpoint: URL | undefined
}

/** How far the checks came. */
export interface Reach {
  readonly isReached: boolean
  /** Whether the key was tried, if there is one. */
  readonly isKeyTried: boolean
}

/**
 * Makes all checks of a platform, in this order, and tells of each as soon as it is made. Says in the end what it could not find
 * out.
 */
export async function examine(
  { platform, key, origin, tokenEndpoint }: Subject,
  network: Network,
  tell: (finding: Finding) => void,
): Promise<Reach> {
  let isReached = true
  const add = (check: string, { isUnreached = false, ...verdict }: Verdict) => {
    if (isUnreached) isReached = false
    // Each check escapes what it shows of others. Should one forget it, no terminal hears of it.
    const { text, fix, ...rest } = verdict
    tell({ check, ...rest, text: inAscii(text), ...(fix !== undefined && { fix: inAscii(fix) }) })
  }
  const site = await openSite(platform, origin, network, add)
  const { metadata } = site
  add('clock', site.closed ?? checkClock(site.outcomes))
  add('jwks', metadata === undefined ? site.noMetadata : await checkKeySet(metadata.jwksUri, network))
  add('key-file', key?.verdict ?? skip(giveKey))
  const match = await checkKey(key, site, network)
  add('key', match.verdict)
  add('origin', await checkOrigin(origin, key, match, network))
  add('cors', await checkCrossOrigin(site, origin, network))
  add('refusal', checkRefusal(site))
  add('token-endpoint', await checkTokenEndpoint(tokenEndpoint, origin, network))
  return { isReached, isKeyTried: key?.signer === undefined || match.verdict.result !== 'skip' }
}
