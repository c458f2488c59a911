import { isThere, type HostedKey } from '../rules/key-sets.js'
import type { ProjectStore } from '../store/project-store.js'
import type { KeyRevocationReason, StoredProject } from '../store/records.js'
import { existing } from './change.js'

/**
 * Why the project has revoked the material of a key that has come into its set: as a registered key, or as a hosted one. A revoked key
 * does not come back under another name.
 */
export async function earlierRevocations(
  store: ProjectStore,
  { project, hostedKeys }: StoredProject,
  found: readonly HostedKey[],
  now: number,
): Promise<(key: HostedKey) => KeyRevocationReason | undefined> {
  const there = new Set(hostedKeys.filter(isThere).map(({ kid }) => kid))
  const reasons = new Map<string, KeyRevocationReason>()
  for (const { kid, thumbprint } of found) {
    // What was there when a key was revoked was revoked with it.
    if (there.has(kid)) continue
    const same = await existing(store, project.id, now, { thumbprint })
    const ends = [
      ...same.keys.map((key) => ({ ...key, at: key.revokedAt, reason: key.revocationReason })),
      ...same.hostedKeys.map((key) => ({ ...key, at: key.deniedAt })),
    ]
    const end = ends.find((key) => key.thumbprint === thumbprint && key.at !== undefined)
    if (end !== undefined) reasons.set(thumbprint, end.reason ?? 'other')
  }
  return ({ thumbprint }) => reasons.get(thumbprint)
}
