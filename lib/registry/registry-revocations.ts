import { StoreError } from '../errors.js'
import { revocationOf } from '../keys/revocation.js'
import { callback, objectWith, seconds } from '../options/kinds.js'
import { optionsReader, type OptionsOf } from '../options/options.js'
import { escaped } from '../options/quoted.js'
import { checkedRevocations, condensed } from '../revocations/condensed.js'
import { EndedSessions } from '../revocations/ended-sessions.js'
import { revocationReader } from '../revocations/requested-revocation.js'
import { acceptedAfterExpiry, type RevocationList } from '../revocations/revocation-list.js'
import type {
  RevocationCause,
  RevocationStore,
  SessionFacts,
  SessionRevocation,
} from '../revocations/revocation-store.js'
import { clock, readClock, type Clock } from '../time/clock.js'
import { answerOf, FollowedStore } from './followed-store.js'
import { sessionEnd } from './operations/session-end.js'
import type { ProjectStore } from './store/project-store.js'

export interface RegistryRevocationsOptions {
  /** The store of the registry: `new PostgresProjectStore({ db, listen })`. */
  readonly store: ProjectStore
  /** Seconds after which it is read again where no message came. Default 10, from 1 to 60. */
  readonly interval?: number
  /** Seconds after which what was read says nothing any more: then each session is answered 503. Default 60, from twice the `interval` to 300. */
  readonly maxStaleness?: number
  /** Epoch seconds. Default: the system's clock. */
  readonly clock?: () => number
  /** Called each time the store cannot be read or watched, for the log. */
  readonly onError?: (error: unknown) => void
}

const readOptions = optionsReader('RegistryRevocations', {
  store: objectWith<ProjectStore>(
    ['revocations', 'endSession', 'find', 'load', 'commit', 'watch'],
    'a project store, such as new PostgresProjectStore({ db })',
  ),
  interval: seconds({ default: 10, min: 1, max: 60 }),
  maxStaleness: seconds({ default: 60, min: 1, max: 300 }),
  clock,
  onError: callback<NonNullable<RegistryRevocationsOptions['onError']>>('that takes an error'),
} satisfies OptionsOf<RegistryRevocationsOptions>)

/** Seconds. Lists of several processes, of which a service asks now one and now another, are nearly of one time. */
const maxListAge = 0.5

const method = 'RegistryRevocations.revoke'
const readRevocation = revocationReader(method)

/**
 * Which sessions have ended, by the registry: those of suspended and deleted projects, of revoked keys, of `endSessions`, and single
 * ones. So `suspendProject`, `deleteProject`, `revokeKey` and `endSessions` end sessions without a further call.
 *
 * Reads when it is made, 100 ms after the store tells of a change, and every `interval` seconds; `isRevoked` only looks into memory.
 * A store that is away changes nothing until what is known is `maxStaleness` old: then `isRevoked` and `list` throw a `StoreError`
 * (503), and go on as soon as it was read again.
 *
 * `revoke` of one session, and all that reads, needs no more than the role `verifier` of `grants()`; `revoke` of a whole project
 * needs the role `registry`, and is in the audit.
 *
 * Keeps no process alive. Throws a TypeError for a wrong option.
 *
 * @example
 * const revocations = new RegistryRevocations({ store, onError: (error) => console.error(error) })
 * await revocations.ready()
 */
export class RegistryRevocations implements RevocationStore {
  private readonly store: ProjectStore
  private readonly clock: Clock
  private readonly ended: EndedSessions
  private readonly followed: FollowedStore
  private current: RevocationList | undefined

  constructor(options: RegistryRevocationsOptions) {
    const { store, interval, maxStaleness, clock, onError } = readOptions(options)
    if (maxStaleness < 2 * interval) {
      throw new TypeError(
        `RegistryRevocations: maxStaleness must be twice the interval, ${2 * interval}, or more: a read may be late, or fail once`,
      )
    }
    this.store = store
    this.clock = clock
    this.ended = new EndedSessions({ maxStaleness, clock })
    this.followed = new FollowedStore(store, { read: () => this.read(), interval, onError })
  }

  isRevoked(session: SessionFacts): boolean {
    return this.ended.isRevoked(session)
  }

  /**
   * Resolves as soon as it is known which sessions have ended. Rejects when it is not, and the read that is under way, or one that is
   * begun now, fails: with a `StoreUnusableError` that says what to do where a right or a table is missing. Later reads go on
   * all the same.
   */
  async ready(): Promise<void> {
    if (!this.ended.isFresh) await this.followed.read()
  }

  /** As it is now, or was half a second ago: whoever is not told of changes by a message asks by this. */
  async list(): Promise<RevocationList> {
    // Where the store is away, what is at hand says by its time how old it is.
    if (!(this.ended.age <= maxListAge)) await this.followed.read().catch(() => undefined)
    this.ended.mustBeFresh()
    return this.current as RevocationList
  }

  /**
   * As `RevocationStore` has it. Throws a `RegistryError` for a project that is not there, and for a `by` or `reason` that the audit
   * cannot take; they are looked at where a whole project is meant. This process knows at once; the others as soon as the store tells them.
   */
  async revoke(revocation: SessionRevocation, cause: RevocationCause): Promise<void> {
    const ending = readRevocation(revocation)
    const { projectId, kid, sessionId } = ending
    if (sessionId !== undefined) await this.endSession(projectId, sessionId, ending.expiresAt)
    else if (kid !== undefined) await this.mustBeRevoked(projectId, kid)
    else await sessionEnd(this.store, () => readClock(this.clock)).endSessions(projectId, cause)
    // It is written. Whether it can be read is told by onError.
    await this.followed.readAgain().catch(() => undefined)
  }

  /** Ends reading and watching, and waits for a read that is under way. What is known stays until it is too old. */
  close(): Promise<void> {
    return this.followed.close()
  }

  private async endSession(projectId: string, sessionId: string, expiresAt: number): Promise<void> {
    const at = readClock(this.clock)
    if (expiresAt <= at - acceptedAfterExpiry) return
    // Whenever it was issued: nothing is known here of its key and its age.
    const facts = { id: sessionId, projectId, kid: '', issuedAt: Infinity }
    if (this.ended.isFresh && this.ended.isRevoked(facts)) return
    await this.store.endSession({ projectId, sessionId, expiresAt, at })
  }

  private async mustBeRevoked(projectId: string, kid: string): Promise<void> {
    const key = (await this.store.find(projectId, kid)) ?? undefined
    if (key !== undefined && revocationOf(key) !== undefined) return
    const reason =
      key === undefined ? 'is not there' : 'is not revoked: its holder would get the next session at once'
    throw new TypeError(
      `${method}: the key ${escaped(kid)} of the project ${escaped(projectId)} ${reason}. Revoke it with revokeKey, which ends its sessions, too.`,
    )
  }

  private async read(): Promise<void> {
    const readSince = performance.now()
    const stored: unknown = await answerOf(() => this.store.revocations())
    try {
      const list = condensed(checkedRevocations(stored))
      this.ended.keep(list, readSince)
      this.current = list
    } catch (error) {
      if (error instanceof StoreError) throw error
      const { message } = error as Error
      throw new Error(
        `RegistryRevocations: what the store says of ended sessions was not taken, because ${message}`,
        { cause: error },
      )
    }
  }
}
