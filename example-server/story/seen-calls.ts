/**
 * What the platform saw of a call, with the true reason: its event.
 *
 * Only a demo can have this, in which one process runs both sides. A platform shows its events to nobody but its operators: by the true
 * reason whoever sends a made-up token learns whether there is such a key. Here each visitor of Demo Shop reads of calls with tokens of
 * Demo Shop, and only of those whose random id they know, which is in the token or in the answer.
 */
import type { EventFeed } from '../console/calls/event-feed.js'
import type { ObservedEvent } from '../console/calls/observed-events.js'

/** One of them: of the event, which the answer to a refused call has as its `instance`, or of the token. */
export interface CallName {
  readonly id?: string | undefined
  readonly jti?: string | undefined
}

/** The feed has an event within half a second. */
const waitMs = 3_000
/** Who comes while so many wait is told at once that there is none. */
const maxWaiting = 50

const outcomes = ['accepted', 'refused', 'unavailable']

export class SeenCalls {
  private readonly feed: EventFeed
  private readonly projectId: string
  private waiting = 0

  constructor(feed: EventFeed, projectId: string) {
    this.feed = feed
    this.projectId = projectId
  }

  /** The latest event of this call, also when it comes within seconds. Undefined: there is none. The feed lists a part of many. */
  find(name: CallName): Promise<ObservedEvent | undefined> {
    const found = this.listed(name)
    const isNamed = (name.id ?? name.jti) !== undefined
    if (found !== undefined || !isNamed || this.waiting >= maxWaiting) return Promise.resolve(found)
    this.waiting++
    return new Promise((resolve) => {
      const end = (event: ObservedEvent | undefined) => {
        clearTimeout(timer)
        stopListening()
        this.waiting--
        resolve(event)
      }
      const timer = setTimeout(() => {
        end(undefined)
      }, waitMs).unref()
      const stopListening = this.feed.listen(() => {
        const event = this.listed(name)
        if (event !== undefined) end(event)
      })
    })
  }

  private listed({ id, jti }: CallName): ObservedEvent | undefined {
    const isIt = (event: ObservedEvent & { readonly jti?: string }) =>
      outcomes.includes(event.type) &&
      (event.projectId ?? event.unverifiedProjectId) === this.projectId &&
      (id === undefined ? jti !== undefined && event.jti === jti : event.id === id)
    return this.feed.all().entries.findLast(({ event }) => isIt(event))?.event
  }
}
