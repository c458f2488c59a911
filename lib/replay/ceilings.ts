import { hasMethod, seconds } from '../options/kinds.js'
import type { OptionsOf } from '../options/options.js'
import { limits } from '../protocol.js'
import type { BoundVerifier, ReplayCeilings, ReplayStore } from './replay-store.js'

const names = ['maxLifetime', 'clockTolerance'] as const
const largest: ReplayCeilings = {
  maxLifetime: limits.lifetime.max,
  clockTolerance: limits.clockTolerance.max,
}

/** The options by which a built-in store is told its ceilings. */
export const ceilingOptions = {
  maxLifetime: seconds({ ...limits.lifetime, min: 1 }),
  clockTolerance: seconds({ ...limits.clockTolerance, min: 0 }),
} satisfies OptionsOf<ReplayCeilings>

/** Throws a TypeError for limits above the ceilings. `remedy` says what to do, given the ceiling that is too low. */
export function requireWithin(
  ceilings: ReplayCeilings,
  verifier: ReplayCeilings,
  remedy: (ceiling: string) => string,
): void {
  for (const name of names) {
    if (verifier[name] <= ceilings[name]) continue
    throw new TypeError(
      `createVerifier: ${name} is ${verifier[name]}, but the replay store covers ${ceilings[name]}; ${remedy(`${name}: ${verifier[name]}`)}`,
    )
  }
}

/** Binds a verifier to its replay store. Throws a TypeError for a store that does not cover what the verifier accepts. */
export function bindReplayStore(
  replayStore: ReplayStore,
  { clock, maxLifetime, clockTolerance }: BoundVerifier,
): ReplayCeilings {
  if (replayStore.bind === undefined) return largest
  if (!hasMethod(replayStore, 'bind'))
    throw new TypeError('createVerifier: replayStore has a bind that is no function')
  const bound: unknown = replayStore.bind({ clock, maxLifetime, clockTolerance })
  return bound === undefined ? largest : readBound(bound, { maxLifetime, clockTolerance })
}

/** Stores without TypeScript return anything. */
function readBound(bound: unknown, verifier: ReplayCeilings): ReplayCeilings {
  const { maxLifetime, clockTolerance } = (bound ?? {}) as Record<keyof ReplayCeilings, unknown>
  if (!(isUpTo(largest.maxLifetime, maxLifetime) && isUpTo(largest.clockTolerance, clockTolerance))) {
    throw new TypeError(
      `createVerifier: replayStore has a bind that must return { maxLifetime, clockTolerance } in seconds, up to ${largest.maxLifetime} and ${largest.clockTolerance}, or nothing`,
    )
  }
  const ceilings = { maxLifetime, clockTolerance }
  requireWithin(ceilings, verifier, (ceiling) => `its bind must return at least { ${ceiling} }`)
  return ceilings
}

function isUpTo(max: number, value: unknown): value is number {
  return typeof value === 'number' && value <= max
}
