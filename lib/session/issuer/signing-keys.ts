import { StoreError } from '../../errors.js'
import { secondsSince } from '../../time/clock.js'
import { within } from '../../time/time-limit.js'
import type { SessionKey } from '../session-key.js'
import { keysByKid, type SessionKeySet } from '../verifier/key-set.js'
import { readSigningKey, type SigningKey, type SigningKeyInput } from './signing-key.js'

export type SigningKeysInput =
  readonly SigningKeyInput[] | (() => readonly SigningKeyInput[] | Promise<readonly SigningKeyInput[]>)

/** Seconds after which a function is asked again. */
const renewAfter = 60
/** Seconds for which the last good set signs while the function fails. */
const staleIfError = 660
/** Between two calls of a function that failed. */
const cooldown = 5
const timeoutMs = 5_000

interface KeySetOfIssuer {
  readonly current: SigningKey
  readonly byKid: ReadonlyMap<string, SigningKey>
}

interface ReadKey {
  readonly input: SigningKeyInput
  readonly key: SigningKey
}

/** The keys of an issuer: those it was given, or those that a function says each minute. */
export class SigningKeys implements SessionKeySet {
  private readonly load: (() => unknown) | undefined
  private readonly report: (cause: unknown) => void
  private set: KeySetOfIssuer | undefined
  private inputs: ReadonlyMap<unknown, ReadKey> = new Map()
  /** By the monotonic clock, in milliseconds. */
  private loadedSince = -Infinity
  private triedSince = -Infinity
  private hasFailed = false
  private loading: Promise<void> | undefined

  /** Throws a TypeError for a list that cannot be used. `report` hears why a function gave no keys. */
  constructor(given: SigningKeysInput, report: (cause: unknown) => void) {
    this.report = report
    if (typeof given === 'function') this.load = given
    else this.set = this.setOf(given)
  }

  /** The keys to go by. Throws a StoreError when there are none. */
  async atHand(): Promise<KeySetOfIssuer> {
    const { load } = this
    if (load !== undefined && secondsSince(this.loadedSince) > renewAfter) {
      if (this.loading === undefined && secondsSince(this.triedSince) > cooldown) this.renew(load)
      // A rotation shall not make anybody wait for long, and a dead secret store nobody.
      if (!this.hasFailed || !this.isUsable) await this.loading?.catch(() => undefined)
    }
    if (this.set !== undefined && this.isUsable) return this.set
    throw new StoreError('store_unavailable', {
      cause: 'the function signingKeys gave no keys',
      reason: 'signer_failed',
    })
  }

  find(kid: string): SessionKey | undefined | Promise<SessionKey | undefined> {
    if (this.load === undefined) return this.set?.byKid.get(kid)
    return this.atHand().then(({ byKid }) => byKid.get(kid))
  }

  async ready(): Promise<void> {
    await this.atHand()
  }

  private get isUsable(): boolean {
    return (
      this.set !== undefined && (this.load === undefined || secondsSince(this.loadedSince) <= staleIfError)
    )
  }

  private renew(load: () => unknown): void {
    const begun = performance.now()
    this.triedSince = begun
    // In a function of its own: what is thrown at once is a failure like any other.
    const given = (async () => await load())()
    this.loading = within(timeoutMs, given, `the function signingKeys gave no keys within ${timeoutMs} ms`)
      .then((given) => {
        this.set = this.setOf(given)
        this.loadedSince = begun
        this.hasFailed = false
      })
      .catch((cause: unknown) => {
        this.hasFailed = true
        // From its end on, or one that hangs would never rest.
        this.triedSince = performance.now()
        this.report(cause)
        throw cause
      })
      .finally(() => {
        this.loading = undefined
      })
    this.loading.catch(() => undefined)
  }

  private setOf(given: unknown): KeySetOfIssuer {
    if (!Array.isArray(given) || given.length === 0)
      throw new TypeError('signingKeys must be a list of keys, or a function that returns one')
    const inputs = new Map<unknown, ReadKey>()
    const keys = (given as SigningKeyInput[]).map((input) => {
      const key = this.keyOf(input)
      inputs.set(input.privateKey, { input, key })
      return key
    })
    this.inputs = inputs
    const byKid = keysByKid(keys) as ReadonlyMap<string, SigningKey>
    if (byKid.size !== keys.length)
      throw new TypeError('signingKeys: two keys have one kid; give each a kid of its own')
    const [current, another] = keys.filter(({ state }) => state === 'current')
    if (current === undefined || another !== undefined)
      throw new TypeError(
        "signingKeys: exactly one key must be current; say state: 'next' or 'previous' of the others",
      )
    return { current, byKid }
  }

  /** A key that is given again is not read again, nor does a remote signer have to prove again what it is. */
  private keyOf(input: SigningKeyInput | undefined): SigningKey {
    const { privateKey } = input ?? {}
    const known = privateKey === undefined ? undefined : this.inputs.get(privateKey)
    return known !== undefined && isSame(known.input, input ?? {}) ? known.key : readSigningKey(input)
  }
}

function isSame(one: SigningKeyInput, other: SigningKeyInput): boolean {
  const namesOf = ({ kid, alg, state, publicJwk }: SigningKeyInput) =>
    JSON.stringify([kid, alg, state, publicJwk])
  return namesOf(one) === namesOf(other)
}
