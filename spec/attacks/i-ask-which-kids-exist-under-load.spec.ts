import { describe, expect, it } from '@jest/globals'
import { CachedKeyStore, MemoryKeyStore, type StoreError } from '../../lib/index.js'
import { makeKeyPair } from '../helpers/keys.js'
import { mint } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'

const { privateKey: unregisteredKey } = makeKeyPair('ES256')
const { publicJwk: spare } = makeKeyPair('ES256')
/** A key of the project that nobody has used yet: the attacker cannot sign with it, and asks whether it is there. */
const project = shop(['ES256'], { keys: [...shop().keys, { jwk: spare, kid: 'spare' }] })

/** A verifier whose database answers nobody until the test says so. */
function platformOf() {
  const database = new MemoryKeyStore([project])
  let answerAll = () => {}
  const answers = new Promise<void>((resolve) => (answerAll = resolve))
  const keyStore = new CachedKeyStore({
    async find(projectId, kid) {
      await answers
      return database.find(projectId, kid)
    },
  })
  const verifier = verifierOf({ keyStore })
  const codeOf = (token: string) =>
    verifier.verify(token).then(
      () => 'accepted',
      (error: unknown) => (error as StoreError).code,
    )
  const probe = (kid: string) => codeOf(mint({ header: { kid }, privateKey: unregisteredKey }))
  const flood = (count: number) => Array.from({ length: count }, (_, number) => probe(`made-up-${number}`))
  return { answerAll, codeOf, probe, flood }
}

describe.each([1, 20, 55])('with %d made-up kids under way', (count) => {
  it('a kid that exists and one that does not get one answer, and the honest call passes', async () => {
    const { answerAll, codeOf, probe, flood } = platformOf()
    const flooded = flood(count - 1)
    const exists = probe('spare')
    answerAll()
    expect(await exists).toBe('token_not_verified')
    expect(new Set(await Promise.all(flooded))).toEqual(new Set(count === 1 ? [] : ['token_not_verified']))

    const other = platformOf()
    const floodedToo = other.flood(count - 1)
    const missing = other.probe('no-such-key')
    other.answerAll()
    expect(await missing).toBe('token_not_verified')
    await Promise.all(floodedToo)

    const third = platformOf()
    void third.flood(count - 1)
    const honest = third.codeOf(mint())
    third.answerAll()
    expect(await honest).toBe('accepted')
    expect(await codeOf(mint())).toBe('accepted')
  })
})

it('beyond what one project may have waiting, both get the same 503 at once', async () => {
  const { answerAll, codeOf, probe, flood } = platformOf()
  const flooded = flood(56)
  expect(await probe('spare')).toBe('store_unavailable')
  expect(await probe('no-such-key')).toBe('store_unavailable')
  expect(await codeOf(mint())).toBe('store_unavailable')
  answerAll()
  expect(new Set(await Promise.all(flooded))).toEqual(new Set(['token_not_verified']))
  expect(await probe('spare')).toBe('token_not_verified')
  expect(await probe('no-such-key')).toBe('token_not_verified')
  expect(await codeOf(mint())).toBe('accepted')
})
