import { beforeEach, describe, expect, it } from '@jest/globals'
import { customerHost, keySet } from '../../helpers/customer-host.js'
import { published } from '../../helpers/hosted-platform.js'
import { hostedRegistry } from '../../helpers/hosted-registry.js'
import { keyPair, makeKeyPair } from '../../helpers/keys.js'
import { now } from '../../helpers/mint.js'
import { prove } from '../../helpers/possession.js'
import { by, expectDenial } from '../../helpers/registry.js'

const host = customerHost()
beforeEach(() => {
  host.answer = keySet([published('key-1'), published('key-2', 'EdDSA')])
})

describe('removeKeySet', () => {
  it('takes the set away, with its reason in the audit, and ends all sessions of the project', async () => {
    const { registry, store, hand } = await hostedRegistry(host)
    await hand()
    const project = await registry.removeKeySet('shop', { reason: 'They moved.', by })
    expect(project).not.toHaveProperty('keySet')
    expect(await store.keySet('shop')).toBeUndefined()
    expect((await store.load('shop', { now, madeAfter: now }))?.sessionsBefore).toBe(now + 10)
    const { keys } = await registry.listHostedKeys('shop')
    expect(keys.map(({ state }) => state)).toEqual(['removed', 'removed'])
    expect((await registry.listAudit()).records[0]).toMatchObject({
      action: 'key_set.removed',
      reason: 'They moved.',
      before: { project: { keySet: { jwksUri: host.jwksUri } }, hostedKeys: [{ state: 'active' }, {}] },
      after: { hostedKeys: [{ state: 'removed' }, {}] },
    })
    await expectDenial(registry.removeKeySet('shop', { by }), 'key_set_not_found', /has no key set/)
  })

  it('takes a registration away, and ends no session for it', async () => {
    const { registry, store } = await hostedRegistry(host)
    await registry.registerKeySet('shop', { jwksUri: host.jwksUri, by })
    await registry.removeKeySet('shop', { by })
    const stored = await store.load('shop', { now, madeAfter: now })
    expect(stored).not.toHaveProperty('pendingKeySet')
    expect(stored).not.toHaveProperty('sessionsBefore')
  })
})

describe('revokeKey', () => {
  it('ends a hosted key, one that nobody has seen, too, and says when none is left', async () => {
    const { registry, hand, events } = await hostedRegistry(host)
    await hand()
    const revoke = (kid: string) => registry.revokeKey('shop', { kid, reason: 'exposed', by })
    expect(await revoke('key-1')).toEqual({
      key: {
        hosted: true,
        kid: 'key-1',
        state: 'revoked',
        alg: 'ES256',
        publicJwk: published('key-1'),
        firstSeen: now,
        revokedAt: now,
        revocationReason: 'exposed',
      },
    })
    expect(events.at(-1)?.record).toMatchObject({ action: 'key.revoked', kid: 'key-1' })
    expect((await revoke('new')).key).toMatchObject({ hosted: true, state: 'revoked', removedAt: now })
    expect(await revoke('key-2')).toHaveProperty('warning')
    await registry.removeKeySet('shop', { by })
    await expectDenial(revoke('other'), 'key_not_found', 'The project "shop" has no key "other".')
  })
})

describe('registerKey', () => {
  it('takes no kid that stands for another key of the set, and no key that was revoked there', async () => {
    const { registry, hand } = await hostedRegistry(host)
    await hand()
    const register = (kid: string, pair = makeKeyPair('ES256')) =>
      registry.registerKey('shop', { jwk: pair.publicJwk, kid, by })
    await expectDenial(register('key-1'), 'key_exists', /^This kid is, or was, in the key set .* "key-1"/)
    await register('key-1', keyPair('ES256'))
    await registry.revokeKey('shop', { kid: 'key-2', reason: 'exposed', by })
    const revoked = register('mine', keyPair('EdDSA'))
    await expectDenial(revoked, 'key_exists', /^This public key is, or was, in the key set .* "key-2"/)
  })

  it('and confirmKey takes none that was revoked in the set meanwhile', async () => {
    const { registry, hand } = await hostedRegistry(host)
    await hand()
    const pair = keyPair('ES256')
    const { kid, challenge } = await registry.registerKey('shop', { jwk: pair.publicJwk, kid: 'mine', by })
    await registry.revokeKey('shop', { kid: 'key-1', reason: 'exposed', by })
    const proof = await prove({ privateKey: pair.privateKey, challenge })
    await expectDenial(registry.confirmKey('shop', { kid, proof, by }), 'key_exists', /^This public key/)
  })
})
