/** Which events of the platform a console shows, and how much of each kind. */
import type { AnyEvent } from 'reverse-jwt/observe'

/** An event as it is. What a caller chose in it is as the caller wrote it: whoever shows it, shows it as text. */
export interface ObservedEvent extends AnyEvent {
  readonly id: string
  readonly time: number
  readonly projectId?: string
  readonly unverifiedProjectId?: string
  readonly code?: string
  readonly reason?: string
}

/** Kept apart, so that much of one pushes out nothing of another: strangers can cause as many as they like of `unverified`. */
export type EventGroup = 'accepted' | 'verified' | 'unverified' | 'alerts' | 'unverifiedAlerts'

/** How many of each group are kept. */
export const keptOf: Readonly<Record<EventGroup, number>> = {
  accepted: 60,
  verified: 100,
  unverified: 60,
  alerts: 40,
  unverifiedAlerts: 20,
}

/** Undefined: not for a console, such as a read that went well. */
export function groupOf({ type, projectId, unverifiedProjectId }: ObservedEvent): EventGroup | undefined {
  switch (type) {
    case 'accepted':
    case 'session.issued':
      return 'accepted'
    case 'refused':
    case 'unavailable':
      return projectId === undefined ? 'unverified' : 'verified'
    case 'session.revoked':
    case 'session.failed':
    case 'signing_keys.failed':
    case 'key_set.failed':
    case 'revocations.failed':
      return 'verified'
    case 'alert.raised':
    case 'alert.ended':
      return unverifiedProjectId === undefined ? 'alerts' : 'unverifiedAlerts'
    default:
      return undefined
  }
}
