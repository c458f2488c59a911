import { createVerifier, MemoryReplayStore } from '../../lib/index.js'
import { audience, keyStoreOf, lifetime } from '../platform.js'
import { awaited, type Contestant } from './contestant.js'

export const ours: Contestant = {
  name: 'reverse-jwt',
  note: '`createVerifier` with `MemoryKeyStore` and `MemoryReplayStore`: every token is consumed',
  peer: false,
  begin({ keys, tokens }) {
    const verifier = createVerifier({
      audience,
      maxLifetime: lifetime,
      keyStore: keyStoreOf(keys.jwks),
      replayStore: new MemoryReplayStore({ maxLifetime: lifetime, projectQuota: 1_000_000 }),
    })
    return awaited(tokens, (token) => verifier.verify(token))
  },
}
