import type { JWK } from 'jose'
import { setImmediate } from 'node:timers/promises'
import type { JsonObject } from '../../encoding/strict-json.js'
import { bounded } from '../../events/event-text.js'
import type { DroppedKey, DroppedKeyReason } from '../../events/read-event.js'
import { holdsSecret, secretIn } from '../../jwk/exposure.js'
import { thumbprint } from '../../jwk/thumbprint.js'
import type { Algorithm } from '../../protocol.js'
import { admitProjectKey } from '../public-key.js'
import type { SeenKids } from './seen-kids.js'

/** A key of a set, as it is kept: as text, which takes less memory than what Node makes of it. */
export interface SetKey {
  readonly kid: string
  readonly alg: Algorithm
  /** Only the members that make the key. */
  readonly jwk: JWK
  /** Its thumbprint. RFC 7638. */
  readonly material: string
  /** Whether the set says its kid: else that is the thumbprint. */
  readonly isNamed: boolean
}

interface FoundKeys {
  /** Were seen before under their kid, and are sound. */
  readonly known: readonly SetKey[]
  /** Are sound as far as is found out at once; whether an RSA modulus is a prime is not. */
  readonly unseen: readonly SetKey[]
  readonly dropped: DroppedKey[]
}

/** A private key of RSA-4096 takes 3,300 characters in PEM. To look through 64 KB takes a tenth of a second. */
const maxTextLength = 8_192

type Entry = Readonly<Record<string, unknown>>

/**
 * Looks through a JWK Set. An entry that cannot be used is dropped, with the reason; the others are taken. Throws an Error for what is
 * no JWK Set. In between it gives way to whoever else uses this process.
 */
export async function keysOf(document: JsonObject, maxKeys: number, seen: SeenKids): Promise<FoundKeys> {
  const { keys: entries, ...beside } = document
  if (!Array.isArray(entries)) throw new Error('the key set cannot be read: it has no keys')
  const dropped: DroppedKey[] = []
  const found: SetKey[] = []
  const secretBeside = secretIn(beside)
  if (secretBeside !== undefined) dropped.push({ reason: secretBeside })

  let candidates = 0
  for (const entry of entries as unknown[]) {
    const reason = exclusionOf(entry) ?? (candidates++ < maxKeys ? undefined : 'too_many')
    const key = reason === undefined ? admitted(entry as Entry) : undefined
    if (key !== undefined) found.push(key)
    else dropped.push(droppedKey(entry, reason ?? 'not_admitted'))
    // Also after texts, of which there may be thousands.
    await setImmediate()
  }

  const doubled = kidsThatComeTwice(entries, found)
  const known: SetKey[] = []
  const unseen: SetKey[] = []
  for (const key of found) {
    const before = seen.get(key.kid)
    const drop = (reason: DroppedKeyReason) => dropped.push({ kid: bounded(key.kid), reason })
    if (doubled.has(key.kid)) drop('duplicate_kid')
    else if (before === undefined) {
      if (unseen.length < seen.room) unseen.push(key)
      else drop('too_many')
    } else if (before.material !== key.material) drop('other_material')
    else if (before.isSound) known.push(key)
    else drop('not_admitted')
  }
  return { known, unseen, dropped }
}

/** Why an entry is not even looked at as a public key. */
function exclusionOf(entry: unknown): DroppedKeyReason | undefined {
  if (typeof entry === 'string')
    return entry.length <= maxTextLength && holdsSecret(entry) ? 'private' : 'not_admitted'
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'not_admitted'
  return secretIn(entry as Entry)
}

/** But for the one check that takes long. */
function admitted(entry: Entry): SetKey | undefined {
  try {
    const { kid, alg, publicKey } = admitProjectKey(nobody, { jwk: entry }, { loaded: true })
    const jwk = publicKey.export({ format: 'jwk' })
    return { kid, alg, jwk, material: thumbprint(jwk), isNamed: typeof entry.kid === 'string' }
  } catch {
    return undefined
  }
}

/** What is admitted here is kept as text, and admitted once more for its project, each time that it is asked for. */
const nobody = { id: 'key-set' }

/** Of two entries with one kid nobody knows which is meant, also where one of them is none that could be used. */
function kidsThatComeTwice(entries: readonly unknown[], found: readonly SetKey[]): ReadonlySet<string> {
  const counts = new Map<string, number>()
  const count = (kid: unknown) => {
    if (typeof kid === 'string') counts.set(kid, (counts.get(kid) ?? 0) + 1)
  }
  for (const entry of entries) count((entry as Entry | null)?.kid)
  // Those whose kid is not written down.
  for (const { kid } of found.filter(({ isNamed }) => !isNamed)) count(kid)
  return new Set([...counts].flatMap(([kid, times]) => (times > 1 ? [kid] : [])))
}

function droppedKey(entry: unknown, reason: DroppedKeyReason): DroppedKey {
  const kid = (entry as { kid?: unknown } | null)?.kid
  return { ...(typeof kid === 'string' && { kid: bounded(kid) }), reason }
}

/** How many an event has. */
const maxTold = 20

/** Those of them that an event has: private halves first, for they are leaks. */
export function toldDrops(dropped: readonly DroppedKey[]): readonly DroppedKey[] {
  const isPrivate = ({ reason }: DroppedKey) => reason === 'private'
  return [...dropped.filter(isPrivate), ...dropped.filter((key) => !isPrivate(key))].slice(0, maxTold)
}
