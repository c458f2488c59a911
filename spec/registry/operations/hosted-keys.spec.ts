import { beforeEach, describe, expect, it } from '@jest/globals'
import { customerHost, keySet } from '../../helpers/customer-host.js'
import { published } from '../../helpers/hosted-platform.js'
import { hostedRegistry } from '../../helpers/hosted-registry.js'
import { keyPair, makeKeyPair } from '../../helpers/keys.js'
import { now } from '../../helpers/mint.js'
import { prove } from '../../helpers/possession.js'
import { by, expectDenial, handOver } from '../../helpers/registry.js'

const host = customerHost()
beforeEach(() => {
  host.answer = keySet([published('key-1'), published('key-2', 'EdDSA')])
})

describe('confirmKeySet', () => {
  it('says which key of the set is dropped because its kid stood for another one, at any address', async () => {
    const { registry, hand } = await hostedRegistry(host)
    await hand()
    host.answer = keySet([published('key-2', 'EdDSA'), published('key-1', 'ES384')])
    const { keys, dropped } = await hand('EdDSA', 'shop', `${host.jwksUri}?2`)
    expect([keys.map(({ kid }) => kid), dropped]).toEqual([
      ['key-2'],
      [{ kid: 'key-1', reason: 'other_material' }],
    ])
    expect((await registry.listHostedKeys('shop')).keys).toMatchObject([
      { alg: 'ES256', state: 'removed' },
      {},
    ])
    await expectDenial(hand('ES384'), 'proof_invalid', /no key of the set has its kid/)
  })
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

describe('revokeKey of a pair that a project has under several kids', () => {
  /** The pair of ES256 is registered as `own` and in the set as `key-1` and `alias`. */
  const several = async () => {
    host.answer = keySet([published('key-1'), published('alias'), published('key-2', 'EdDSA')])
    const platform = await hostedRegistry(host)
    const { registry, hand, store } = platform
    await hand()
    await handOver(registry, 'shop', keyPair('ES256'), { kid: 'own' })
    const states = async () => {
      const [registered, hosted] = [await registry.listKeys('shop'), await registry.listHostedKeys('shop')]
      return Object.fromEntries([...registered.keys, ...hosted.keys].map(({ kid, state }) => [kid, state]))
    }
    const revoke = (kid: string, reason: 'exposed' | 'other' = 'exposed') =>
      registry.revokeKey('shop', { kid, reason, by })
    const ended = async () => (await store.revocations()).keys.map(({ kid }) => kid).toSorted()
    return { ...platform, states, revoke, ended }
  }

  it.each(['key-1', 'alias', 'own'])('ends it under each, with their sessions: %s', async (kid) => {
    const { registry, revoke, states, ended } = await several()
    const { key, alsoRevoked = [] } = await revoke(kid)
    expect([key.kid, ...alsoRevoked].toSorted()).toEqual(['alias', 'key-1', 'own'])
    expect(await states()).toEqual({
      own: 'revoked',
      'key-1': 'revoked',
      alias: 'revoked',
      'key-2': 'active',
    })
    expect(await ended()).toEqual(['alias', 'key-1', 'own'])
    const { records } = await registry.listAudit({ limit: 3 })
    expect(records.map((record) => [record.action, record.reason])).toEqual(
      Array(3).fill(['key.revoked', 'exposed']),
    )
    expect(records.at(-1)?.kid).toBe(kid)
  })

  it('goes on where a former call has ended half of it', async () => {
    const { revoke, states, store } = await several()
    await store.revoke({ projectId: 'shop', kid: 'own', reason: 'other', by, at: now })
    expect((await revoke('own', 'other')).alsoRevoked).toEqual(['alias', 'key-1'])
    expect(await states()).toMatchObject({ 'key-1': 'revoked', alias: 'revoked' })
    expect(await revoke('own')).not.toHaveProperty('alsoRevoked')
  })

  it('warns when no other pair is left', async () => {
    const { revoke } = await several()
    expect(await revoke('key-2')).not.toHaveProperty('warning')
    expect(await revoke('alias')).toHaveProperty('warning')
  })

  it('leaves another key alone that is registered under a kid which the set has for the pair', async () => {
    const { registry, hand, revoke, states } = await several()
    const other = makeKeyPair('ES256')
    const { challenge } = await registry.registerKey('shop', { jwk: other.publicJwk, kid: 'late', by })
    host.answer = keySet([published('key-1'), published('late')])
    await hand()
    const proof = await prove({ privateKey: other.privateKey, challenge })
    await registry.confirmKey('shop', { kid: 'late', proof, by })
    expect((await revoke('key-1')).alsoRevoked).toEqual(['own'])
    const registered = (await registry.listKeys('shop')).keys.find(({ kid }) => kid === 'late')
    expect(registered).toMatchObject({ state: 'active' })
    expect(await states()).toMatchObject({ 'key-1': 'revoked', own: 'revoked' })
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
