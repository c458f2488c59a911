export type {
  KeySetEvent,
  KeySetFailedEvent,
  KeySetReadEvent,
  RevocationsEvent,
  RevocationsFailedEvent,
  RevocationsReadEvent,
} from '../events/read-event.js'
export type {
  EndedKey,
  EndedProject,
  EndedSession,
  RevocationEntry,
  RevocationList,
} from '../revocations/revocation-list.js'
export { MemoryRevocations, type MemoryRevocationsOptions } from '../revocations/memory.js'
export type {
  RevocationCause,
  RevocationReader,
  RevocationStore,
  SessionFacts,
  SessionRevocation,
} from '../revocations/revocation-store.js'
export type { PrivateKeyInput } from '../jwk/private-half.js'
export type { RemoteSigner } from '../signing/remote-signer.js'
export type { ProjectSession, SessionClaims } from '../types.js'
export type { SessionHandler } from './issuer/endpoint.js'
export type {
  SessionFailedEvent,
  SessionIssuedEvent,
  SessionIssuerEvent,
  SessionIssuerEventListener,
  SessionRevokedEvent,
} from '../events/session-event.js'
export type { IssueContext, IssuedSession } from './issuer/issuing.js'
export type { SessionIssuerOptions } from './issuer/options.js'
export { createSessionIssuer, type SessionIssuer } from './issuer/session-issuer.js'
export type { SigningKeyInput, SigningKeyState } from './issuer/signing-key.js'
export type { SigningKeysInput } from './issuer/signing-keys.js'
export type {
  PulledRevocationsOptions,
  SessionKeysInput,
  SessionVerifierEvent,
  SessionVerifierEventListener,
  SessionVerifierOptions,
} from './verifier/options.js'
export { sessionAuth, type SessionAuthOptions, type SessionFaceOptions } from './verifier/session-auth.js'
export { sessionOf } from './verifier/session-request.js'
export { createSessionVerifier, type SessionVerifier } from './verifier/session-verifier.js'
