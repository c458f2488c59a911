/** What became of a read of what has ended, by who verifies sessions. */
export type RevocationsEvent = RevocationsReadEvent | RevocationsFailedEvent

export interface RevocationsReadEvent {
  readonly type: 'revocations.read'
  /** A UUID. */
  readonly id: string
  /** Epoch seconds. */
  readonly time: number
  /** Of the list before, in seconds. Absent: there was none. */
  readonly age?: number
  /** Of the new list. */
  readonly entries: number
}

export interface RevocationsFailedEvent {
  readonly type: 'revocations.failed'
  readonly id: string
  readonly time: number
  /** Of the list that is there, in seconds. Absent: there is none. */
  readonly age?: number
  /** In words. */
  readonly cause: string
}

/**
 * What became of a read of a key set: of the issuer's, by who verifies sessions, or of the set that the customer of a project hosts,
 * by a `JwksKeyStore` or by `refreshKeySets`. The latter has a `projectId`.
 */
export type KeySetEvent = KeySetReadEvent | KeySetFailedEvent

export interface KeySetReadEvent {
  readonly type: 'key_set.read'
  readonly id: string
  readonly time: number
  /** Whose set it is. Absent: the issuer's. */
  readonly projectId?: string
  /** Keys that can be used. */
  readonly keys: number
  /** Entries of the set that cannot be used. */
  readonly dropped: number
  /** Of a project's set: up to 20 of them, published private keys first. */
  readonly droppedKeys?: readonly DroppedKey[]
  /**
   * Of a project's set: the kids that this process has not seen in it before; by `refreshKeySets` those that were not in it when it was read
   * last.
   */
  readonly newKids?: readonly string[]
}

/** An entry of a project's set that cannot be used. Nothing of the key itself is in it. */
export interface DroppedKey {
  /** As the entry says it, cut at 256 characters: the customer wrote it. Absent where it has none. */
  readonly kid?: string
  readonly reason: DroppedKeyReason
}

/**
 * Why a key of a project's set is not used.
 *
 * `private`: its private half stands there for all to read. `symmetric`: a shared secret does. `duplicate_kid`: two entries have this
 * kid. `other_material`: the kid stood for another key before. `not_admitted`: it is no key that `admitProjectKey` takes, or is for
 * another use. `too_many`: the set has more keys than are read, or the project has had 1,000 kids.
 */
export type DroppedKeyReason =
  'private' | 'symmetric' | 'duplicate_kid' | 'other_material' | 'not_admitted' | 'too_many'

export interface KeySetFailedEvent {
  readonly type: 'key_set.failed'
  readonly id: string
  readonly time: number
  /** Whose set it is. Absent: the issuer's. */
  readonly projectId?: string
  /** In words. */
  readonly cause: string
}

/** One of them, as it is reported where it happens: who passes it on knows what time it is. */
export type Report<Event> = Event extends unknown ? Omit<Event, 'id' | 'time'> : never
