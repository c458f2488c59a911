import { beforeAll, describe, expect, it } from '@jest/globals'
import type { KeyStore, ProjectWithKeys } from '../../lib/index.js'
import { isAdmitted } from '../../lib/keys/public-key.js'
import { keyPair } from '../helpers/keys.js'
import { mint, now } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'

const jwkOf = (alg: string) => keyPair(alg).publicJwk
const algs = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA'] as const

const full: ProjectWithKeys = {
  id: 'full',
  name: 'Full of members',
  issuer: 'https://full.example',
  allowedOrigins: ['https://full.example'],
  scopes: ['portal:read'],
  suspended: true,
  metadata: { plan: 'gold' },
  keys: [
    { jwk: jwkOf('ES256'), kid: 'early', notBefore: now + 100 },
    { jwk: jwkOf('ES256'), kid: 'late', notAfter: now - 100 },
    { jwk: jwkOf('ES256'), kid: 'revoked', revokedAt: now - 50 },
  ],
}

/** Pairs of ids that a store must not confuse: each project has a key of its own under each kid. */
const alike = [
  ['p1', '2x'],
  ['p12', 'x'],
  ['p1:2', 'x'],
  ['p1', '2:x'],
  ['2:p1', '2x'],
  ['p1 ', '2x'],
  ['P1', '2x'],
  ['p1', '2X'],
  ['p/1', 'x'],
  ['p', '1/x'],
  ['caf\u00e9', 'caf\u00e9'],
  ['caf\u00e9', 'cafe\u0301'],
  ['cafe\u0301', 'caf\u00e9'],
  ['p'.repeat(256), 'k'.repeat(256)],
  ['p'.repeat(256), 'k'.repeat(255)],
  ['p'.repeat(255), 'k'.repeat(256)],
] as const

/** The projects of `alike`; the name of each key's project says which pair it is. */
function lookalikes(): ProjectWithKeys[] {
  return [...new Set(alike.map(([id]) => id))].map((id) => {
    const kids = alike.filter(([projectId]) => projectId === id).map(([, kid]) => kid)
    return { id, name: `project ${id}`, keys: kids.map((kid) => ({ jwk: jwkOf('ES256'), kid })) }
  })
}

/** What every key store promises. `make` returns a store that holds these projects and keys. */
export function describeKeyStore(
  name: string,
  make: (projects: readonly ProjectWithKeys[]) => KeyStore | Promise<KeyStore>,
): void {
  describe(`${name} is a key store that`, () => {
    let store: KeyStore

    // Once: tests only read from it, and to admit RSA keys costs more than all else here.
    beforeAll(async () => {
      store = await make([shop(algs), full, ...lookalikes()])
    })

    it.each(algs)('finds an admitted key for %s, which verifies a token', async (alg) => {
      const kid = `key-${alg.toLowerCase()}`
      const key = await store.find('shop', kid)
      expect(key).toMatchObject({ kid, alg, project: { id: 'shop', issuer: 'shop' } })
      expect(isAdmitted(key)).toBe(true)
      expect(key?.publicKey.export({ format: 'jwk' })).toEqual(jwkOf(alg))

      const verifier = verifierOf({ keyStore: store, algorithms: algs })
      await expect(verifier.verify(mint({ alg }))).resolves.toMatchObject({ project: { id: 'shop' } })
    })

    it('finds the same key again, and many times at once', async () => {
      const found = await Promise.all(Array.from({ length: 50 }, async () => store.find('shop', 'key-es256')))
      for (const key of [...found, await store.find('shop', 'key-es256')]) {
        expect(key).toMatchObject({ kid: 'key-es256', project: { id: 'shop' } })
        expect(isAdmitted(key)).toBe(true)
      }
    })

    it('hands on every member of the project', async () => {
      const { keys, ...project } = full
      expect(keys).toHaveLength(3)
      expect((await store.find('full', 'early'))?.project).toEqual(project)
    })

    it('leaves it to the verifier whether a key is active', async () => {
      expect(await store.find('full', 'early')).toMatchObject({ notBefore: now + 100 })
      expect(await store.find('full', 'late')).toMatchObject({ notAfter: now - 100 })
      // A registry makes it earlier still.
      expect((await store.find('full', 'revoked'))?.revokedAt).toBeLessThanOrEqual(now - 50)
    })

    it.each([
      ['nobody', 'key-es256'],
      ['shop', 'nothing'],
      ['full', 'key-es256'],
      ['shop', 'early'],
      ['shop', 'KEY-ES256'],
      ['shop', 'key-es256 '],
      ['shop', ''],
      ['', 'key-es256'],
      ['__proto__', 'constructor'],
      ['constructor', 'name'],
      ['shop', '__proto__'],
      ['shop', 'toString'],
      ['shop', "' OR 1=1 --"],
      ['shop', '%'],
      ['shop', '*'],
      ['shop', '../shop/key-es256'],
      ['shop', 'k'.repeat(256)],
    ])('has no key for project %j and kid %j', async (projectId, kid) => {
      await expect(Promise.resolve(store.find(projectId, kid))).resolves.toBeUndefined()
      const verifier = verifierOf({ keyStore: store })
      const honest = mint()
      if (projectId !== '' && kid !== '') {
        const claims = { proj_id: projectId, sub: projectId, iss: projectId }
        await expectRefusal(verifier.verify(mint({ header: { kid }, claims })), 'token_not_verified')
      }
      await expect(verifier.verify(honest)).resolves.toMatchObject({ project: { id: 'shop' } })
    })

    it.each(alike)('does not take project %j and kid %j for another pair', async (projectId, kid) => {
      const key = await store.find(projectId, kid)
      expect(key).toMatchObject({ kid, project: { id: projectId, name: `project ${projectId}` } })
    })

    it('does not put together the project of one pair and the kid of another', async () => {
      const pairs = new Set(alike.map(([projectId, kid]) => JSON.stringify([projectId, kid])))
      for (const [projectId] of alike) {
        for (const [, kid] of alike) {
          const key = await store.find(projectId, kid)
          expect(key !== undefined).toBe(pairs.has(JSON.stringify([projectId, kid])))
        }
      }
    })
  })
}
