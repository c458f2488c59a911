/** A program: prints how many bytes an event keeps that a listener keeps. Needs --expose-gc. */
import { admitProjectKey, createVerifier, type KeyStore, type VerifierEvent } from '../../lib/index.js'
import { heapInUse } from '../helpers/heap.js'
import { keyPair } from '../helpers/keys.js'
import { audience, mint, now } from '../helpers/mint.js'

const { publicJwk } = keyPair('EdDSA')
/** As docs/keys.md has it: the names that it is asked for become those of the project and of the key. */
const keyStore: KeyStore = {
  find: (projectId, kid) =>
    admitProjectKey({ id: projectId }, { jwk: publicJwk, kid, alg: 'EdDSA' }, { loaded: true }),
}
const kept: VerifierEvent[] = []
const verifier = createVerifier({
  audience,
  keyStore,
  replayStore: { consume: () => true },
  clock: () => now,
  onEvent: (event) => kept.push(event),
})

const padding = 'x'.repeat(2000)
async function useTokens(count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const projectId = `a project with a long name ${kept.length}`
    const kid = `a key with a long name ${kept.length}`
    const claims = { iss: projectId, sub: projectId, proj_id: projectId, padding }
    await verifier.verify(mint({ alg: 'EdDSA', header: { kid }, claims }))
  }
}

const count = 1000
await useTokens(100)
const before = heapInUse()
await useTokens(count)
console.log(JSON.stringify({ accepted: kept.length, bytesAnEvent: (heapInUse() - before) / count }))
