/** docs/vectors.json, as docs/vectors.md explains it. */
export interface VectorsFile {
  readonly about: string
  readonly warning: string
  readonly version: number
  /** Of what follows, where it says nothing else. Epoch seconds. */
  readonly now: number
  readonly verifier: VerifierSettings
  /** HTTP status of each code. */
  readonly statuses: Readonly<Record<string, number>>
  readonly privateKeys: Readonly<Record<string, PrivateKey>>
  readonly projects: readonly VectorProject[]
  readonly groups: readonly TestGroup[]
  readonly sequences: readonly Sequence[]
  readonly thumbprints: readonly ThumbprintVector[]
  readonly signing: readonly SigningVector[]
  readonly proofs: readonly ProofVector[]
  readonly unansweredChallenges: readonly UnansweredChallenge[]
}

export interface PrivateKey {
  /** Where it is printed. */
  readonly from: string
  readonly jwk: Readonly<Record<string, string>>
}

export interface VerifierSettings {
  readonly audience: readonly string[]
  readonly algorithms: readonly string[]
  readonly maxLifetime: number
  readonly clockTolerance: number
  readonly maxTokenLength: number
  readonly typ?: string
  readonly requireOrigin?: boolean
}

export interface VectorProject {
  readonly id: string
  readonly issuer?: string
  readonly scopes?: readonly string[]
  readonly allowedOrigins?: readonly string[]
  readonly suspended?: boolean
  readonly keys: readonly VectorKey[]
}

export interface VectorKey {
  readonly kid: string
  readonly alg: string
  readonly jwk: Readonly<Record<string, string>>
  readonly notBefore?: number
  readonly notAfter?: number
  readonly revokedAt?: number
}

export interface TestGroup {
  readonly name: string
  readonly about: string
  /** In the place of members of the same name at the top. */
  readonly verifier?: Partial<VerifierSettings>
  readonly tests: readonly VerifyingVector[]
}

export interface RequestFacts {
  readonly origin?: string
  readonly scope?: readonly string[]
}

/** Either `accepted` or `refused` is there. */
export interface Step {
  readonly now?: number
  readonly token: string
  readonly request?: RequestFacts
  readonly accepted?: { readonly project: string; readonly scopes: readonly string[] }
  /** The code. */
  readonly refused?: string
}

export interface VerifyingVector extends Step {
  readonly id: string
  readonly about: string
}

export interface Sequence {
  readonly id: string
  readonly about: string
  readonly steps: readonly Step[]
}

export interface ThumbprintVector {
  readonly id: string
  readonly about: string
  readonly jwk: Readonly<Record<string, unknown>>
  readonly hashed: string
  readonly thumbprint: string
}

/** Whether there are other right signatures than the one in the file. */
export type SignatureKind = 'unique' | 'rfc6979' | 'random'

interface Signed {
  readonly id: string
  readonly about: string
  readonly alg: string
  /** One of `privateKeys`. */
  readonly key: string
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly signature: SignatureKind
}

export interface SigningVector extends Signed {
  readonly given: {
    readonly projectId: string
    readonly audience: string
    readonly issuer?: string
    readonly kid?: string
    readonly expiresIn: number
    readonly extra?: Readonly<Record<string, unknown>>
    readonly jti: string
  }
  readonly token: string
}

export interface ProofVector extends Signed {
  readonly projectId: string
  readonly audience: string
  readonly challenge: Readonly<Record<string, unknown>>
  readonly proof: string
}

export interface UnansweredChallenge {
  readonly id: string
  readonly about: string
  /** One of `privateKeys`. */
  readonly key: string
  readonly projectId: string
  readonly audience: string
  readonly challenge: Readonly<Record<string, unknown>>
}
