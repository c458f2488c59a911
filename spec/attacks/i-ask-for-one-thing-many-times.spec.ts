import { expect, it } from '@jest/globals'
import { CachedKeyStore, createVerifier, MemoryKeyStore, type KeyStore } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { makeKeyPair } from '../helpers/keys.js'
import { expectRefusal } from '../helpers/refusals.js'

// What is shared is asked for once, however many ask; but each of them waits, with its request and its token.

it('no more than 4,096 calls wait for a made-up kid, though it is read once', async () => {
  let reads = 0
  let answer: (key: undefined) => void = () => undefined
  const memory = new MemoryKeyStore([shop()])
  const keyStore: KeyStore = {
    find: (projectId, kid) =>
      kid === 'made-up'
        ? new Promise((resolve) => {
            reads++
            answer = resolve
          })
        : memory.find(projectId, kid),
  }
  const cache = new CachedKeyStore(keyStore, { timeoutMs: 60_000 })
  const waiting = Array.from({ length: 4_096 }, () => cache.find('shop', 'made-up'))
  const beyond = Array.from({ length: 100 }, async () => cache.find('shop', 'made-up'))
  for (const one of beyond) {
    await expect(one).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: 'too many names wait to be read from the key store',
    })
  }
  answer(undefined)
  expect(new Set(await Promise.all(waiting.map(async (one) => one)))).toEqual(new Set([undefined]))
  expect(reads).toBe(1)
  // The control: there is room again, and a key that exists is found.
  expect(await cache.find('shop', 'key-es256')).toMatchObject({ kid: 'key-es256' })
})

it('no more than 1,024 signatures wait to be verified: more are 503, and not judged later by an old clock', async () => {
  const { options } = platform()
  const verifier = createVerifier(options)
  const forged = mint({ privateKey: makeKeyPair('ES256').privateKey })
  const outcomes = await Promise.all(
    Array.from({ length: 1_500 }, () =>
      verifier.verify(forged).catch((error: unknown) => (error as { code: string }).code),
    ),
  )
  const count = (code: string) => outcomes.filter((outcome) => outcome === code).length
  expect(count('token_not_verified') + count('store_unavailable')).toBe(1_500)
  // One of them is verified at once.
  expect(count('token_not_verified')).toBeLessThanOrEqual(1_025)
  expect(count('token_not_verified')).toBeGreaterThan(500)
  // The control.
  await expectRefusal(verifier.verify(forged), 'token_not_verified')
  await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
})
