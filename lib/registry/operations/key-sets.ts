import { keySetAddress } from '../../keys/jwks/address-rules.js'
import { unchecked } from '../../options/kinds.js'
import type { Option, OptionsOf } from '../../options/options.js'
import { inAscii } from '../../options/quoted.js'
import type { Clock } from '../../time/clock.js'
import type { DroppedKey } from '../../events/read-event.js'
import type { KeySetChallenge } from '../../types.js'
import { RegistryError } from '../registry-error.js'
import { changesOf, noKeySet, requirePendingSet, tooManyKids, type HostedKey } from '../rules/key-sets.js'
import { checkSetProof, newChallenge } from '../rules/possession.js'
import { withoutSessions } from '../rules/sessions-before.js'
import { KeySetFault, type KeySetReader, type ReadKeySet } from '../key-set-reader.js'
import type { DueKeySet, ProjectStore } from '../store/project-store.js'
import { without, type HostedKeyRecord, type KeySetRecord, type StoredProject } from '../store/records.js'
import { hostedKeyView, projectView, type HostedKeyView, type ProjectView } from '../store/views.js'
import { change, existing } from './change.js'
import { earlierRevocations } from './earlier-revocations.js'
import { projectChangeReader, type RegistryChangeOptions } from './method-options.js'
import { reasonOption, type RegistryReasonOptions } from './projects.js'
import type { KeyRegistrationSettings } from './registration.js'

export interface RegisterKeySetOptions extends RegistryChangeOptions {
  /**
   * Where the customer publishes a JWK Set (RFC 7517 section 5): `https://shop.example/jwks.json`. `https`, a host name with a dot,
   * port 443, at most 2,048 characters, no user name and no fragment. It is no secret, nor may it hold one: it stands in the project, in
   * the audit and in the challenge.
   */
  readonly jwksUri: string
}

export interface KeySetRegistration {
  readonly challenge: KeySetChallenge
}

export interface ConfirmKeySetOptions extends RegistryChangeOptions {
  /** What `proveKeyPossession` of `reverse-jwt/customer` returned. */
  readonly proof: string
}

export interface KeySetConfirmation {
  readonly keySet: KeySetRecord
  /**
   * The keys that are in the set and can be used, or are revoked. Not those under the kid of a registered key, which counts in their
   * place.
   */
  readonly keys: readonly HostedKeyView[]
  /** Entries of the set that cannot be used. Say so to the customer: a private half among them has leaked. */
  readonly dropped: readonly DroppedKey[]
}

export interface KeySetSettings extends KeyRegistrationSettings {
  readonly readKeySet: KeySetReader
  /** That an address may have. */
  readonly ports: readonly number[]
}

const maxAddressLength = 2_048
const maxReads = 8

export function keySetChanges(store: ProjectStore, settings: KeySetSettings, clock: Clock) {
  const { audience, challengeLifetime, readKeySet, ports } = settings

  const jwksUri: Option<string> = (given, wrong) => {
    if (typeof given !== 'string')
      throw wrong('must be the address of a JWK Set, https://shop.example/jwks.json')
    const url = keySetAddress(given, ports)
    if (typeof url === 'string') throw wrong(`is no address of a key set: ${url}`)
    // As it is read, and as it stands in the proof.
    if (url.href.length <= maxAddressLength) return url.href
    throw wrong(`has more than ${maxAddressLength} characters`)
  }
  const read = {
    registerKeySet: projectChangeReader('registerKeySet', { jwksUri } satisfies OptionsOf<
      Omit<RegisterKeySetOptions, 'by'>
    >),
    confirmKeySet: projectChangeReader('confirmKeySet', { proof: unchecked } satisfies OptionsOf<
      Omit<ConfirmKeySetOptions, 'by'>
    >),
    removeKeySet: projectChangeReader('removeKeySet', reasonOption),
  }

  const reading = new Set<string>()
  /** Whoever asks for it chooses the address: one read of a project at a time, and few of all. */
  const readOnce = async (set: DueKeySet, now: number): Promise<ReadKeySet> => {
    const { projectId } = set
    if (reading.has(projectId) || reading.size >= maxReads) throw busy()
    reading.add(projectId)
    try {
      return await readKeySet(set, (kids) => existing(store, projectId, now, { kids }))
    } catch (error) {
      throw error instanceof KeySetFault ? unreadable(error) : error
    } finally {
      reading.delete(projectId)
    }
  }

  return {
    async registerKeySet(id: string, options: RegisterKeySetOptions): Promise<KeySetRegistration> {
      const { by, projectId, jwksUri } = read.registerKeySet(id, options)
      return change(store, projectId, clock(), (stored, now) => {
        const about = { aud: audience, proj_id: projectId, jwks_uri: jwksUri }
        const { challenge, open } = newChallenge(now, challengeLifetime, about)
        const project = { ...stored, pendingKeySet: { jwksUri, challenge: open } }
        return { result: { challenge }, plan: { action: 'key_set.registered' as const, by, project } }
      })
    },

    async confirmKeySet(id: string, options: ConfirmKeySetOptions): Promise<KeySetConfirmation> {
      const { by, projectId, proof } = read.confirmKeySet(id, options)
      const now = clock()
      const check = (stored: StoredProject) => {
        const pending = requirePendingSet(stored, now)
        return { pending, proven: checkSetProof(proof, pending, { audience, projectId, now }) }
      }
      // Only who has the challenge makes this process read an address.
      const {
        pending: registered,
        proven: { kid },
      } = check(await existing(store, projectId, now))
      const set = await readOnce({ projectId, jwksUri: registered.jwksUri }, now)
      const signedBy = set.keys.find((key) => key.kid === kid || key.thumbprint === kid)
      if (signedBy === undefined) throw notInSet(kid, set)

      const decide = async (stored: StoredProject) => {
        const { pending, proven } = check(stored)
        await proven.requireSignedWith(signedBy)
        const revocationOf = await earlierRevocations(store, stored, set.keys, now)
        const { hostedKeys, tooMany } = changesOf(stored, set, revocationOf, now)
        if (tooMany.length > 0) throw tooManyKids(projectId)
        const after = new Map([...stored.hostedKeys, ...hostedKeys].map((key) => [key.kid, key]))
        requireGood(signedBy, stored, after.get(signedBy.kid))
        const keySet: KeySetRecord = { jwksUri: pending.jwksUri, confirmedAt: now }
        const keys = [...after.values()].filter(({ removedAt }) => removedAt === undefined)
        return {
          result: { keySet, keys: keys.map(hostedKeyView), dropped: set.dropped },
          plan: {
            action: 'key_set.confirmed' as const,
            by,
            kid: signedBy.kid,
            project: { ...without(stored, 'pendingKeySet'), keySet },
            hostedKeys,
          },
        }
      }
      const kids = set.keys.map((key) => key.kid)
      const confirmation = await change(store, projectId, now, decide, { kids })
      const { jwksUri } = confirmation.keySet
      // The set is confirmed; that it was read, the next refresh notes.
      await store.noteKeySetRead({ projectId, jwksUri, isRead: true }).catch(() => undefined)
      return confirmation
    },

    async removeKeySet(id: string, options: RegistryReasonOptions): Promise<ProjectView> {
      const { by, projectId, reason } = read.removeKeySet(id, options)
      const decide = (stored: StoredProject, now: number) => {
        const { keySet, pendingKeySet, hostedKeys } = stored
        if (keySet === undefined && pendingKeySet === undefined) throw noKeySet(projectId)
        const left = without(stored, 'keySet', 'pendingKeySet')
        // What its keys have signed shall not live on in sessions.
        const project = keySet === undefined ? left : withoutSessions(left, now)
        const gone = hostedKeys
          .filter(({ removedAt }) => removedAt === undefined)
          .map((key) => ({ ...key, removedAt: now }))
        return {
          result: projectView(project),
          plan: { action: 'key_set.removed' as const, by, reason, project, hostedKeys: gone },
        }
      }
      return change(store, projectId, clock(), decide)
    },
  }
}

function unreadable({ message }: KeySetFault): RegistryError {
  return new RegistryError('key_set_unreadable', `Nothing was changed: ${inAscii(message)}.`)
}

function busy(): RegistryError {
  return new RegistryError(
    'conflict',
    'Too many key sets are being read at once, or this one is. Nothing was changed; try again shortly.',
  )
}

/** That the key is the one that its kid stands for, and was not revoked: in the set, or as one that is registered. */
function requireGood(
  { kid, thumbprint }: HostedKey,
  { keys }: StoredProject,
  hosted: HostedKeyRecord | undefined,
): void {
  const registered = keys.find((key) => key.kid === kid && (key.activatedAt ?? key.revokedAt) !== undefined)
  const known = registered ?? hosted
  if (known?.thumbprint !== thumbprint) throw refusedProof('its kid stands for another key of the project')
  if (registered?.revokedAt === undefined && hosted?.deniedAt === undefined) return
  throw refusedProof('the key that signed it is revoked')
}

function notInSet(kid: string, { dropped }: ReadKeySet): RegistryError {
  const drop = dropped.find((one) => one.kid === kid)
  return refusedProof(
    drop === undefined
      ? 'no key of the set has its kid'
      : `the key of the set with its kid cannot be used (${drop.reason})`,
  )
}

function refusedProof(what: string): RegistryError {
  return new RegistryError('proof_invalid', `The proof of possession is refused: ${what}.`)
}
