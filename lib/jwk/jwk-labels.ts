/** The members of a JWK, unchecked. */
export type JwkMembers = Readonly<Record<string, unknown>>

/** What a JWK says of itself besides the key. Unchecked. */
export interface JwkLabels {
  readonly kid?: unknown
  readonly alg?: unknown
}

/** Serialisers of .NET and others write null for a member that is not there. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

export function labelsOf({ kid, alg }: JwkMembers): JwkLabels {
  return { kid: kid ?? undefined, alg: alg ?? undefined }
}

/** Whether the JWK is for something else than signatures. RFC 7517 section 4.2. */
export function hasOtherUse({ use }: JwkMembers): boolean {
  return !isAbsent(use) && use !== 'sig'
}
