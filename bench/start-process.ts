import type { JsonWebKey } from 'node:crypto'
import { answerParent } from './child.js'

/*
 * Everything that is to be measured is imported where it is measured, so nothing here may import it: types alone.
 */
export interface StartQuestion {
  readonly contestant: 'reverse-jwt' | 'jose'
  readonly jwk: JsonWebKey
  readonly token: string
  readonly projectId: string
  readonly issuer: string
  readonly audience: string
  readonly maxLifetime: number
}

/** Milliseconds. */
export interface StartAnswer {
  readonly imported: number
  /** From before the import to after the first token was accepted. */
  readonly accepted: number
}

const starts = {
  async 'reverse-jwt'({ jwk, token, projectId, issuer, audience, maxLifetime }: StartQuestion) {
    const start = performance.now()
    const { createVerifier, MemoryKeyStore, MemoryReplayStore } = await import('../lib/index.js')
    const imported = performance.now() - start
    const keyStore = new MemoryKeyStore([{ id: projectId, issuer, keys: [{ jwk }] }])
    const replayStore = new MemoryReplayStore({ maxLifetime })
    await createVerifier({ audience, maxLifetime, keyStore, replayStore }).verify(token)
    return { imported, accepted: performance.now() - start }
  },
  async jose({ jwk, token, issuer, audience }: StartQuestion) {
    const start = performance.now()
    const { importJWK, jwtVerify } = await import('jose')
    const imported = performance.now() - start
    await jwtVerify(token, await importJWK(jwk), { audience, issuer })
    return { imported, accepted: performance.now() - start }
  },
}

answerParent((question: StartQuestion): Promise<StartAnswer> => starts[question.contestant](question))
