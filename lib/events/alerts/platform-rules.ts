import type { OutageReason } from '../../http/refusals.js'
import type { ObservedEvent } from '../observed-event.js'
import type { Finding } from './active-alerts.js'
import { SlidingCount } from './sliding-count.js'

/** One project's own share, or its own host, or a moment with too many at once: no store is away. */
const ownFault: ReadonlySet<OutageReason> = new Set<OutageReason>([
  'busy',
  'replay_project_rate',
  'project_key_set_failed',
])

const maxListAge = 45

/** What is about no single project. */
export class PlatformRules {
  private readonly outages = new SlidingCount(10)
  private readonly outagesInWindow = new SlidingCount(30)
  /** Without those that were refused: anyone can send as many of them as hide an outage among them. */
  private readonly notRefused = new SlidingCount(30)
  private readonly unknownKeys = new SlidingCount(60)

  see(event: ObservedEvent, now: number): Finding | undefined {
    switch (event.type) {
      case 'accepted':
        this.notRefused.add(now)
        return undefined
      case 'refused':
        return event.reason === 'key_unknown' ? this.probing(now) : undefined
      case 'unavailable':
        this.notRefused.add(now)
        return ownFault.has(event.reason) ? undefined : this.storeUnavailable(now, event.reason)
      case 'session.failed':
        return this.storeUnavailable(now, event.reason)
      case 'revocations.failed':
        return event.age !== undefined && event.age > maxListAge ? revocationsStale(event.age) : undefined
      default:
        return undefined
    }
  }

  private storeUnavailable(now: number, reason: OutageReason): Finding | undefined {
    this.outages.add(now)
    this.outagesInWindow.add(now)
    const count = this.outagesInWindow.at(now)
    const calls = this.notRefused.at(now)
    const isMany = calls >= 1_000 && count >= 0.01 * calls
    if (this.outages.at(now) < 5 && !isMany) return undefined
    return {
      rule: 'store_unavailable',
      count,
      text: `${count} calls were answered with 503 within half a minute, the last one for ${reason}. Tokens cannot be checked; nobody is let in. Look at the store and at its network.`,
    }
  }

  private probing(now: number): Finding | undefined {
    this.unknownKeys.add(now)
    const count = this.unknownKeys.at(now)
    if (count < 300) return undefined
    return {
      rule: 'probing',
      count,
      text: `${count} tokens within a minute named keys that do not exist. They were refused. Somebody tries names, or a customer signs with a key that was never registered.`,
    }
  }
}

function revocationsStale(age: number): Finding {
  return {
    rule: 'revocations_stale',
    count: 1,
    text: `The list of ended sessions is ${age.toFixed(0)} s old and cannot be read. Sessions that were ended since then still pass here; when the list is too old, calls are answered with 503. Look at the address of the list and at what it answers.`,
  }
}
