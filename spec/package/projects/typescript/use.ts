import {
  AuthenticationError,
  createVerifier,
  MemoryKeyStore,
  MemoryReplayStore,
  type Authentication,
  type ReplayStore,
} from 'reverse-jwt'
import { createSigner, generateProjectKey, type Signer } from 'reverse-jwt/customer'

async function main(): Promise<void> {
  const audience = 'https://platform.example'
  const { privateKey, publicJwk } = await generateProjectKey('ES256')
  const signer: Signer = createSigner({ projectId: 'shop', audience, privateKey })
  const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ jwk: publicJwk }] }])
  const replayStore: ReplayStore = new MemoryReplayStore()
  const verifier = createVerifier({ audience, keyStore, replayStore })

  const token = await signer.sign()
  const headers = { Authorization: `Bearer ${token}` }
  const request = new Request('https://platform.example/portal', { headers })
  const { project }: Authentication = await verifier.authenticate(request)
  console.log(project.id)
  await verifier.verify(token).catch((error: unknown) => {
    console.log(error instanceof AuthenticationError ? error.code : error)
  })
}

void main()
