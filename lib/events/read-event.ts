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

/** What became of a read of the key set of an issuer, by who verifies sessions. */
export type KeySetEvent = KeySetReadEvent | KeySetFailedEvent

export interface KeySetReadEvent {
  readonly type: 'key_set.read'
  readonly id: string
  readonly time: number
  readonly keys: number
  /** Entries of the set that cannot be used. */
  readonly dropped: number
}

export interface KeySetFailedEvent {
  readonly type: 'key_set.failed'
  readonly id: string
  readonly time: number
  /** In words. */
  readonly cause: string
}

/** One of them, as it is reported where it happens: who passes it on knows what time it is. */
export type Report<Event> = Event extends unknown ? Omit<Event, 'id' | 'time'> : never
