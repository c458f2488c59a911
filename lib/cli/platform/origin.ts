import type { Network } from '../network/network.js'
import { adviceFor } from './advice.js'
import type { LoadedKey } from './key-file.js'
import { giveOrigin, type KeyMatch } from './key.js'
import { present } from './presentation.js'
import { fail, ok, skip, type Verdict } from './verdict.js'

/** `origin`: whether a page of this origin may use such a token. */
export async function checkOrigin(
  origin: string | undefined,
  key: LoadedKey | undefined,
  { verdict, target }: KeyMatch,
  network: Network,
): Promise<Verdict> {
  if (origin === undefined) return skip(giveOrigin)
  if (key === undefined) return skip('give --key, too: it takes a token to find that out')
  if (key.signer === undefined || target === undefined)
    return verdict.result === 'skip' ? verdict : skip('the key must match first')
  const presented = await present(key.signer, target, origin, network)
  if (presented.kind === 'accepted') return ok(`pages of ${origin} may use tokens of this project`)
  if (presented.kind === 'refused' && presented.code === 'origin_not_allowed')
    return fail(
      `origin_not_allowed: pages of ${origin} may not use tokens of this project`,
      `Ask the platform to add ${origin} to the project`,
    )
  return adviceFor(presented).verdict
}
