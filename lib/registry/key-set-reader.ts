import type { DroppedKey } from '../events/read-event.js'
import { fetchKeySet, type FetchRules } from '../keys/jwks/guarded-fetch.js'
import { keyChecks } from '../keys/jwks/key-checks.js'
import { readJwksOptions, type JwksKeyStoreOptions } from '../keys/jwks/options.js'
import { SeenKids } from '../keys/jwks/seen-kids.js'
import { keysOf, type SetKey } from '../keys/jwks/set-keys.js'
import { primeModulusRefusal } from '../keys/public-key.js'
import type { Option } from '../options/options.js'
import { warnOnce } from '../warnings.js'
import { isRegistered, type FoundKeys, type HostedKey } from './rules/key-sets.js'
import type { DueKeySet } from './store/project-store.js'
import { maxHostedKids } from './store/hosted-keys.js'
import type { StoredProject } from './store/records.js'

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

export interface ReadKeySet extends FoundKeys {
  readonly dropped: readonly DroppedKey[]
}

/** A set that cannot be read. Its message quotes nothing of what came. */
export class KeySetFault extends Error {}

/** What is kept of a project, with those kids. */
type KeptKids = (kids: readonly string[]) => Promise<StoredProject>

/**
 * Reads a set once. Is told by `kept` what its kids stood for before: such a key was checked then, and another one under its kid is
 * dropped. Throws a `KeySetFault`, or what `kept` throws.
 */
export type KeySetReader = (set: DueKeySet, kept: KeptKids) => Promise<ReadKeySet>

/** Connects to public addresses alone, as `JwksKeyStore` does, and checks each key in full. */
export function keySetReader(rules: KeySetReadRules): KeySetReader {
  return async ({ projectId, jwksUri }, kept) => {
    const { unseen, dropped } = await orFault(entriesOf(jwksUri, rules))
    const stored = await kept(unseen.map(({ kid }) => kid))
    const known = new Map(stored.hostedKeys.map((key) => [key.kid, key.thumbprint]))
    const keys: HostedKey[] = []
    const tooMany: string[] = []
    const drop = ({ kid }: SetKey, reason: DroppedKey['reason']) => dropped.push({ kid, reason })
    let room = maxHostedKids - stored.hostedKids
    for (const key of unseen) {
      const takesRoom = !known.has(key.kid) && !isRegistered(stored, key.kid)
      // Absent, too, of a kid that was revoked before anybody saw it.
      const thumbprint = known.get(key.kid)
      if (takesRoom && room <= 0) tooMany.push(key.kid)
      else if ((thumbprint ?? key.material) !== key.material) drop(key, 'other_material')
      else if (thumbprint === undefined && !(await orFault(isSound(projectId, key))))
        drop(key, 'not_admitted')
      else {
        keys.push(hostedKey(key))
        if (takesRoom) room--
      }
    }
    return { keys, dropped, tooMany }
  }
}

async function entriesOf(jwksUri: string, rules: KeySetReadRules): ReturnType<typeof keysOf> {
  const { document } = await fetchKeySet(jwksUri, rules)
  return keysOf(document, rules.maxKeys, new SeenKids())
}

async function isSound(projectId: string, { kid, jwk }: SetKey): Promise<boolean> {
  if (jwk.kty !== 'RSA') return true
  return (await keyChecks.run(projectId, primeModulusRefusal({ id: projectId }, kid, jwk))) === undefined
}

async function orFault<T>(read: Promise<T>): Promise<T> {
  try {
    return await read
  } catch (error) {
    throw new KeySetFault((error as Error).message)
  }
}

function hostedKey({ kid, alg, jwk, material }: SetKey): HostedKey {
  return { kid, alg, publicJwk: jwk, thumbprint: material }
}
