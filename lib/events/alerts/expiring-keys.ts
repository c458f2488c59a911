import { LRUCache } from 'lru-cache'
import { escaped } from '../../options/quoted.js'
import { projectPrefix } from '../../protocol.js'
import type { ExpiringKey, ExpiringKeySource } from '../../types.js'
import type { VerifierAcceptedEvent } from '../verifier-event.js'
import type { Finding } from './active-alerts.js'

export const day = 86_400
export const warnBefore = 7 * day
/** Seconds between two reads of the store. */
const readInterval = 600
const maxKeys = 10_000

/**
 * Keys that are in use and end soon, where the project has no other one that goes on. The store knows; it is asked when a token of
 * a key that ends soon was accepted, once in ten minutes at most, and nobody waits for it.
 */
export class ExpiringKeys {
  private readonly store: ExpiringKeySource
  private readonly raise: (finding: Finding) => void
  /** When each key that ends soon was used last. */
  private readonly uses = new LRUCache<string, number>({ max: maxKeys })
  private askedAt = -Infinity

  constructor(store: ExpiringKeySource, raise: (finding: Finding) => void) {
    this.store = store
    this.raise = raise
  }

  see({ keyNotAfter, projectId, kid }: VerifierAcceptedEvent, now: number): void {
    if (keyNotAfter === undefined || keyNotAfter > now + warnBefore) return
    this.uses.set(projectPrefix(projectId) + kid, now)
    if (Math.abs(now - this.askedAt) < readInterval) return
    this.askedAt = now
    // That the store is away is reported by the verifications that need it.
    this.ask(now).catch(() => undefined)
  }

  private async ask(now: number): Promise<void> {
    for (const key of await this.store.expiringKeys(now + warnBefore)) {
      const usedAt = this.uses.get(projectPrefix(key.projectId) + key.kid)
      if (usedAt !== undefined && usedAt > now - day) this.raise(expiring(key, now))
    }
  }
}

function expiring({ projectId, kid, notAfter }: ExpiringKey, now: number): Finding {
  const hours = Math.max(0, (notAfter - now) / 3_600)
  const left = hours < 48 ? `${hours.toFixed(0)} hours` : `${(hours / 24).toFixed(0)} days`
  return {
    rule: 'key_near_expiry',
    ...(notAfter <= now + day && { severity: 'critical' }),
    projectId,
    kid,
    count: 1,
    text: `Project ${escaped(projectId)}: its key ${escaped(kid)} ends in ${left}, it is in use, and there is no other one. Tell the customer to register its successor now, or all of its tokens are refused then.`,
  }
}
