import type { HostedKeySet } from '../../types.js'
import type { AuditSnapshot } from './audit-record.js'
import { isHosted, maxKeptKids } from './hosted-keys.js'
import { byAge } from './key-order.js'
import type {
  DueKeySet,
  DueKeySetRange,
  KeyRange,
  KeyRevocationChange,
  KeySelection,
  KeySetRead,
} from './project-store.js'
import {
  without,
  type HostedKeyRecord,
  type KeyRecord,
  type KeySetFailure,
  type ProjectRecord,
  type StoredProject,
} from './records.js'
import { hostedKeyView } from './views.js'

interface Reads {
  readonly jwksUri: string
  tried?: number
  read?: number
  failure?: KeySetFailure | undefined
}

interface DeniedKid {
  readonly hostedKey: HostedKeyRecord
  /** Absent: it was revoked before. */
  readonly snapshots?: { readonly before: AuditSnapshot; readonly after: AuditSnapshot }
}

/** The sets that customers host, in memory: their keys, and when they were read. */
export class HostedSets {
  /** By project, by kid. None is ever deleted. */
  private readonly keys = new Map<string, Map<string, HostedKeyRecord>>()
  private readonly reads = new Map<string, Reads>()

  keysOf(projectId: string): HostedKeyRecord[] {
    return Array.from(this.keys.get(projectId)?.values() ?? [])
  }

  selected(
    projectId: string,
    { kids = [], thumbprint }: KeySelection,
  ): Pick<StoredProject, 'hostedKeys' | 'hostedKids'> {
    const all = this.keysOf(projectId)
    const hostedKeys = all.filter(
      (key) =>
        key.removedAt === undefined ||
        kids.includes(key.kid) ||
        (thumbprint !== undefined && key.thumbprint === thumbprint),
    )
    return { hostedKeys, hostedKids: all.length }
  }

  /** What a change says of a set. */
  write({ project: { id }, keySet }: ProjectRecord, hostedKeys: readonly HostedKeyRecord[]): void {
    if (this.reads.get(id)?.jwksUri !== keySet?.jwksUri) this.reads.delete(id)
    if (keySet !== undefined && !this.reads.has(id)) this.reads.set(id, { jwksUri: keySet.jwksUri })
    for (const key of hostedKeys) this.put(id, key)
  }

  private put(projectId: string, key: HostedKeyRecord): HostedKeyRecord {
    const keys = this.keys.get(projectId) ?? new Map<string, HostedKeyRecord>()
    const { deniedAt, reason } = keys.get(key.kid) ?? {}
    const written: HostedKeyRecord = {
      ...key,
      ...(deniedAt !== undefined && { deniedAt }),
      ...(reason !== undefined && { reason }),
    }
    this.keys.set(projectId, keys.set(key.kid, written))
    return written
  }

  /** Revokes a kid. One that was never seen is noted as gone from the set, so that the next read of the set fills it in. */
  deny(
    { project: { id }, keySet }: ProjectRecord,
    { kid, reason, at }: Pick<KeyRevocationChange, 'kid' | 'reason' | 'at'>,
  ): DeniedKid | 'key_not_found' | 'too_many_keys' {
    const before = this.keys.get(id)?.get(kid)
    if (before === undefined && keySet === undefined) return 'key_not_found'
    if (before === undefined && this.keysOf(id).length >= maxKeptKids) return 'too_many_keys'
    if (before?.deniedAt !== undefined) return { hostedKey: before }
    const known = before ?? { kid, firstSeen: at, removedAt: at }
    const hostedKey = this.put(id, { ...known, deniedAt: at, reason })
    const seen = (keys: readonly HostedKeyRecord[]) => ({ hostedKeys: keys.map(hostedKeyView) })
    const snapshots = { before: seen(before === undefined ? [] : [before]), after: seen([hostedKey]) }
    return { hostedKey, snapshots: structuredClone(snapshots) }
  }

  page(projectId: string, { after, limit }: KeyRange): HostedKeyRecord[] {
    return this.keysOf(projectId)
      .map((key) => ({ key, kid: key.kid, createdAt: key.firstSeen }))
      .sort(byAge)
      .filter((one) => after === undefined || byAge(one, after) > 0)
      .slice(0, limit)
      .map(({ key }) => key)
  }

  /** For the list of ended sessions. */
  deniedOf(projectId: string): { readonly kid: string; readonly revokedAt: number | undefined }[] {
    return this.keysOf(projectId).map(({ kid, deniedAt }) => ({ kid, revokedAt: deniedAt }))
  }

  /** Whether tokens of a key of the set can be accepted that has another kid. */
  hasOther({ project: { id }, keySet }: ProjectRecord, kid?: string): boolean {
    return keySet !== undefined && this.keysOf(id).some((key) => key.kid !== kid && isHosted(key))
  }

  /** What is revoked as a registered key is revoked under each kid that the set has it under, too. */
  found(
    { project, keySet }: ProjectRecord,
    registered: readonly KeyRecord[],
    now: number,
  ): HostedKeySet | undefined {
    if (keySet === undefined) return undefined
    const keys = this.keysOf(project.id)
    const there = new Set(keys.filter((key) => key.removedAt === undefined).map((key) => key.thumbprint))
    const ended = [
      ...keys,
      ...registered
        .filter(({ thumbprint }) => there.has(thumbprint))
        .map((key) => ({ ...key, deniedAt: key.revokedAt })),
    ]
    const denied = ended.flatMap(({ kid, deniedAt, thumbprint }) =>
      deniedAt === undefined ? [] : [{ kid, deniedAt, ...(thumbprint !== undefined && { thumbprint }) }],
    )
    const readAt = this.reads.get(project.id)?.read
    const copied = keys
      .filter(isHosted)
      .flatMap(({ kid, alg, publicJwk }) =>
        alg === undefined || publicJwk === undefined ? [] : [{ kid, alg, publicJwk }],
      )
    const copy = readAt === undefined ? {} : { copy: { age: Math.max(0, now - readAt), keys: copied } }
    return { project, jwksUri: keySet.jwksUri, denied, ...copy }
  }

  due(projects: readonly ProjectRecord[], { ttl, limit }: DueKeySetRange, now: number): DueKeySet[] {
    const due = projects
      .filter(({ project, deletedAt }) => project.suspended !== true && deletedAt === undefined)
      .flatMap(({ project: { id } }) => {
        const reads = this.reads.get(id)
        return reads === undefined ? [] : [{ id, reads, tried: reads.tried ?? -Infinity }]
      })
      // A try in the future is one by a clock that was ahead.
      .filter(({ tried }) => tried <= now - ttl || tried > now + 60)
      .sort((a, b) => a.tried - b.tried)
      .slice(0, limit)
    for (const { reads } of due) reads.tried = now
    return due.map(({ id, reads }) => ({ projectId: id, jwksUri: reads.jwksUri }))
  }

  noteRead({ projectId, jwksUri, isRead, failure }: KeySetRead, now: number): void {
    const reads = this.reads.get(projectId)
    if (reads?.jwksUri !== jwksUri) return
    if (isRead) reads.read = now
    reads.failure = failure === undefined ? undefined : { since: reads.failure?.since ?? now, cause: failure }
  }

  /** A record says what the reads say, whatever a change had in it. */
  withReads(record: ProjectRecord): ProjectRecord {
    if (record.keySet === undefined) return record
    const { read: readAt, failure } = this.reads.get(record.project.id) ?? {}
    const keySet = {
      ...without(record.keySet, 'readAt', 'failure'),
      ...(readAt !== undefined && { readAt }),
      ...(failure !== undefined && { failure }),
    }
    return { ...record, keySet }
  }
}
