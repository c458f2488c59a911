import { describe, expect, it } from '@jest/globals'
import { now } from '../../helpers/mint.js'
import { by, expectDenial, managedShop } from '../../helpers/registry.js'

describe('a revocation', () => {
  it('ends a key for good, and says so when it was the last', async () => {
    const { registry, store, clock } = await managedShop()
    const first = await registry.generateKey('shop', { by })
    const second = await registry.generateKey('shop', { by })
    clock.now += 5
    const answer = await registry.revokeKey('shop', { kid: first.kid, reason: 'exposed', by })
    expect(answer).toEqual({
      key: expect.objectContaining({ state: 'revoked', revokedAt: now + 5, revocationReason: 'exposed' }),
    })
    expect((await store.find('shop', first.kid))?.revokedAt).toBeLessThan(now)
    const last = await registry.revokeKey('shop', { kid: second.kid, reason: 'unused', by })
    expect(last.warning).toBe(
      'The project has no key left that can sign: all its tokens are refused until it has a new key.',
    )
  })

  it('changes nothing the second time', async () => {
    const { registry, clock } = await managedShop()
    const { kid } = await registry.generateKey('shop', { by })
    const first = await registry.revokeKey('shop', { kid, reason: 'exposed', by })
    clock.now += 5
    expect(await registry.revokeKey('shop', { kid, reason: 'other', by })).toEqual(first)
    expect((await registry.listAudit()).records).toHaveLength(3)
  })

  it.each(['leaked', undefined, '', 'toString', ['exposed']])('refuses the reason %p', async (reason) => {
    const { registry } = await managedShop()
    const { kid } = await registry.generateKey('shop', { by })
    await expectDenial(
      registry.revokeKey('shop', { kid, reason: reason as 'other', by }),
      'request_invalid',
      reason === undefined
        ? 'revokeKey: reason is undefined; is the variable set that should hold it?'
        : "revokeKey: reason must be 'exposed' or 'compromised' or 'superseded' or 'unused' or 'other'",
    )
  })
})
