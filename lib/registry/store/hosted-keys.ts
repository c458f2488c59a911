import type { HostedKeyRecord } from './records.js'

/** So many kids may the set of a project ever have: each of them is kept. */
export const maxHostedKids = 1_000

/** Beyond those, kids can be revoked before anybody has seen them: so many kids of a project are kept at all. */
export const maxKeptKids = 2_000

/** Whether tokens of the key can be accepted, as far as known. */
export function isHosted({ removedAt, deniedAt }: HostedKeyRecord): boolean {
  return removedAt === undefined && deniedAt === undefined
}
