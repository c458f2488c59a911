import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import {
  CachedKeyStore,
  JwksKeyStore,
  type HostedKeySet,
  type JwksKeyStoreOptions,
  type ProjectWithKeys,
} from '../../../lib/index.js'
import { isAdmitted } from '../../../lib/keys/public-key.js'
import { customerHost, hostName, keySet } from '../../helpers/customer-host.js'
import { hostedPlatform, hostedStore, published, setOf } from '../../helpers/hosted-platform.js'
import { now } from '../../helpers/mint.js'
import { shop } from '../../helpers/platform.js'
import { describeKeyStore } from '../key-store-contract.js'

const host = customerHost()
beforeEach(() => {
  host.answer = keySet([published('key-1')])
})

describe('over a store of registered keys', () => {
  const over = (projects: readonly ProjectWithKeys[]) => new JwksKeyStore(hostedStore(projects))
  describeKeyStore('JwksKeyStore', over)
  describeKeyStore('CachedKeyStore of it', (projects) => new CachedKeyStore(over(projects)))
})

describe('a key', () => {
  it('of the set is admitted, for the project as the store has it each time', async () => {
    const { jwks, store } = hostedPlatform(host)
    const key = await jwks.find('shop', 'key-1')
    expect(key).toMatchObject({
      kid: 'key-1',
      alg: 'ES256',
      project: { id: 'shop', scopes: ['portal:read'] },
    })
    expect(isAdmitted(key)).toBe(true)
    store.sets.set('shop', setOf(host.jwksUri, { id: 'shop', suspended: true }))
    expect((await jwks.find('shop', 'key-1'))?.project).toEqual({
      id: 'shop',
      issuer: 'shop',
      suspended: true,
    })
    expect(host.asked).toHaveLength(1)
  })

  it('that is registered wins, revoked ones included, and the set is not read for it', async () => {
    const registered = { jwk: published('key-1', 'EdDSA'), revokedAt: 0 }
    const store = hostedStore([shop([], { keys: [registered] })])
    store.sets.set('shop', setOf(host.jwksUri))
    const jwks = new JwksKeyStore(store, { ports: [host.port], allowAddress: () => true })
    expect(await jwks.find('shop', 'key-1')).toMatchObject({ alg: 'EdDSA', revokedAt: 0 })
    expect([host.asked, store.asked]).toEqual([[], []])
  })

  it('that the platform denies is revoked at once, and others are not', async () => {
    host.answer = keySet([published('key-1'), published('key-2', 'EdDSA')])
    const { jwks, store, found } = hostedPlatform(host)
    expect([await found('key-1'), await found('key-2')]).toEqual(['key-1', 'key-2'])
    store.sets.set('shop', { ...setOf(host.jwksUri), denied: [{ kid: 'key-1', deniedAt: now }] })
    expect(await jwks.find('shop', 'key-1')).toMatchObject({ revokedAt: 0 })
    expect(await jwks.find('shop', 'key-2')).not.toHaveProperty('revokedAt')
    expect(host.asked).toHaveLength(1)
  })

  it('that the platform denies is not looked for', async () => {
    const { found, store } = hostedPlatform(host)
    store.sets.set('shop', { ...setOf(host.jwksUri), denied: [{ kid: 'key-1', deniedAt: now }] })
    expect([await found('key-1'), host.asked.length]).toEqual(['none', 0])
  })

  it('of a set that is none of the project any more is none', async () => {
    const { found, store } = hostedPlatform(host)
    await found('key-1')
    store.sets.delete('shop')
    expect(await found('key-1')).toBe('none')
  })

  it('of a set that the store names again comes without another read', async () => {
    const { found, store } = hostedPlatform(host)
    await found('key-1')
    store.sets.delete('shop')
    await found('key-1')
    store.sets.set('shop', setOf(host.jwksUri))
    expect([await found('key-1'), await found('key-2'), host.asked.length]).toEqual(['key-1', 'none', 1])
  })
})

describe('made-up projects', () => {
  it('cause no read', async () => {
    const { found } = hostedPlatform(host)
    for (const projectId of ['nobody', '__proto__', 'Shop', 'shop ', ''])
      expect(await found('key-1', projectId)).toBe('none')
    expect([host.asked, host.resolved]).toEqual([[], []])
  })
})

describe('a store that says something else', () => {
  it.each<[string, unknown]>([
    ['the set of another project', setOf(`https://${hostName}/`, { id: 'rival' })],
    ['no project', { jwksUri: `https://${hostName}/`, denied: [] }],
    ['no address', { project: { id: 'shop' }, denied: [] }],
    ['a URL object', { project: { id: 'shop' }, jwksUri: new URL(`https://${hostName}/`), denied: [] }],
    ['nothing of what is denied', { project: { id: 'shop' }, jwksUri: `https://${hostName}/` }],
    ['a text', 'https://shop.example'],
  ])('as %s: store_unavailable, and nothing is read', async (_, set) => {
    const { found, store } = hostedPlatform(host)
    store.sets.set('shop', set as HostedKeySet)
    expect([await found('key-1'), host.resolved]).toEqual(['key_store_failed', []])
  })

  it('by throwing: what it throws is handed on', async () => {
    const { jwks, store } = hostedPlatform(host)
    store.keySet = () => Promise.reject(new Error('down'))
    await expect(jwks.find('shop', 'key-1')).rejects.toThrow('down')
    store.find = () => {
      throw new Error('away')
    }
    await expect(jwks.find('shop', 'key-1')).rejects.toThrow('away')
  })
})

describe('the options', () => {
  const store = hostedStore()
  const made = (options: unknown) => () => new JwksKeyStore(store, options as JwksKeyStoreOptions)

  it.each<[string, unknown]>([
    ['ttl', 59],
    ['ttl', 3_601],
    ['staleIfError', -1],
    ['staleIfError', 86_401],
    ['cooldown', 0],
    ['cooldown', 61],
    ['timeoutMs', 0],
    ['timeoutMs', 10_001],
    ['maxBytes', 1_048_577],
    ['maxKeys', 0],
    ['maxKeys', 101],
    ['concurrency', 65],
    ['ports', []],
    ['ports', [0]],
    ['ports', ['443']],
    ['ports', [65_536]],
    ['ports', 443],
    ['ports', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['allowAddress', true],
    ['resolve', '10.0.0.1'],
    ['ca', []],
    ['ca', '/etc/ssl/root.pem'],
    ['ca', ['-----BEGIN CERTIFICATE-----']],
    ['onEvent', 'log'],
  ])('%s cannot be %j', (name, value) => {
    expect(made({ [name]: value })).toThrow(new RegExp(`^JwksKeyStore: ${name} must be `))
  })

  it('that are not known are refused', () => {
    expect(made({ timeout: 3 })).toThrow('JwksKeyStore: unknown option "timeout". Did you mean "timeoutMs"?')
  })

  it('need a store that knows sets', () => {
    expect(() => new JwksKeyStore({ find: () => undefined } as never)).toThrow(
      /^JwksKeyStore: store must be a store with find\(projectId, kid\) and keySet\(projectId\)/,
    )
  })

  it('have no way around the checks of addresses and certificates', () => {
    for (const name of ['lookup', 'rejectUnauthorized', 'checkServerIdentity', 'agent', 'network', 'fetch'])
      expect(made({ [name]: () => undefined })).toThrow(/unknown option/)
  })

  it('resolve and ca are for a private cloud: names that DNS does not have, certificates that nobody else trusts', async () => {
    host.answer = keySet([published()])
    host.trust(false)
    host.names.clear()
    const asked: string[] = []
    const resolve = (name: string) => {
      asked.push(name)
      return Promise.resolve(['127.0.0.1'])
    }
    expect(await hostedPlatform(host, { resolve, ca: host.root }).send()).toBe('passes')
    expect([asked, host.resolved]).toEqual([[hostName], []])
    const untrusting = hostedPlatform(host, { resolve })
    expect(await untrusting.send()).toBe('store_unavailable')
    expect(untrusting.causes()).toEqual([
      'the key set cannot be read: it failed with UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ])
  })

  it.each<[string, unknown]>([
    ['an address that is not allowed', ['127.0.0.1', '127.0.0.2']],
    ['no list', undefined],
    ['no address', []],
    ['a name', ['localhost']],
  ])('a resolve that says %s leads nowhere', async (_, addresses) => {
    const resolve = () => Promise.resolve(addresses as string[])
    expect(await hostedPlatform(host, { resolve }).send()).toBe('store_unavailable')
    expect(host.tried).toBe(0)
  })

  it('allowAddress warns', async () => {
    jest.resetModules()
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
    const fresh = await import('../../../lib/index.js')
    new fresh.JwksKeyStore(store)
    expect(emitWarning).not.toHaveBeenCalled()
    for (let time = 0; time < 2; time++) new fresh.JwksKeyStore(store, { allowAddress: () => false })
    expect(emitWarning.mock.calls.map(([, options]) => options)).toEqual([
      { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_PRIVATE_ADDRESSES_ALLOWED' },
    ])
  })
})

it('goes on where a listener throws, and tells the others', async () => {
  jest.spyOn(process, 'emitWarning').mockReturnValue()
  const told: string[] = []
  const onEvent = [
    () => {
      throw new Error('broken')
    },
    ({ type }: { type: string }) => told.push(type),
  ]
  expect(await hostedPlatform(host, { onEvent }).found('key-1')).toBe('key-1')
  expect(told).toEqual(['key_set.read'])
})
