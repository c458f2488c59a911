import type { DroppedKey } from '../events/read-event.js'
import { fetchKeySet, type FetchRules } from '../keys/jwks/guarded-fetch.js'
import { keyChecks } from '../keys/jwks/key-checks.js'
import { readJwksOptions, type JwksKeyStoreOptions } from '../keys/jwks/options.js'
import { SeenKids } from '../keys/jwks/seen-kids.js'
import { keysOf, type SetKey } from '../keys/jwks/set-keys.js'
import { primeModulusRefusal } from '../keys/public-key.js'
import type { Option } from '../options/options.js'
import { warnOnce } from '../warnings.js'
import type { HostedKey } from './rules/key-sets.js'
import type { DueKeySet } from './store/project-store.js'
import type { HostedKeyRecord } from './store/records.js'

/** How the sets of customers are read: those of the options of `JwksKeyStore`, which should be the same here. */
export type KeySetReadOptions = Pick<
  JwksKeyStoreOptions,
  'timeoutMs' | 'maxBytes' | 'maxKeys' | 'ports' | 'allowAddress' | 'resolve' | 'ca'
>

export type KeySetReadRules = FetchRules & { readonly maxKeys: number }

export const keySetRules: Option<KeySetReadRules> = (given) => {
  const rules = readJwksOptions(given ?? {})
  if (rules.allowAddress !== undefined) warnOnce('REVERSE_JWT_PRIVATE_ADDRESSES_ALLOWED')
  return rules
}

export interface ReadKeySet {
  readonly keys: readonly HostedKey[]
  readonly dropped: readonly DroppedKey[]
}

/**
 * Reads a set once. What is `known` was checked before, and a kid that stands for another key than there is dropped. Throws an Error,
 * which quotes nothing of what came.
 */
export type KeySetReader = (set: DueKeySet, known: readonly HostedKeyRecord[]) => Promise<ReadKeySet>

/** Connects to public addresses alone, as `JwksKeyStore` does, and checks each key in full. */
export function keySetReader(rules: KeySetReadRules): KeySetReader {
  return async ({ projectId, jwksUri }, known) => {
    const seen = new SeenKids()
    for (const { kid, thumbprint } of known) if (thumbprint !== undefined) seen.add(kid, thumbprint, true)
    const { document } = await fetchKeySet(jwksUri, rules)
    const found = await keysOf(document, rules.maxKeys, seen)
    const keys = found.known.map(hostedKey)
    const dropped = [...found.dropped]
    for (const key of found.unseen) {
      if (await isSound(projectId, key)) keys.push(hostedKey(key))
      else dropped.push({ kid: key.kid, reason: 'not_admitted' })
    }
    return { keys, dropped }
  }
}

async function isSound(projectId: string, { kid, jwk }: SetKey): Promise<boolean> {
  if (jwk.kty !== 'RSA') return true
  return (await keyChecks.run(projectId, primeModulusRefusal({ id: projectId }, kid, jwk))) === undefined
}

function hostedKey({ kid, alg, jwk, material }: SetKey): HostedKey {
  return { kid, alg, publicJwk: jwk, thumbprint: material }
}
