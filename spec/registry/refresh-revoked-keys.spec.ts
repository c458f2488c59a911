import { beforeEach, describe, expect, it } from '@jest/globals'
import { customerHost, keySet } from '../helpers/customer-host.js'
import { published } from '../helpers/hosted-platform.js'
import { by } from '../helpers/registry.js'
import { refreshedSets } from './refreshed-sets.js'

const host = customerHost()
beforeEach(() => {
  host.answer = keySet([published('key-1')])
})
const refreshed = () => refreshedSets(host)

describe('refreshKeySets, where the platform has revoked a key,', () => {
  it('keeps a revoked kid revoked, whatever the set says, and fills in one that nobody had seen', async () => {
    const { refresh, registry, states, store, close } = await refreshed()
    const revoke = (kid: string) => registry.revokeKey('shop', { kid, reason: 'exposed', by })
    await revoke('key-1')
    await revoke('new')
    host.answer = keySet([published('new', 'EdDSA')])
    await refresh()
    host.answer = keySet([published('key-1'), published('new', 'EdDSA')])
    await refresh()
    expect(await states()).toEqual({ 'key-1': 'revoked', new: 'revoked' })
    const { keys } = await registry.listHostedKeys('shop')
    expect(keys.find(({ kid }) => kid === 'new')?.publicJwk).toEqual(published('new', 'EdDSA'))
    expect((await store.keySet('shop'))?.copy?.keys).toEqual([])
    await close()
  })

  it('revokes a revoked key that comes back under another kid as soon as it is seen, with its sessions', async () => {
    const { refresh, registry, states, store, clock, close } = await refreshed()
    await registry.revokeKey('shop', { kid: 'key-1', reason: 'exposed', by })
    clock.now += 10_000
    host.answer = keySet([published('renamed')])
    await refresh()
    expect(await states()).toEqual({ 'key-1': 'revoked', renamed: 'revoked' })
    const { keys } = await registry.listHostedKeys('shop')
    expect(keys.find(({ kid }) => kid === 'renamed')).toMatchObject({ revocationReason: 'exposed' })
    // Somebody may have accepted its tokens until now.
    const ended = (await store.revocations()).keys.filter(({ kid }) => kid === 'renamed')
    expect(ended).toEqual([{ project: 'shop', kid: 'renamed', revokedAt: expect.any(Number) }])
    await close()
  })

  it('revokes a revoked key that comes back under a kid that was gone from the set', async () => {
    const { refresh, registry, states, close } = await refreshed()
    host.answer = keySet([published('key-1'), published('alias')])
    await refresh()
    host.answer = keySet([published('key-1')])
    await refresh()
    await registry.revokeKey('shop', { kid: 'key-1', reason: 'exposed', by })
    expect(await states()).toEqual({ 'key-1': 'revoked', alias: 'removed' })
    host.answer = keySet([published('alias')])
    await refresh()
    expect(await states()).toEqual({ 'key-1': 'revoked', alias: 'revoked' })
    await close()
  })
})
