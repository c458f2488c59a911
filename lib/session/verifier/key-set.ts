import type { SessionKey } from '../session-key.js'

/** The public keys of an issuer of sessions. */
export interface SessionKeySet {
  /**
   * The key with this kid; undefined where the issuer has none. Throws a StoreError when it cannot tell.
   */
  find(kid: string): SessionKey | undefined | Promise<SessionKey | undefined>
  /** Resolves as soon as it can tell. */
  ready(): Promise<void>
}

/** Keys by kid. Two of one kid are none: which of them is meant nobody knows. */
export function keysByKid(keys: readonly SessionKey[]): ReadonlyMap<string, SessionKey> {
  const byKid = new Map<string, SessionKey>()
  const doubled = new Set<string>()
  for (const key of keys) {
    if (byKid.has(key.kid)) doubled.add(key.kid)
    byKid.set(key.kid, key)
  }
  for (const kid of doubled) byKid.delete(kid)
  return byKid
}

/** Keys that stay as they are. */
export function fixedKeySet(keys: readonly SessionKey[]): SessionKeySet {
  const byKid = keysByKid(keys)
  return { find: (kid) => byKid.get(kid), ready: () => Promise.resolve() }
}

/** The keys of an issuer of this process, and its name. */
export interface SharedKeySet {
  readonly set: SessionKeySet
  readonly issuer: string
}

const sets = new WeakMap<object, SharedKeySet>()

/** Lets a session issuer be given as the keys of a verifier in the same process. */
export function shareKeySet(issuer: object, shared: SharedKeySet): void {
  sets.set(issuer, shared)
}

/** The keys of a session issuer of this process; undefined for anything else. */
export function sharedKeySet(issuer: object): SharedKeySet | undefined {
  return sets.get(issuer)
}
