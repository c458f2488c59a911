import { StoreError } from '../errors.js'
import { eventListeners } from '../events/listeners.js'
import { objectWith, required, text } from '../options/kinds.js'
import { optionsReader, type OptionsOf } from '../options/options.js'
import { clock, readClock } from '../time/clock.js'
import type { ProjectKeyPair } from '../jwk/generate.js'
import { announced, type RegistryChangedEvent, type RegistryEventListener } from './announced-changes.js'
import { keyGeneration, type GenerateKeyOptions } from './operations/generation.js'
import type { RegistryChangeOptions } from './operations/method-options.js'
import { projectChanges, type RegistryReasonOptions } from './operations/projects.js'
import {
  queries,
  type AuditPage,
  type AuditQuery,
  type HostedKeyPage,
  type KeyPage,
  type KeyQuery,
  type ProjectPage,
  type ProjectQuery,
} from './operations/queries.js'
import { refusals, type RefusalQuery, type RefusalView } from './operations/refusals.js'
import {
  keyRegistration,
  type ConfirmKeyOptions,
  type KeyRegistration,
  type RegisterKeyOptions,
} from './operations/registration.js'
import { keyRevocation, type KeyRevocation, type RevokeKeyOptions } from './operations/revocation.js'
import { keyRotation, type KeyRotation, type RotateKeyOptions } from './operations/rotation.js'
import {
  keySetChanges,
  type ConfirmKeySetOptions,
  type KeySetConfirmation,
  type KeySetRegistration,
  type RegisterKeySetOptions,
} from './operations/key-sets.js'
import { keySetReader, keySetRules, type KeySetReadOptions } from './key-set-reader.js'
import { challengeLifetime } from './rules/possession.js'
import { sessionEnd } from './operations/session-end.js'
import type { NewProject, ProjectUpdate } from './rules/project-settings.js'
import type { ProjectStore } from './store/project-store.js'
import type { KeyView, ProjectView } from './store/views.js'

export interface RegistryOptions {
  /** Where projects and keys are kept: `new PostgresProjectStore({ db })`, `new MemoryProjectStore()`. */
  readonly store: ProjectStore
  /** The platform's name, as the verifier has it: `aud` of every proof, or one that was made for another platform would do. */
  readonly audience: string
  /**
   * Seconds for which the challenge of a registered key, or key set, can be answered. Default 86,400 (a day), at most 604,800
   * (7 days). The key counts as live so long.
   */
  readonly challengeLifetime?: number
  /** How the sets of customers are read who host their keys: what you give to `JwksKeyStore`. */
  readonly keySets?: KeySetReadOptions
  /** Epoch seconds. Default: the system's clock. */
  readonly clock?: () => number
  /**
   * Told of each change whose write was answered: one listener, or a list of them. Must not throw; what it returns is not waited
   * for. It may be that of a verifier, which then has both kinds of events. Whoever must not miss one reads `listAudit`.
   */
  readonly onEvent?: RegistryEventListener | readonly RegistryEventListener[]
}

/**
 * The life of projects and keys. Each method either makes its whole change, with its record in the audit, or none.
 *
 * Every method throws a `RegistryError`, which says what is wrong and what to do, a `StoreError` (503) when the store cannot be
 * asked right now, or a `StoreUnusableError` (500) when it cannot be asked until somebody changes something, such as the rights
 * of a role. After the latter two it is unknown whether the change was made. All that change something take `by`: who changes,
 * for the audit.
 */
export interface Registry {
  /** Makes a project. Throws `project_exists` for an id that is, or was, in use. */
  createProject(project: NewProject, options: RegistryChangeOptions): Promise<ProjectView>
  /** Sets members of a project; null takes one away. */
  updateProject(
    projectId: string,
    changes: ProjectUpdate,
    options: RegistryChangeOptions,
  ): Promise<ProjectView>
  /** Its tokens are refused with `project_suspended` until `resumeProject`. Its sessions end, for good. */
  suspendProject(projectId: string, options: RegistryReasonOptions): Promise<ProjectView>
  /** The sessions from before stay ended. */
  resumeProject(projectId: string, options: RegistryChangeOptions): Promise<ProjectView>
  /** Final: its id and its keys are never accepted again. Of its settings nothing is kept but what the audit says. */
  deleteProject(projectId: string, options: RegistryReasonOptions): Promise<void>
  /**
   * Ends all sessions of a project that were issued up to now, and for the 10 seconds by which a clock may be ahead: pages get
   * new ones. Who verifies sessions must know of it: see `RegistryRevocations`.
   */
  endSessions(projectId: string, options: RegistryReasonOptions): Promise<ProjectView>

  /**
   * Makes a pair. The private half is in the answer, this one time, and nowhere else. Throws `too_many_keys` when ten keys of
   * the project are live, or a hundred were made within a day; so do `registerKey` and `rotateKey`.
   */
  generateKey(projectId: string, options: GenerateKeyOptions): Promise<ProjectKeyPair>
  /**
   * Takes a public key that the customer made, and answers with a challenge, good for `challengeLifetime` and for one proof. The
   * key is `pending` until `confirmKey`. The same call again makes a new challenge, and the older one worthless: to challenge a
   * pending key anew, give `jwk`, `replaces` and `overlap` as `listKeys` has them. The challenge is in this answer alone.
   */
  registerKey(projectId: string, options: RegisterKeyOptions): Promise<KeyRegistration>
  /**
   * Activates a registered key, given the proof that the customer holds its private half. Throws `proof_invalid`,
   * `challenge_expired`, `challenge_used`, and `key_exists` when the key is, or was, active in any project.
   */
  confirmKey(projectId: string, options: ConfirmKeyOptions): Promise<KeyView>
  /**
   * Makes a pair in place of an active key, which stays good for `overlap`. With an `idempotencyKey` the call can be repeated:
   * it rotates once. A repeated answer has no private half; if the first answer was lost, revoke the new key and rotate again.
   */
  rotateKey(projectId: string, options: RotateKeyOptions): Promise<KeyRotation>
  /**
   * Ends a key and its sessions at once, and it cannot begin again. A key that is revoked already stays as it is. It is one step, which other
   * changes cannot turn away and no limit holds up, however many keys the project has had. Where the project has the same pair under further
   * kids, registered or in its set, these end after it, each with its own record in the audit. After an error, call again: it goes on with
   * what is left.
   *
   * So does it with a key that the customer hosts, whatever their set says from then on. While a project has a set any kid can be revoked,
   * also one that nobody has seen: its answer then has no `publicJwk`. Throws `too_many_keys` when 2,000 kids are kept of the project.
   */
  revokeKey(projectId: string, options: RevokeKeyOptions): Promise<KeyRevocation>

  /**
   * Takes the address at which the customer hosts the public keys, and answers with a challenge, as `registerKey` does: whoever holds
   * the private half of one of the keys there answers it. Nothing is read yet. The keys count from `confirmKeySet` on; until then those
   * of the address before it do. Throws `request_invalid` for an address that is not allowed; where its name leads to is looked at when it
   * is read.
   *
   * Two projects may have one address. It gives nobody a token of another project: a token names the project that it is for.
   */
  registerKeySet(projectId: string, options: RegisterKeySetOptions): Promise<KeySetRegistration>
  /**
   * Reads the set, once, and checks that one of its keys has signed the proof. From then on every key of it signs for the project,
   * whatever is published there later. Throws `proof_invalid`, `challenge_expired`, `challenge_used`, `key_set_not_found`,
   * `key_set_unreadable`, and `too_many_keys` when the project has had 1,000 kids.
   */
  confirmKeySet(projectId: string, options: ConfirmKeySetOptions): Promise<KeySetConfirmation>
  /** The keys of the set are refused at once, and all sessions of the project end. Takes a registration away, too. */
  removeKeySet(projectId: string, options: RegistryReasonOptions): Promise<ProjectView>

  getProject(projectId: string): Promise<ProjectView>
  /** In the order of their ids. */
  listProjects(query?: ProjectQuery): Promise<ProjectPage>
  /**
   * Every key that the project has had, page by page, the oldest first. Registrations that nobody confirmed in time are left
   * out once the project has changed.
   */
  listKeys(projectId: string, query?: KeyQuery): Promise<KeyPage>
  /**
   * Every kid that the set of a project ever had, as it was read last, page by page, the oldest first; see `refreshKeySets`. They are not
   * among those of `listKeys`.
   */
  listHostedKeys(projectId: string, query?: KeyQuery): Promise<HostedKeyPage>
  /** The newest first; those of deleted projects, too. */
  listAudit(query?: AuditQuery): Promise<AuditPage>
  /**
   * Why a call was refused, by the `instance` of its answer, with `urn:uuid:` or without, and what to do about it: what `recordEvents` has
   * kept. With a `projectId` only what is about that project, and what it may know: for the customer's own console. Throws
   * `refusal_not_found` for what is about another, and for what was counted, not kept.
   */
  getRefusal(id: string, query?: RefusalQuery): Promise<RefusalView>
}

const readOptions = optionsReader('createRegistry', {
  store: objectWith<ProjectStore>('commit', 'a project store, such as new PostgresProjectStore({ db })'),
  audience: required(
    text({ fits: (name) => name !== '', what: "the platform's name, as the verifier has it" }),
    "the platform's name, as the verifier has it",
  ),
  challengeLifetime,
  keySets: keySetRules,
  clock,
  onEvent: eventListeners<RegistryChangedEvent>(),
} satisfies OptionsOf<RegistryOptions>)

/**
 * Manages projects and keys over a store. Throws a TypeError for a wrong option.
 *
 * Checks everything that it is given, who may have a key included. Does not check who calls: that is for you to authorize.
 *
 * @example
 * const registry = createRegistry({ store: new MemoryProjectStore(), audience: 'https://platform.example' })
 * const by = 'ops@platform.example'
 * await registry.createProject({ id: 'shop', allowedOrigins: ['https://shop.example'] }, { by })
 * const { kid, privateKey } = await registry.generateKey('shop', { by })
 * await registry.rotateKey('shop', { kid, by })
 * await registry.revokeKey('shop', { kid, reason: 'exposed', by })
 */
export function createRegistry(options: RegistryOptions): Registry {
  const { audience, challengeLifetime, keySets, clock, onEvent, ...given } = readOptions(options)
  const store = announced(given.store, onEvent)
  const now = () => {
    try {
      return readClock(clock)
    } catch (error) {
      const description =
        'createRegistry: the option clock does not say what time it is. Nothing was changed.'
      throw new StoreError('store_unavailable', { description, cause: (error as StoreError).cause })
    }
  }
  return {
    ...projectChanges(store, now),
    ...keyGeneration(store, now),
    ...keyRegistration(store, { audience, challengeLifetime }, now),
    ...keyRotation(store, now),
    ...keyRevocation(store, now),
    ...keySetChanges(
      store,
      { audience, challengeLifetime, readKeySet: keySetReader(keySets), ports: keySets.ports },
      now,
    ),
    ...sessionEnd(store, now),
    ...queries(store, now),
    ...refusals(store),
  }
}
