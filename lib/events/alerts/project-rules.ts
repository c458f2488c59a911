import { escaped } from '../../options/quoted.js'
import type { VerifierAcceptedEvent, VerifierRefusedEvent } from '../verifier-event.js'
import type { Finding } from './active-alerts.js'
import { youngAge, type ProjectTraffic } from './project-traffic.js'
import { rules } from './rules.js'

/** What the verifiers are set to, in seconds. */
export interface Tolerances {
  readonly clockTolerance: number
  readonly maxLifetime: number
}

/** One event, and what the tokens of its project have met lately, itself included. */
export interface Seen<Event> {
  readonly event: Event
  readonly projectId: string
  readonly traffic: ProjectTraffic
  readonly now: number
  readonly tolerances: Tolerances
}

type Found = Finding | undefined
type Refused = Seen<VerifierRefusedEvent>
type Accepted = Seen<VerifierAcceptedEvent>

/** One such token is enough. Those that were signed before the revocation live on for a while and are no news. */
export function revokedKeyUsed({ event, projectId, traffic, now, tolerances }: Refused): Found {
  const { kid, issuedAt, revokedAt } = event
  if (event.reason !== 'key_revoked' || revokedAt === undefined) return undefined
  const { clockTolerance, maxLifetime } = tolerances
  // The time of signing is what the signer says it is, so a token can be dated back, but only by so much.
  const isSignedSince = issuedAt !== undefined && issuedAt > revokedAt + clockTolerance
  if (!isSignedSince && now <= revokedAt + maxLifetime + clockTolerance) return undefined
  traffic.add('revoked', now)
  return {
    rule: 'revoked_key_used',
    projectId,
    ...(kid !== undefined && { kid }),
    count: traffic.count('revoked', now),
    text: `Project ${escaped(projectId)}: somebody signed a token with the key ${escaped(kid ?? '')} after you revoked it. It was refused. Ask the customer whether one of their servers still has this key; if none has, it is in the hands of a thief.`,
  }
}

/** Double clicks and the back button replay a token now and then. */
export function replayBurst({ event, projectId, traffic, now }: Refused): Found {
  if (event.reason !== 'token_replayed') return undefined
  traffic.add('replayed', now)
  const count = traffic.count('replayed', now)
  if (count < 20 || count < 0.05 * traffic.tokensInMinute.at(now)) return undefined
  return {
    rule: 'replay_burst',
    projectId,
    count,
    text: `Project ${escaped(projectId)}: ${count} used tokens were sent again within a minute. They were refused. A page that sends one token with several calls does that, and so does who has stolen tokens.`,
  }
}

export function originMismatchBurst({ event, projectId, traffic, now }: Refused): Found {
  if (event.code !== 'origin_not_allowed') return undefined
  traffic.add('mismatched', now)
  if (event.origin !== undefined) traffic.noteOrigin(event.origin)
  const count = traffic.count('mismatched', now)
  if (count < 10) return undefined
  const origins = traffic.takeOrigins()
  const where = origins.length === 0 ? 'without an Origin' : `from ${origins.map(escaped).join(', ')}`
  return {
    rule: 'origin_mismatch_burst',
    projectId,
    count,
    origins,
    text: `Project ${escaped(projectId)}: ${count} good tokens came ${where}, where they may not be used. Add an origin to the project only if it is the customer's.`,
  }
}

/** Too many of the project's tokens are good, and refused all the same. */
export function projectRefused({ projectId, traffic, now }: Seen<unknown>): Found {
  const refused = traffic.count('refused', now)
  if (refused <= 10) return undefined
  const tokens = refused + traffic.accepted.at(now)
  if (tokens < 50 || refused <= 0.2 * tokens) return undefined
  return {
    rule: 'project_refused',
    projectId,
    count: refused,
    text: `Project ${escaped(projectId)}: ${refused} of ${tokens} tokens were refused within five minutes, and its own key had signed them. Look at their reasons: a wrong setting at the customer, most likely.`,
  }
}

/** Before the first token is refused for its time. */
export function clockAhead({ event, projectId, traffic, now, tolerances }: Accepted): Found {
  const { issuedAt } = event
  if (issuedAt === undefined || issuedAt <= now + 0.6 * tolerances.clockTolerance) return undefined
  traffic.add('ahead', now)
  const count = traffic.count('ahead', now)
  const accepted = traffic.accepted.at(now)
  if (accepted < 20 || 2 * count < accepted) return undefined
  const offsets = traffic.offsets()
  const offset = offsets[Math.floor(offsets.length / 2)] ?? 0
  return {
    rule: 'clock_ahead',
    projectId,
    count,
    offset,
    text: `Project ${escaped(projectId)}: the clock that signs its tokens is ahead by about ${offset.toFixed(0)} s. From ${tolerances.clockTolerance} s on they are refused. Tell the customer to set it, or set yours if many projects are ahead.`,
  }
}

export function clockBehind({ projectId, traffic, now }: Accepted): Found {
  const { window } = rules.clock_behind
  const count = traffic.accepted.at(now)
  if (count < 20 || now - traffic.lastYoungAt <= 1.1 * window) return undefined
  const offset = traffic.offsets().at(-1) ?? -youngAge
  return {
    rule: 'clock_behind',
    projectId,
    count,
    offset,
    text: `Project ${escaped(projectId)}: of ${count} tokens within five minutes the youngest was ${(-offset).toFixed(0)} s old. The clock that signs them is behind, or tokens are kept before they are used. Soon they are refused as expired.`,
  }
}

/** The tokens only name the project: anyone can have written them. */
export function timesRefused({ projectId, traffic, now }: Seen<unknown>): Found {
  traffic.add('refusedForTime', now)
  const count = traffic.count('refusedForTime', now)
  const { window } = rules.times_refused
  if (count < 20 || now - traffic.lastAcceptedAt <= window || traffic.acceptedInHour.at(now) < 20)
    return undefined
  return {
    rule: 'times_refused',
    unverifiedProjectId: projectId,
    count,
    text: `${count} tokens that name the project ${escaped(projectId)} were refused for their time within five minutes, and none was accepted. If the project says so, its clock is wrong. Nobody has verified who sent them.`,
  }
}
