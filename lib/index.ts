export {
  AuthenticationError,
  ReverseJwtError,
  StoreError,
  type RefusalDetails,
  type OutageDetails,
} from './errors.js'
export type { OutageCode, OutageReason, RefusalCode, RefusalReason, Retry } from './http/refusals.js'
export { eventLine } from './events/event-line.js'
export type { VerifierEventListener } from './events/listeners.js'
export type {
  DroppedKey,
  DroppedKeyReason,
  KeySetEvent,
  KeySetFailedEvent,
  KeySetReadEvent,
} from './events/read-event.js'
export type {
  EventFace,
  StoreSeconds,
  VerifierAcceptedEvent,
  VerifierRefusedEvent,
  VerifierUnavailableEvent,
  VerifierEvent,
} from './events/verifier-event.js'
export { corsFor, type CorsOptions } from './faces/cors.js'
export { framedBy, type FramedByOptions } from './faces/framed-by.js'
export { projectOf, projectTokenOf } from './faces/authenticated-request.js'
export { refusalOf } from './faces/kept-refusal.js'
export { refuseUpgrade, socketCredentials, type UpgradeCredentials } from './faces/upgrade.js'
export type { FaceOptions, ReverseJwtOptions } from './faces/face-options.js'
export { CachedKeyStore, type CachedKeyStoreOptions } from './keys/cached.js'
export { JwksKeyStore } from './keys/jwks/jwks-key-store.js'
export type { JwksKeyStoreOptions } from './keys/jwks/options.js'
export type { KeyStore } from './keys/key-store.js'
export { MemoryKeyStore, type ProjectWithKeys } from './keys/memory.js'
export { admitProjectKey, type KeyAdmissionOptions, type PublicKeyInput } from './keys/public-key.js'
export { reverseJwt } from './faces/express.js'
export type { RequestRules, VerifierOptions } from './verify/options.js'
export { problemOf, type ProblemAnswer } from './faces/problem-answer.js'
export { problemDetails } from './faces/problem-details.js'
export type { Problem, ProblemResponse } from './http/problem.js'
export type { Algorithm, AlgorithmName } from './protocol.js'
export { MemoryReplayStore, type MemoryReplayStoreOptions } from './replay/memory.js'
export type { AfterDataLoss } from './replay/data-loss.js'
export type { BoundVerifier, ReplayCeilings, ReplayStore, TokenUse } from './replay/replay-store.js'
export { ReverseJwtStrategy, type VerifyDone, type VerifyCallback } from './faces/passport.js'
export type {
  Authentication,
  DeniedKey,
  HeadersLike,
  HostedKeySet,
  HostedKeySetCopy,
  HostedKeySetSource,
  NextFunction,
  OriginSource,
  Project,
  ProjectClaims,
  ProjectKey,
  ProjectToken,
  ProjectTokenHeader,
  RequestLike,
  ResponseLike,
} from './types.js'
export { createVerifier, type Verifier } from './verifier.js'
export type { VerifyContext } from './verify/binding.js'
export type { TokenSource } from './verify/credentials.js'
