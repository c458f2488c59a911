import type { Authentication } from 'reverse-jwt' with { 'resolution-mode': 'import' }

async function main(): Promise<void> {
  const { createVerifier, MemoryKeyStore, MemoryReplayStore } = await import('reverse-jwt')
  const { createSigner, generateProjectKey } = await import('reverse-jwt/customer')

  const audience = 'https://platform.example'
  const { privateKey, publicJwk } = await generateProjectKey('ES256')
  const signer = createSigner({ projectId: 'shop', audience, privateKey })
  const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ jwk: publicJwk }] }])
  const verifier = createVerifier({ audience, keyStore, replayStore: new MemoryReplayStore() })

  const token = await signer.sign()
  const { project }: Authentication = await verifier.verify(token)
  console.log(project.id)
  await verifier.verify(token).catch((error: { code: string }) => {
    console.log(error.code)
  })
}

void main()
