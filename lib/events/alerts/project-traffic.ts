import type { VerifierAcceptedEvent, VerifierRefusedEvent } from '../verifier-event.js'
import { SlidingCount } from './sliding-count.js'

/** A token that is older than this many seconds was not signed for the call. */
export const youngAge = 30

const maxOffsets = 20
const maxRecentTokens = 32
const maxOrigins = 3

/** What is counted only where it happens; most projects have nothing of it. With the seconds over which it is counted. */
const rareWindows = {
  replayed: 60,
  refused: 300,
  mismatched: 300,
  ahead: 300,
  revoked: 300,
  refusedForTime: 300,
}

/**
 * What the tokens of one project have met lately. Verified ones, but for `refusedForTime`: those tokens only name the project.
 */
export class ProjectTraffic {
  /** Good tokens, and those that were refused after their signature was verified. */
  readonly tokensInMinute = new SlidingCount(60)
  readonly accepted = new SlidingCount(300)
  readonly acceptedInHour = new SlidingCount(3_600)
  lastAcceptedAt = -Infinity
  lastYoungAt = -Infinity

  private readonly rare = new Map<string, SlidingCount>()
  private readonly lastOffsets: number[] = []
  private nextOffset = 0
  private recentTokens: Set<string> | undefined
  private origins: Set<string> | undefined

  accept({ issuedAt }: VerifierAcceptedEvent, now: number): void {
    this.tokensInMinute.add(now)
    this.accepted.add(now)
    this.acceptedInHour.add(now)
    this.lastAcceptedAt = now
    // A token that does not say its age is not known to be old.
    if (issuedAt === undefined || now - issuedAt <= youngAge) this.lastYoungAt = now
    if (issuedAt === undefined) return
    this.lastOffsets[this.nextOffset] = issuedAt - now
    this.nextOffset = (this.nextOffset + 1) % maxOffsets
  }

  /** A token whose signature is good. One that is sent again and again is one token. */
  refuse({ jti = '', reason }: VerifierRefusedEvent, now: number): void {
    this.tokensInMinute.add(now)
    if (reason === 'token_replayed') return
    const recent = (this.recentTokens ??= new Set())
    if (recent.has(jti)) return
    recent.add(jti)
    if (recent.size > maxRecentTokens) recent.delete(recent.values().next().value ?? '')
    this.add('refused', now)
  }

  add(what: keyof typeof rareWindows, now: number): void {
    let count = this.rare.get(what)
    if (count === undefined) this.rare.set(what, (count = new SlidingCount(rareWindows[what])))
    count.add(now)
  }

  count(what: keyof typeof rareWindows, now: number): number {
    return this.rare.get(what)?.at(now) ?? 0
  }

  /** The first three since somebody asked. */
  noteOrigin(origin: string): void {
    const origins = (this.origins ??= new Set())
    if (origins.size < maxOrigins) origins.add(origin)
  }

  takeOrigins(): string[] {
    const taken = Array.from(this.origins ?? [])
    this.origins = undefined
    return taken
  }

  /** By how many seconds the clock of the signer was ahead, of the last accepted tokens, in rising order; below zero: their age. */
  offsets(): Float64Array {
    return Float64Array.from(this.lastOffsets).sort()
  }
}
