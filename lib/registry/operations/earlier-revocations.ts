import type { EarlierRevocation, HostedKey } from '../rules/key-sets.js'
import type { ProjectStore } from '../store/project-store.js'
import type { StoredProject } from '../store/records.js'
import { existing } from './change.js'

/**
 * Whether the project has revoked the material of a key that its set has now under a new kid: as a registered key, or as a hosted one. A
 * revoked key does not come back under another name.
 */
export async function earlierRevocations(
  store: ProjectStore,
  { project, hostedKeys }: StoredProject,
  found: readonly HostedKey[],
  now: number,
): Promise<(key: HostedKey) => EarlierRevocation | undefined> {
  const known = new Set(hostedKeys.map(({ kid }) => kid))
  const revocations = new Map<string, EarlierRevocation>()
  for (const { kid, thumbprint } of found) {
    if (known.has(kid)) continue
    const same = await existing(store, project.id, now, { thumbprint })
    const ends = [
      ...same.keys.map((key) => ({ ...key, at: key.revokedAt, reason: key.revocationReason })),
      ...same.hostedKeys.map((key) => ({ ...key, at: key.deniedAt })),
    ]
    const end = ends.find((key) => key.thumbprint === thumbprint && key.at !== undefined)
    if (end?.at !== undefined) revocations.set(thumbprint, { at: end.at, reason: end.reason ?? 'other' })
  }
  return ({ thumbprint }) => revocations.get(thumbprint)
}
