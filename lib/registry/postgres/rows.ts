import type {
  KeyRange,
  KeyRevocationChange,
  KeySelection,
  KeySetRead,
  ProjectChange,
  SessionEnd,
} from '../store/project-store.js'
import type { HostedKeyRecord, KeyRecord, ProjectRecord } from '../store/records.js'

/** The one column of a row: JSON, because every driver reads text alike. Throws when it cannot be read. */
export function recordIn(row: unknown): unknown {
  return withoutNulls(JSON.parse((row as { record: string }).record))
}

/** NULL is what is not there. Of metadata and of what the audit keeps, nothing is left out. */
const verbatim: ReadonlySet<string> = new Set(['metadata', 'before', 'after'])

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  for (const [name, member] of members) {
    // PostgreSQL knows a timestamp 'infinity'. What it would mean for a key cannot be told.
    if (times.has(name) && typeof member !== 'number') throw new TypeError(`${name} is no moment`)
  }
  return Object.fromEntries(
    members.map(([name, member]) => [
      name,
      verbatim.has(name) ? member : Array.isArray(member) ? member.map(withoutNulls) : withoutNulls(member),
    ]),
  )
}

const times: ReadonlySet<string> = new Set([
  'createdAt',
  'updatedAt',
  'deletedAt',
  'sessionsBefore',
  'activatedAt',
  'expiresAt',
  'notBefore',
  'notAfter',
  'revokedAt',
  'lastUsedAt',
  'generatedAt',
  'endedAt',
  'until',
  'confirmedAt',
  'readAt',
  'since',
  'firstSeen',
  'removedAt',
  'deniedAt',
  'at',
])

/** The parameters of `load`. No name is empty. */
export function selectionParameters(projectId: string, selection: KeySelection): string[] {
  const { now, madeAfter, kids = [], thumbprint = '', idempotencyKey = '' } = selection
  return [projectId, String(now), String(madeAfter), JSON.stringify(kids), thumbprint, idempotencyKey]
}

/** The parameters of `listKeys` and `listHostedKeys`. */
export function keyRangeParameters(projectId: string, { after, limit }: KeyRange): string[] {
  const { createdAt, kid } = after ?? { createdAt: -Infinity, kid: '' }
  return [projectId, String(createdAt), kid, String(limit)]
}

/** The parameters of `revoke` and `denyHostedKey`. */
export function revocationParameters({ projectId, kid, at, reason, by }: KeyRevocationChange): string[] {
  return [projectId, kid, String(at), reason, by]
}

/** The parameters of `noteKeySetRead`. */
export function keySetReadParameters({ projectId, jwksUri, isRead, failure = '' }: KeySetRead): string[] {
  return [projectId, jwksUri, String(isRead), failure]
}

/** The parameters of `endSession`. */
export function sessionEndParameters({ projectId, sessionId, expiresAt, at }: SessionEnd): string[] {
  return [projectId, sessionId, String(expiresAt), String(at)]
}

/** The parameters of `create` and `update`. */
export function parametersOf({ project, keys, hostedKeys = [], audit }: ProjectChange): string[] {
  const given = [
    projectRow(project),
    keys.map(keyRow),
    audit,
    keySetRows(project),
    hostedKeys.map(hostedKeyRow),
  ]
  return given.map((value) => JSON.stringify(value))
}

/** One row, or none. */
function keySetRows({ keySet, pendingKeySet }: ProjectRecord): object[] {
  if (keySet === undefined && pendingKeySet === undefined) return []
  const row = {
    jwks_uri: keySet?.jwksUri,
    confirmed_at: keySet?.confirmedAt,
    pending_uri: pendingKeySet?.jwksUri,
    nonce_hash: pendingKeySet?.challenge.nonceHash,
    challenge_expires_at: pendingKeySet?.challenge.expiresAt,
  }
  return [row]
}

function hostedKeyRow(key: HostedKeyRecord): object {
  return {
    kid: key.kid,
    alg: key.alg,
    public_jwk: key.publicJwk,
    thumbprint: key.thumbprint,
    first_seen: key.firstSeen,
    removed_at: key.removedAt,
    denied_at: key.deniedAt,
    reason: key.reason,
  }
}

function projectRow({ project, ...record }: ProjectRecord): object {
  return {
    id: project.id,
    name: project.name,
    issuer: project.issuer ?? project.id,
    allowed_origins: project.allowedOrigins,
    scopes: project.scopes,
    suspended: project.suspended ?? false,
    suspension_reason: record.suspensionReason,
    metadata: project.metadata,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    deleted_at: record.deletedAt,
    sessions_before: record.sessionsBefore,
    version: record.version,
  }
}

function keyRow(key: KeyRecord): object {
  return {
    kid: key.kid,
    alg: key.alg,
    public_jwk: key.publicJwk,
    thumbprint: key.thumbprint,
    created_at: key.createdAt,
    activated_at: key.activatedAt,
    not_before: key.notBefore,
    not_after: key.notAfter,
    revoked_at: key.revokedAt,
    revocation_reason: key.revocationReason,
    nonce_hash: key.challenge?.nonceHash,
    challenge_expires_at: key.challenge?.expiresAt,
    overlap: key.challenge?.overlap,
    replaces: key.replaces,
    idempotency_key: key.idempotencyKey,
  }
}
