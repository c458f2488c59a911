import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import https from 'node:https'
import { Socket, type LookupFunction } from 'node:net'
import { customerHost, hostName, keySet } from '../helpers/customer-host.js'
import { allowedAddress, hostedPlatform, published, setOf } from '../helpers/hosted-platform.js'
import { readElsewhere } from './read-elsewhere.js'

const host = customerHost()
beforeEach(() => {
  host.answer = keySet([published()])
})

/** One of each kind of address that is not on the public internet, and of each spelling of IPv4 in IPv6. */
const special = [
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.2',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.254',
  '192.0.0.1',
  '192.0.0.192',
  '192.0.2.1',
  '192.31.196.1',
  '192.52.193.1',
  '192.88.99.1',
  '192.168.0.1',
  '192.175.48.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:8.8.8.8',
  '::ffff:0:10.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::a00:1',
  '100::1',
  '100:0:0:1::1',
  '2001::1',
  '2001:1::1',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::1',
  '2620:4f:8000::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%lo',
  'fec0::1',
  'ff02::1',
] as const

describe('the name of my key set', () => {
  it('leads to my own host: one connection, and my token passes', async () => {
    const { send } = hostedPlatform(host)
    expect(await send()).toBe('passes')
    expect([host.connections, host.tried]).toEqual([[allowedAddress], 1])
  })

  it.each(special)('leads to %s: no connection is made', async (address) => {
    host.names.set(hostName, [address])
    const { send, causes } = hostedPlatform(host)
    expect(await send()).toBe('store_unavailable')
    expect([host.connections, host.tried]).toEqual([[], 0])
    expect(causes()).toEqual([
      'the key set cannot be read: its name has no address, or one that is not public',
    ])
  })

  it.each([
    ['behind a public one', [allowedAddress, '10.0.0.1']],
    ['before a public one', ['169.254.169.254', allowedAddress]],
    ['of the other family', [allowedAddress, '::1']],
    ['far behind', [...Array.from({ length: 40 }, () => allowedAddress), '127.0.0.2']],
    ['that is none', [allowedAddress, 'localhost']],
  ])('leads to an inner address %s: no connection is made', async (_, addresses) => {
    host.names.set(hostName, addresses)
    const { send } = hostedPlatform(host)
    expect(await send()).toBe('store_unavailable')
    expect([host.connections, host.tried]).toEqual([[], 0])
  })

  it('leads to 65 addresses: they are not even looked at, and no connection is made', async () => {
    const looked: string[] = []
    const allowAddress = (address: string) => looked.push(address) > 0
    host.names.set(
      hostName,
      Array.from({ length: 65 }, () => allowedAddress),
    )
    const many = hostedPlatform(host, { allowAddress })
    expect(await many.send()).toBe('store_unavailable')
    expect(many.causes()).toEqual(['the key set cannot be read: its name has more than 64 addresses'])
    expect([looked, host.tried]).toEqual([[], 0])
    host.names.set(
      hostName,
      Array.from({ length: 64 }, () => allowedAddress),
    )
    expect(await hostedPlatform(host, { allowAddress }).send()).toBe('passes')
    expect(looked).toHaveLength(64)
  })

  it('says nothing of which names your network knows for itself: one sentence for what is inner and what is not', async () => {
    const unknown = () => {
      throw Object.assign(new Error('queryA'), { code: 'ENOTFOUND' })
    }
    const causes = []
    for (const leadsTo of [['10.0.0.1'], [], unknown]) {
      host.names.set(hostName, leadsTo)
      const platform = hostedPlatform(host)
      expect(await platform.send()).toBe('store_unavailable')
      causes.push(...platform.causes())
    }
    expect([causes.length, new Set(causes).size]).toEqual([3, 1])
  })

  it('leads to many addresses: two of each family are tried', async () => {
    const connect = jest.spyOn(Socket.prototype, 'connect')
    const addresses = ['::5', '::6', '::7', allowedAddress, '127.0.0.2', '127.0.0.3']
    host.names.set(hostName, addresses)
    expect(await hostedPlatform(host, { allowAddress: () => true }).send()).toBe('passes')
    const [options] = connect.mock.calls.flat() as unknown as { lookup: LookupFunction }[]
    const tried = new Promise((resolve) => {
      options?.lookup(hostName, { all: true }, (_, found) => {
        resolve(found)
      })
    })
    const two = [
      { address: allowedAddress, family: 4 },
      { address: '127.0.0.2', family: 4 },
      { address: '::5', family: 6 },
      { address: '::6', family: 6 },
    ]
    expect(await tried).toEqual(two)
  })

  it('leads elsewhere when it is asked a second time: it is not asked, what was checked is connected to', async () => {
    let times = 0
    host.names.set(hostName, () => [times++ === 0 ? allowedAddress : '127.0.0.2'])
    const { send } = hostedPlatform(host)
    expect(await send()).toBe('passes')
    expect([host.resolved, host.connections]).toEqual([[hostName], [allowedAddress]])
    // At the next read the address is another one, and is looked at anew.
    const other = hostedPlatform(host)
    expect(await other.send()).toBe('store_unavailable')
    expect([host.connections, host.tried]).toEqual([[allowedAddress], 1])
  })

  it('is given to nobody who may decide for himself: an allowAddress that throws or says 1 allows nothing', async () => {
    for (const allowAddress of [
      () => {
        throw new Error('no')
      },
      () => 1 as unknown as boolean,
    ]) {
      expect(await hostedPlatform(host, { allowAddress }).send()).toBe('store_unavailable')
    }
    expect(host.tried).toBe(0)
  })
})

describe('the address of my key set', () => {
  const spellings = [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:ffff:7f00:1]',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'keys.localhost',
    'intranet',
    `${hostName}.`,
    `me@${hostName}`,
    `me:secret@${hostName}`,
    `:secret@${hostName}`,
  ]

  it.each(spellings)('has the host %s: nothing is resolved and no connection is made', async (written) => {
    const { store, send, causes } = hostedPlatform(host)
    store.sets.set('shop', setOf(`https://${written}:${host.port}/jwks.json`))
    expect(await send()).toBe('store_unavailable')
    expect([host.resolved, host.connections, host.tried]).toEqual([[], [], 0])
    expect(causes()).toEqual([expect.stringMatching(/^the address of the key set is not allowed: /)])
  })

  it.each([
    ['another scheme', (port: number) => `http://${hostName}:${port}/jwks.json`],
    ['a file', () => 'file:///etc/passwd'],
    ['data', () => 'data:application/json,{"keys":[]}'],
    ['another port', () => `https://${hostName}:22/jwks.json`],
    ['the port of HTTPS, where it is not allowed', () => `https://${hostName}/jwks.json`],
    ['a fragment', (port: number) => `https://${hostName}:${port}/jwks.json#`],
    ['3,000 characters', (port: number) => `https://${hostName}:${port}/${'a'.repeat(3_000)}`],
    ['nothing', () => ''],
  ])('is %s: nothing is resolved and no connection is made', async (_, addressAt) => {
    const { store, send } = hostedPlatform(host)
    store.sets.set('shop', setOf(addressAt(host.port)))
    expect(await send()).toBe('store_unavailable')
    expect([host.resolved, host.connections, host.tried]).toEqual([[], [], 0])
  })
})

describe('my host answers', () => {
  it.each([301, 302, 303, 307, 308])('%i to where cloud metadata are: nobody goes there', async (status) => {
    host.names.set('metadata.many.example', [allowedAddress])
    for (const location of [
      'http://169.254.169.254/latest/meta-data/',
      `https://metadata.many.example:${host.port}/`,
      '/other.json',
    ]) {
      host.answer = (_, res) => {
        res.writeHead(status, { Location: location })
        res.end(JSON.stringify({ keys: [published()] }))
      }
      const { send, causes } = hostedPlatform(host)
      expect(await send()).toBe('store_unavailable')
      expect(causes()).toEqual([`the key set cannot be read: it answered ${status}`])
    }
    expect([host.tried, host.resolved.length]).toEqual([3, 3])
    expect(host.asked.map(({ url }) => url)).toEqual(['/jwks.json', '/jwks.json', '/jwks.json'])
  })

  it('gets no credentials and no cookies', async () => {
    expect(await hostedPlatform(host).send()).toBe('passes')
    expect(host.asked[0]?.headers).toEqual({
      accept: 'application/jwk-set+json, application/json',
      'accept-encoding': 'identity',
      connection: 'close',
      host: `${hostName}:${host.port}`,
      'user-agent': 'reverse-jwt',
    })
  })

  it('itself, also where all of this process goes by an agent of its own, as packages for proxies have', async () => {
    class ElsewhereAgent extends https.Agent {
      override createConnection(): never {
        throw new Error('to the proxy')
      }
    }
    jest.replaceProperty(https, 'globalAgent', new ElsewhereAgent())
    expect(await hostedPlatform(host).send()).toBe('passes')
    expect(host.connections).toEqual([allowedAddress])
  })

  it('itself, whatever proxy the environment names', async () => {
    const proxy = 'http://127.0.0.2:1'
    const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY']
    const proxies = Object.fromEntries(names.map((name) => [name, proxy]))
    expect(await readElsewhere(host, { ...proxies, NODE_USE_ENV_PROXY: '1' })).toBe('key_set.read')
    expect(host.connections).toEqual([allowedAddress])
  })
})
