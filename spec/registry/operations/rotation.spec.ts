import { describe, expect, it } from '@jest/globals'
import { now } from '../../helpers/mint.js'
import { wholeProject } from '../../helpers/records.js'
import { by, expectDenial, managedShop } from '../../helpers/registry.js'

const day = 86_400

describe('a rotation', () => {
  it('makes a new key at once and lets the old one retire', async () => {
    const { registry, clock } = await managedShop()
    const old = await registry.generateKey('shop', { by })
    clock.now += 100
    const rotation = await registry.rotateKey('shop', { by })
    expect(rotation).toMatchObject({
      privateKey: expect.stringContaining('PRIVATE KEY'),
      retiring: { kid: old.kid, until: now + 100 + day },
      repeated: false,
    })
    const states = async () => (await registry.listKeys('shop')).keys.map(({ kid, state }) => [kid, state])
    expect(await states()).toEqual([
      [old.kid, 'retiring'],
      [rotation.kid, 'active'],
    ])
    clock.now += day
    expect(await states()).toEqual([
      [old.kid, 'expired'],
      [rotation.kid, 'active'],
    ])
  })

  it('keeps the algorithm unless told otherwise', async () => {
    const { registry } = await managedShop()
    await registry.generateKey('shop', { alg: 'EdDSA', by })
    expect(await registry.rotateKey('shop', { by })).toMatchObject({ publicJwk: { alg: 'EdDSA' } })
    expect(await registry.rotateKey('shop', { alg: 'ES256', by })).toMatchObject({
      publicJwk: { alg: 'ES256' },
    })
  })

  it('is made once for one idempotency key, and its private half told once', async () => {
    const { registry, store } = await managedShop()
    await registry.generateKey('shop', { by })
    const rotate = () => registry.rotateKey('shop', { idempotencyKey: 'monday', by })
    const { privateKey, ...first } = await rotate()
    expect(privateKey).toContain('PRIVATE KEY')
    const again = await rotate()
    expect(again).toEqual({ ...first, repeated: true })
    expect((await wholeProject(store, 'shop'))?.keys).toHaveLength(2)
    expect((await registry.listAudit()).records).toHaveLength(3)

    const other = await registry.rotateKey('shop', { idempotencyKey: 'tuesday', by })
    expect(other).toMatchObject({ repeated: false, retiring: { kid: first.kid } })
  })

  it('does not take the idempotency key of another rotation', async () => {
    const { registry } = await managedShop()
    const { kid } = await registry.generateKey('shop', { by })
    const { kid: second } = await registry.rotateKey('shop', { kid, idempotencyKey: 'a', by })
    await expectDenial(
      registry.rotateKey('shop', { kid: second, idempotencyKey: 'a', by }),
      'request_invalid',
      'This idempotencyKey belongs to the rotation of another key; use a new one',
    )
  })

  it('wants to know which of several keys, and takes none that is not active', async () => {
    const { registry } = await managedShop()
    await expectDenial(
      registry.rotateKey('shop', { by }),
      'key_not_active',
      'The project "shop" has no active key to rotate. Generate or register one.',
    )
    const { kid } = await registry.generateKey('shop', { by })
    await registry.generateKey('shop', { by })
    await expectDenial(
      registry.rotateKey('shop', { by }),
      'request_invalid',
      'The project has 2 active keys; say with kid which one is to retire',
    )
    await registry.rotateKey('shop', { kid, by })
    await expectDenial(
      registry.rotateKey('shop', { kid, by }),
      'key_not_active',
      `The key "${kid}" is retiring; only an active key can be replaced.`,
    )
    await expectDenial(
      registry.rotateKey('shop', { kid: 'x', by }),
      'key_not_found',
      'The project "shop" has no key "x".',
    )
  })

  it.each([-1, 2_592_001, NaN, Infinity, '60', null])('refuses an overlap of %p', async (overlap) => {
    const { registry } = await managedShop()
    await registry.generateKey('shop', { by })
    await expectDenial(
      registry.rotateKey('shop', { overlap: overlap as number, by }),
      'request_invalid',
      /^rotateKey: overlap must be a number of seconds from 0 to 2592000/,
    )
    await registry.rotateKey('shop', { overlap: 2_592_000, by })
  })
})
