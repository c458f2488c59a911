/**
 * The latest calls, for everybody who opens the platform's front page:
 *
 *     [{ "time": 1790000000, "outcome": "refused", "code": "token_replayed" }, ...]
 *
 * Only what each caller was told. Not the true reason: whoever sent a token with a kid could read here whether there is such a key.
 * Neither projects nor origins, which would be a list of customers; nor ids, by which customers ask for support. All that is in the
 * console. It is asked for again and again instead of being held open, so strangers keep no connections.
 */
import type { EventFeed } from './event-feed.js'

export interface RecentCall {
  /** Whole epoch seconds. */
  readonly time: number
  readonly outcome: string
  readonly code?: string | undefined
}

const shown = 10
const outcomes = ['accepted', 'refused', 'unavailable']

/** The newest first. */
export function recentCalls(feed: EventFeed): RecentCall[] {
  const calls = feed.all().entries.filter(({ event }) => outcomes.includes(event.type))
  return calls
    .slice(-shown)
    .toReversed()
    .map(({ event: { time, type, code } }) => ({ time: Math.floor(time), outcome: type, code }))
}
