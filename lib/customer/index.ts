export type { Algorithm, AlgorithmName } from '../protocol.js'
export { generateProjectKey, type ProjectKeyPair } from '../jwk/generate.js'
export type {
  TokenEndpointEvent,
  TokenFailedEvent,
  TokenMintedEvent,
  TokenRefusedEvent,
} from './endpoint/events.js'
export type { TokenDecision, TokenGrant } from './endpoint/grant.js'
export type {
  TokenEndpointListener,
  TokenEndpointOptions,
  TokenSigner,
  TokenWish,
} from './endpoint/options.js'
export type { TokenRefusalCode } from './endpoint/refusals.js'
export { tokenEndpoint, type AppRequest, type TokenHandler } from './endpoint/token-endpoint.js'
export { tokenRoute } from './endpoint/token-route.js'
export { proveKeyPossession, type KeyPossessionOptions } from './possession.js'
export type { PrivateKeyInput } from '../jwk/private-half.js'
export { ecdsaSignatureFromDer } from '../signing/ecdsa-signature.js'
export type { ProjectKeyFile } from '../signing/key-file.js'
export type { RemoteSigner } from '../signing/remote-signer.js'
export { createSigner, type ExtraClaims, type Signer, type SignerOptions } from './signer.js'
export type { KeyChallenge, KeySetChallenge } from '../types.js'
