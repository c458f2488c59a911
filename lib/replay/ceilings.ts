import { hasMethod, parseSeconds } from '../options/option-checks.js'
import { limits } from '../protocol.js'
import type { ReplayCeilings, ReplayStore, VerifierLimits } from './replay-store.js'

const names = ['maxLifetime', 'clockTolerance'] as const
const largest: ReplayCeilings = {
  maxLifetime: limits.lifetime.max,
  clockTolerance: limits.clockTolerance.max,
}

/** The ceilings of a built-in store, from its options. `owner` is its name. */
export function parseCeilings(owner: string, options: Partial<ReplayCeilings>): ReplayCeilings {
  const { maxLifetime, clockTolerance } = options
  return {
    maxLifetime: parseSeconds(`${owner}: maxLifetime`, maxLifetime, limits.lifetime, 1),
    clockTolerance: parseSeconds(`${owner}: clockTolerance`, clockTolerance, limits.clockTolerance, 0),
  }
}

/** Throws a TypeError for limits above the ceilings. `remedy` says what to do, given the ceiling that is too low. */
export function requireWithin(
  ceilings: ReplayCeilings,
  verifier: VerifierLimits,
  remedy: (ceiling: string) => string,
): void {
  for (const name of names) {
    if (verifier[name] <= ceilings[name]) continue
    throw new TypeError(
      `Option ${name} is ${verifier[name]}, but the replay store covers ${ceilings[name]}; ${remedy(`${name}: ${verifier[name]}`)}`,
    )
  }
}

/** Binds a verifier to its replay store. Throws a TypeError for a store that does not cover what the verifier accepts. */
export function bindReplayStore(
  replayStore: ReplayStore,
  { maxLifetime, clockTolerance }: VerifierLimits,
): ReplayCeilings {
  if (replayStore.bind === undefined) return largest
  if (!hasMethod(replayStore, 'bind'))
    throw new TypeError('Option replayStore has a bind that is no function')
  const verifier = { maxLifetime, clockTolerance }
  const bound: unknown = replayStore.bind({ ...verifier })
  return bound === undefined ? largest : parseBound(bound, verifier)
}

/** Stores without TypeScript return anything. */
function parseBound(bound: unknown, verifier: VerifierLimits): ReplayCeilings {
  const { maxLifetime, clockTolerance } = (bound ?? {}) as Record<keyof ReplayCeilings, unknown>
  if (!(isUpTo(maxLifetime, largest.maxLifetime) && isUpTo(clockTolerance, largest.clockTolerance))) {
    throw new TypeError(
      `Option replayStore has a bind that must return { maxLifetime, clockTolerance } in seconds, up to ${largest.maxLifetime} and ${largest.clockTolerance}, or nothing`,
    )
  }
  const ceilings = { maxLifetime, clockTolerance }
  requireWithin(ceilings, verifier, (ceiling) => `its bind must return at least { ${ceiling} }`)
  return ceilings
}

function isUpTo(value: unknown, most: number): value is number {
  return typeof value === 'number' && value <= most
}
