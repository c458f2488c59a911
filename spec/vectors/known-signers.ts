import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { createVerifier, MemoryKeyStore, MemoryReplayStore, type Verifier } from '../../lib/index.js'
import type { Algorithm } from '../../lib/protocol.js'
import type { SigningVector } from './shape.js'
import { privateJwk, vectors } from './vectors.js'

/** A verifier for what is signed with the key of a vector, at its moment. */
export function verifierKnowing({ alg, key, given, header }: SigningVector): Verifier {
  const { projectId, issuer, audience } = given
  const known = { jwk: publicJwkOf(privateJwk(key)), alg: alg as Algorithm, kid: header.kid as string }
  const project = { id: projectId, ...(issuer !== undefined && { issuer }), keys: [known] }
  return createVerifier({
    audience,
    algorithms: [alg as Algorithm],
    typ: 'project-auth+jwt',
    keyStore: new MemoryKeyStore([project]),
    replayStore: new MemoryReplayStore(),
    clock: () => vectors.now,
  })
}

export function publicJwkOf(jwk: Readonly<Record<string, string>>): JsonWebKey {
  return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({ format: 'jwk' })
}
