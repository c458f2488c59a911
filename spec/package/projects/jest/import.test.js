it('accepts a token once', async () => {
  const { createVerifier, MemoryKeyStore, MemoryReplayStore } = await import('reverse-jwt')
  const { createSigner, generateProjectKey } = await import('reverse-jwt/customer')

  const audience = 'https://platform.example'
  const { privateKey, publicJwk } = await generateProjectKey('ES256')
  const signer = createSigner({ projectId: 'shop', audience, privateKey })
  const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ jwk: publicJwk }] }])
  const verifier = createVerifier({ audience, keyStore, replayStore: new MemoryReplayStore() })

  const token = await signer.sign()
  expect((await verifier.verify(token)).project.id).toBe('shop')
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'token_replayed' })
})
