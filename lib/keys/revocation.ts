/** What may be revoked. */
interface Revocable {
  readonly revokedAt?: number
}

/** The moments of keys whose own `revokedAt` lies before what any clock says, so that no clock brings them back. */
const moments = new WeakMap<Revocable, number>()

/** For a store that loads a revoked key: when that was, in epoch seconds. */
export function noteRevocation(key: Revocable, at: number): void {
  moments.set(key, at)
}

/** When a key was revoked, in epoch seconds; undefined where it was not. */
export function revocationOf(key: Revocable): number | undefined {
  return moments.get(key) ?? key.revokedAt
}
