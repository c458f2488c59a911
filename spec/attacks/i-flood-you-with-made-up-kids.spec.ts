import { describe, expect, it } from '@jest/globals'
import { createPrivateKey } from 'node:crypto'
import { CachedKeyStore, type AuthenticationError, type KeyStore, type StoreError } from '../../lib/index.js'
import { makeKeyPair } from '../helpers/keys.js'
import { mint, now } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { by, managed } from '../helpers/registry.js'
import { prove } from '../helpers/possession.js'
import { wholeProject } from '../helpers/records.js'

const { privateKey: unregisteredKey } = makeKeyPair('ES256')
const madeUp = (number: number) => mint({ header: { kid: `made-up-${number}` }, privateKey: unregisteredKey })

/** A registry and a verifier whose cache hears of changes; every read takes a turn of the event loop and is counted. */
async function platformOf() {
  const platform = managed()
  const { registry, store } = platform
  await registry.createProject({ id: 'shop' }, { by })
  const pair = await registry.generateKey('shop', { by })
  const reads = { all: 0, now: 0, most: 0, fail: false, projects: [] as string[] }
  const database: KeyStore = {
    async find(projectId, kid) {
      reads.all += 1
      reads.projects.push(projectId)
      reads.most = Math.max(reads.most, (reads.now += 1))
      await new Promise((resolve) => setImmediate(resolve))

      reads.now -= 1
      if (reads.fail) throw new Error('connect ECONNREFUSED')
      return store.find(projectId, kid)
    },
  }
  const keyStore = new CachedKeyStore(database)
  await store.watch((projectId) => {
    keyStore.invalidate(projectId)
  })
  const verifier = verifierOf({ keyStore })
  const tokenOf = (kid: string, privateKey: string) =>
    mint({ header: { kid }, privateKey: createPrivateKey(privateKey) })
  return { ...platform, pair, reads, verifier, tokenOf }
}
const letIn = (outcome: Promise<unknown>) =>
  expect(outcome).resolves.toMatchObject({ project: { id: 'shop' } })

it('a flood is read 24 at a time, stores nothing, and keeps nobody out whose key was known', async () => {
  const { verifier, reads, pair, tokenOf, store } = await platformOf()
  await letIn(verifier.verify(tokenOf(pair.kid, pair.privateKey)))
  const before = JSON.stringify(await wholeProject(store, 'shop'))
  const flood = Array.from({ length: 500 }, (_, number) =>
    verifier.verify(madeUp(number)).catch((error: unknown) => error),
  )
  await letIn(verifier.verify(tokenOf(pair.kid, pair.privateKey)))
  const codes = (await Promise.all(flood)).map((error) => (error as AuthenticationError | StoreError).code)
  // 24 were read at once, 32 waited for their turn, and the others were told to come again.
  expect(codes.filter((code) => code === 'token_not_verified')).toHaveLength(56)
  expect(codes.filter((code) => code === 'store_unavailable')).toHaveLength(444)
  expect(reads.most).toBe(24)
  expect(JSON.stringify(await wholeProject(store, 'shop'))).toBe(before)
  expect(await store.audit({ limit: 10 })).toHaveLength(2)
})

it('a flood lets the first call of another project pass, whose key was never read', async () => {
  const { verifier, registry, reads } = await platformOf()
  await registry.createProject({ id: 'rival' }, { by })
  const { kid, privateKey } = await registry.generateKey('rival', { by })
  const flood = Array.from({ length: 500 }, (_, number) =>
    verifier.verify(madeUp(number)).catch((error: unknown) => error),
  )
  const claims = { iss: 'rival', sub: 'rival', proj_id: 'rival' }
  const token = mint({ header: { kid }, claims, privateKey: createPrivateKey(privateKey) })
  await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'rival' } })
  await Promise.all(flood)
  expect(reads.all).toBe(57)
  // It was not the last one to be read.
  expect(reads.projects.indexOf('rival')).toBeLessThan(56)
})

it('a made-up kid is read once, and again only after a change', async () => {
  const { verifier, reads, registry } = await platformOf()
  const refused = () => expectRefusal(verifier.verify(madeUp(1)), 'token_not_verified')
  for (let time = 0; time < 5; time++) await refused()
  expect(reads.all).toBe(1)
  await registry.updateProject('shop', { name: 'Shop' }, { by })
  await refused()
  expect(reads.all).toBe(2)
})

it('a new key works at once, even when somebody asked for it before it was there', async () => {
  const { verifier, registry, tokenOf, store } = await platformOf()
  const { kid } = await registry.generateKey('shop', { by })
  const fresh = makeKeyPair('ES256')
  const { challenge } = await registry.registerKey('shop', { jwk: fresh.publicJwk, kid: 'next', by })
  const asked = mint({ header: { kid: 'next' }, privateKey: fresh.privateKey })
  await expectRefusal(verifier.verify(asked), 'token_not_verified')

  const proof = await prove({ privateKey: fresh.privateKey, challenge })
  await registry.confirmKey('shop', { kid: 'next', proof, by })
  await letIn(verifier.verify(mint({ header: { kid: 'next' }, privateKey: fresh.privateKey })))

  const rotation = await registry.rotateKey('shop', { kid, by })
  await letIn(verifier.verify(tokenOf(rotation.kid, rotation.privateKey ?? '')))
  expect(await store.find('shop', kid)).toMatchObject({ notAfter: now + 86_400 })
})

it('a stampede on one cold key is one read', async () => {
  const { verifier, reads, pair, tokenOf } = await platformOf()
  const tokens = Array.from({ length: 200 }, () => tokenOf(pair.kid, pair.privateKey))
  await Promise.all(tokens.map((token) => letIn(verifier.verify(token))))
  expect(reads.all).toBe(1)
})

describe('while the database fails', () => {
  it('a cold key is 503 and a warm one is served; nothing of the failure is remembered', async () => {
    const { verifier, reads, pair, tokenOf, registry } = await platformOf()
    const cold = await registry.generateKey('shop', { by })
    await letIn(verifier.verify(tokenOf(pair.kid, pair.privateKey)))
    reads.fail = true
    await letIn(verifier.verify(tokenOf(pair.kid, pair.privateKey)))
    await expectRefusal(verifier.verify(tokenOf(cold.kid, cold.privateKey)), 'store_unavailable')
    await expectRefusal(verifier.verify(madeUp(1)), 'store_unavailable')
    reads.fail = false
    await letIn(verifier.verify(tokenOf(cold.kid, cold.privateKey)))
    await expectRefusal(verifier.verify(madeUp(1)), 'token_not_verified')
  })
})
