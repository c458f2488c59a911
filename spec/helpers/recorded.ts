import type { RegistryDatabase } from '../../lib/registry/index.js'

/** A row of the table of events, as the tests look at it. */
export interface RecordedRow {
  readonly id: string
  readonly at: number
  readonly type: string
  readonly code: string | null
  readonly reason: string | null
  readonly signature: string | null
  readonly project_id: string | null
  readonly kid: string | null
  readonly jti_hash: string | null
  readonly origin: string | null
  readonly count: number
  readonly detail: Readonly<Record<string, unknown>>
}

/** All that was recorded, the oldest first. */
export async function recordedRows(db: RegistryDatabase): Promise<RecordedRow[]> {
  const { rows } = await db.query(
    'SELECT e.*, extract(epoch FROM e.at)::float8 AS at FROM reverse_jwt.events e ORDER BY e.at, e.type, e.id',
  )
  return rows as RecordedRow[]
}
