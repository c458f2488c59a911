import { StoreError } from '../../errors.js'
import type { KeySetEvent, Report } from '../../events/read-event.js'
import { fetchJson } from '../../http/fetched-json.js'
import { secondsSince } from '../../time/clock.js'
import { sessionKey, type SessionKey } from '../session-key.js'
import { jwksAddress } from './issuer-metadata.js'
import { keysByKid, type SessionKeySet } from './key-set.js'

interface RemoteKeySetSettings {
  /** Where the set is; undefined: where the metadata of the issuer say. */
  readonly jwksUri: URL | undefined
  readonly issuer: string
  readonly report: (event: Report<KeySetEvent>) => void
}

/** Seconds. */
const renewAfter = 240
const maxAge = 300
const staleIfError = 3_600
/** Between two reads, whatever became of the first: so an unknown kid costs one in so many seconds. */
const cooldown = 30
/** The same where there is no set yet, so that a service which starts before its issuer does not wait for long. */
const cooldownWithoutSet = 1

const documentLimits = { maxBytes: 262_144, timeoutMs: 3_000 }
const maxKeys = 100

/**
 * The keys of an issuer, read from its JWKS (RFC 7517 section 5) when somebody asks, and kept for five minutes.
 *
 * An unknown kid reads the set once in 30 s. While it cannot be read the last one serves for an hour, and what it does not have
 * cannot be told: 503. One read is under way at most. What is no usable signing key is left out, and reported.
 */
export class RemoteKeySet implements SessionKeySet {
  private readonly settings: RemoteKeySetSettings
  private address: URL | undefined
  private keys: ReadonlyMap<string, SessionKey> | undefined
  /** By the monotonic clock, in milliseconds. */
  private readSince = -Infinity
  private triedSince = -Infinity
  private hasFailed = false
  private reading: Promise<void> | undefined

  constructor(settings: RemoteKeySetSettings) {
    this.settings = settings
    this.address = settings.jwksUri
  }

  async ready(): Promise<void> {
    if (this.keys === undefined) await this.read()
  }

  find(kid: string): SessionKey | undefined | Promise<SessionKey | undefined> {
    const age = secondsSince(this.readSince)
    const known = this.keys?.get(kid)
    if (known === undefined || age > staleIfError) return this.findAnew(kid)
    if (age > renewAfter) {
      const reading = this.readIfRested()
      // Dropped keys are refused after five minutes, as long as the set can be read.
      if (age > maxAge && reading !== undefined && !this.hasFailed) return this.findAfter(reading, kid)
    }
    return known
  }

  private findAnew(kid: string): SessionKey | undefined | Promise<SessionKey | undefined> {
    const reading = this.readIfRested()
    return reading === undefined ? this.told(kid) : this.findAfter(reading, kid)
  }

  private async findAfter(reading: Promise<void>, kid: string): Promise<SessionKey | undefined> {
    await reading.catch(() => undefined)
    return this.told(kid)
  }

  /** What the set at hand says, if it may still say anything. */
  private told(kid: string): SessionKey | undefined {
    const isFresh = secondsSince(this.readSince) <= staleIfError
    const known = isFresh ? this.keys?.get(kid) : undefined
    if (known === undefined && (this.hasFailed || !isFresh)) {
      throw new StoreError('store_unavailable', {
        cause: 'the key set of the issuer cannot be read',
        reason: 'key_set_failed',
      })
    }
    return known
  }

  private readIfRested(): Promise<void> | undefined {
    if (this.reading !== undefined) return this.reading
    const rest = this.keys === undefined ? cooldownWithoutSet : cooldown
    return secondsSince(this.triedSince) < rest ? undefined : this.read()
  }

  private read(): Promise<void> {
    if (this.reading === undefined) {
      this.triedSince = performance.now()
      this.reading = this.readOnce(this.triedSince).finally(() => {
        this.reading = undefined
      })
      // Whoever waits hears of it, and so does who listens to events.
      this.reading.catch(() => undefined)
    }
    return this.reading
  }

  private async readOnce(begun: number): Promise<void> {
    const { issuer, report } = this.settings
    try {
      this.address ??= await jwksAddress(issuer, documentLimits)
      const { keys: given } = await fetchJson(this.address, documentLimits)
      if (!Array.isArray(given)) throw new Error('The key set of the issuer has no keys')
      const keys = keysByKid(usableKeys(given as unknown[]))
      if (keys.size === 0) throw new Error('The key set of the issuer has no usable key')
      this.keys = keys
      this.readSince = begun
      this.hasFailed = false
      report({ type: 'key_set.read', keys: keys.size, dropped: given.length - keys.size })
    } catch (cause) {
      this.hasFailed = true
      // It may have moved.
      this.address = this.settings.jwksUri
      report({ type: 'key_set.failed', cause: cause instanceof Error ? cause.message : String(cause) })
      throw new StoreError('store_unavailable', { cause, reason: 'key_set_failed' })
    }
  }
}

/** A set may have keys for other uses, and of kinds that are not known here. */
function usableKeys(given: readonly unknown[]): SessionKey[] {
  return given.slice(0, maxKeys).flatMap((jwk) => {
    try {
      return [sessionKey(jwk)]
    } catch {
      return []
    }
  })
}
