import { describe, expect, it } from '@jest/globals'
import { createPublicKey } from 'node:crypto'
import { createSigner } from '../../../lib/customer/index.js'
import { audience, now } from '../../helpers/mint.js'
import { verifierOf } from '../../helpers/platform.js'
import { wholeProject } from '../../helpers/records.js'
import { by, expectDenial, managedShop } from '../../helpers/registry.js'

describe('a generated key', () => {
  it('signs tokens that the platform accepts at once', async () => {
    const { registry, store } = await managedShop()
    const { kid, publicJwk, privateKey } = await registry.generateKey('shop', { by })
    expect(publicJwk).toMatchObject({ kty: 'EC', crv: 'P-256', kid, alg: 'ES256', use: 'sig' })
    expect(createPublicKey(privateKey).export({ format: 'jwk' })).toMatchObject({ x: publicJwk.x })
    const token = await createSigner({ projectId: 'shop', audience, privateKey }).sign()
    const verifier = verifierOf({ keyStore: store, clock: () => Date.now() / 1000 })
    await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
  })

  it.each(['RS256', 'EdDSA', 'Ed25519', 'ES384'] as const)('can be for %s', async (alg) => {
    const { registry, store } = await managedShop()
    const { kid } = await registry.generateKey('shop', { alg, by })
    expect(await store.find('shop', kid)).toMatchObject({ kid, alg: alg === 'Ed25519' ? 'EdDSA' : alg })
  })

  it('is listed without its private half, which is nowhere', async () => {
    const { registry, store } = await managedShop()
    const { kid, privateKey, publicJwk } = await registry.generateKey('shop', { by })
    expect((await registry.listKeys('shop')).keys).toEqual([
      { kid, alg: 'ES256', state: 'active', publicJwk, createdAt: now, activatedAt: now },
    ])
    const kept = JSON.stringify([await wholeProject(store, 'shop'), await registry.listAudit()])
    const secret = privateKey.split('\n').slice(1, -2).join('')
    expect(secret.length).toBeGreaterThan(100)
    expect(kept).not.toContain(secret.slice(0, 40))
    expect(kept).not.toContain('"d"')
  })

  it('is refused for an algorithm that is none', async () => {
    const { registry } = await managedShop()
    const making = registry.generateKey('shop', { alg: 'HS256' as never, by })
    await expectDenial(making, 'request_invalid', /^generateKey: alg must be one of ES256, /)
  })
})
