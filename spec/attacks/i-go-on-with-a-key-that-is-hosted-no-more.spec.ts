import { beforeEach, describe, expect, it } from '@jest/globals'
import { CachedKeyStore, createVerifier, JwksKeyStore } from '../../lib/index.js'
import { refreshKeySets, RegistryRevocations } from '../../lib/registry/index.js'
import { customerHost, keySet, text } from '../helpers/customer-host.js'
import { published } from '../helpers/hosted-platform.js'
import { hostedRegistry, readsFrom } from '../helpers/hosted-registry.js'
import { keyPair } from '../helpers/keys.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { by, handOver } from '../helpers/registry.js'
import { until } from '../helpers/until.js'

const host = customerHost()
const both = [published('key-1'), published('key-2', 'EdDSA')]
beforeEach(() => {
  host.answer = keySet(both)
})

/** A platform whose verifier has accepted tokens of both keys of the set. */
async function warm() {
  const managed = await hostedRegistry(host)
  await managed.hand()
  const keyStore = new CachedKeyStore(new JwksKeyStore(managed.store, readsFrom(host)))
  await managed.store.watch((projectId) => {
    keyStore.invalidate(projectId)
  })
  const { options, events } = platform({ keyStore, algorithms: ['ES256', 'EdDSA', 'ES384'] })
  const verifier = createVerifier(options)
  const send = (kid: string, alg = 'ES256') =>
    verifier.verify(mint({ alg, header: { kid } })).then(
      () => 'passes',
      (error: unknown) => (error as { code: string }).code,
    )
  const sendBoth = async () => [await send('key-1'), await send('key-2', 'EdDSA')]
  expect(await sendBoth()).toEqual(['passes', 'passes'])
  const revoke = (kid: string) => managed.registry.revokeKey('shop', { kid, reason: 'exposed', by })
  const reason = () => events.flatMap((event) => (event.type === 'refused' ? [event.reason] : [])).at(-1)
  const refresher = refreshKeySets({ store: managed.store, keySets: readsFrom(host) })
  const refresh = () => {
    managed.clock.now += 300
    return refresher.refresh()
  }
  return { ...managed, keyStore, send, sendBoth, revoke, reason, refresh, close: refresher.close }
}

describe('the platform revokes a key of the set', () => {
  it('it is refused at once, without a read, and the other one is not', async () => {
    const { sendBoth, revoke, reason } = await warm()
    const reads = host.asked.length
    await revoke('key-1')
    expect(await sendBoth()).toEqual(['token_not_verified', 'passes'])
    expect(reason()).toBe('key_revoked')
    expect(host.asked).toHaveLength(reads)
  })

  it('it stays refused when the customer takes it out and publishes it again, and when the host is down', async () => {
    const { sendBoth, revoke, refresh, close } = await warm()
    await revoke('key-1')
    for (const answer of [keySet(both.slice(1)), keySet(both), text('', 503)]) {
      host.answer = answer
      await refresh()
      expect(await sendBoth()).toEqual(['token_not_verified', 'passes'])
    }
    await close()
  })

  it('it is refused under another kid, before anybody has written that down', async () => {
    host.answer = keySet([...both, published('renamed')])
    const { send, revoke, reason } = await warm()
    expect(await send('renamed')).toBe('passes')
    await revoke('key-1')
    expect(await send('renamed')).toBe('token_not_verified')
    expect(reason()).toBe('key_revoked')
  })

  it('it is refused in the set when it is revoked as a registered key, whose kid is another one', async () => {
    const { send, registry, revoke, reason } = await warm()
    await handOver(registry, 'shop', keyPair('ES256'), { kid: 'own' })
    expect([await send('own'), await send('key-1')]).toEqual(['passes', 'passes'])
    await revoke('own')
    expect([await send('own'), await send('key-1')]).toEqual(['token_not_verified', 'token_not_verified'])
    expect(reason()).toBe('key_revoked')
  })

  it('it is refused as a registered key, whose kid is another one, when it is revoked in the set', async () => {
    const { send, registry, revoke, reason } = await warm()
    await handOver(registry, 'shop', keyPair('ES256'), { kid: 'own' })
    expect(await send('own')).toBe('passes')
    await revoke('key-1')
    expect([await send('own'), await send('key-1')]).toEqual(['token_not_verified', 'token_not_verified'])
    expect(reason()).toBe('key_revoked')
  })

  it('so it is when it was revoked as a registered key, and comes in with the set under another kid', async () => {
    const { send, registry, refresh, close } = await warm()
    await handOver(registry, 'shop', keyPair('ES384'), { kid: 'own' })
    await registry.revokeKey('shop', { kid: 'own', reason: 'exposed', by })
    host.answer = keySet([...both, published('renamed', 'ES384')])
    await refresh()
    expect((await registry.listHostedKeys('shop')).keys).toContainEqual(
      expect.objectContaining({ kid: 'renamed', state: 'revoked', revocationReason: 'exposed' }),
    )
    expect(await send('renamed', 'ES384')).toBe('token_not_verified')
    await close()
  })

  it('a kid that nobody has seen is refused when it is published', async () => {
    const { send, revoke, refresh, close } = await warm()
    await revoke('key-3')
    host.answer = keySet([...both, published('key-3', 'ES384')])
    await refresh()
    expect(await send('key-3', 'ES384')).toBe('token_not_verified')
    await close()
  })

  it('its sessions end', async () => {
    const { store, clock, revoke } = await warm()
    const revocations = new RegistryRevocations({ store, clock: () => clock.now })
    await revocations.ready()
    await revoke('key-1')
    await until('the list has it', async () => (await revocations.list()).revocations.length > 0)
    expect((await revocations.list()).revocations).toMatchObject([{ project: 'shop', kid: 'key-1' }])
    await revocations.close()
  })
})

it('the set is removed: its keys are refused at once', async () => {
  const { sendBoth, registry } = await warm()
  await registry.removeKeySet('shop', { by })
  expect(await sendBoth()).toEqual(['token_not_verified', 'token_not_verified'])
})

it('the set is at another address: keys of the old one are refused at once', async () => {
  const { sendBoth, hand } = await warm()
  host.answer = keySet(both.slice(1))
  await hand('EdDSA', 'shop', `${host.jwksUri}?moved`)
  expect(await sendBoth()).toEqual(['token_not_verified', 'passes'])
})

it('the project is suspended, then deleted', async () => {
  const { sendBoth, registry } = await warm()
  await registry.suspendProject('shop', { by })
  expect(await sendBoth()).toEqual(['project_suspended', 'project_suspended'])
  await registry.deleteProject('shop', { by })
  expect(await sendBoth()).toEqual(['token_not_verified', 'token_not_verified'])
})

it('an address that is registered and not confirmed gives no key', async () => {
  const { registry, send } = await warm()
  host.answer = keySet([...both, published('key-3', 'ES384')])
  await registry.registerKeySet('shop', { jwksUri: `${host.jwksUri}?mine`, by })
  expect(await send('key-1')).toBe('passes')
  expect(host.asked.every(({ url }) => url === '/jwks.json')).toBe(true)
})
