import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals'
import pg from 'pg'
import { CachedKeyStore, type KeyStore, type ProjectKey } from '../../../lib/index.js'
import {
  createRegistry,
  listenWithPg,
  PostgresProjectStore,
  type ProjectWatch,
  type Registry,
} from '../../../lib/registry/index.js'
import { audience } from '../../helpers/mint.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { by } from '../../helpers/registry.js'
import { until } from '../../helpers/until.js'

jest.setTimeout(60_000)

let server: PostgresServer
let admin: pg.Pool
let registry: Registry
beforeAll(async () => {
  server = await PostgresServer.start()
  admin = server.pool()
  const store = new PostgresProjectStore({ db: admin })
  await store.migrate()
  registry = createRegistry({ store, audience })
})
afterAll(() => server.remove())
beforeEach(async () => {
  await admin.query('TRUNCATE reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.audit')
  await registry.createProject({ id: 'shop' }, { by })
})

const watches: ProjectWatch[] = []
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.close()
})

/** Another instance, whose cache would serve a key for an hour. */
async function instance(wrap: (store: PostgresProjectStore) => KeyStore = (store) => store) {
  const errors: unknown[] = []
  const heard: (string | undefined)[] = []
  const gate = { open: true }
  const connect = () => new pg.Client(gate.open ? server.url() : 'postgres://127.0.0.1:1/none')
  const listen = listenWithPg(connect, { retryMs: 50, onError: (error) => errors.push(error) })
  const store = new PostgresProjectStore({ db: server.pool(), listen })
  const keyStore = new CachedKeyStore(wrap(store), { ttl: 3600, missingTtl: 3600 })
  const watch = await store.watch((projectId) => {
    heard.push(projectId)
    keyStore.invalidate(projectId)
  })
  watches.push(watch)
  const find = async (kid: string) => (await keyStore.find('shop', kid)) ?? undefined
  return { store, keyStore, find, heard, errors, gate, watch }
}

const listeners = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query = 'SELECT 1'"
const killListeners = () => admin.query(`SELECT pg_terminate_backend(pid) FROM (${listeners}) AS found`)
const notify = (payload: string) => admin.query("SELECT pg_notify('reverse_jwt_changes', $1)", [payload])

it('a revocation, a suspension, a rotation and a new key reach every instance at once', async () => {
  const { kid } = await registry.generateKey('shop', { by })
  const instances = await Promise.all([instance(), instance()])
  const everywhere = (holds: (key: ProjectKey | undefined) => boolean, which = kid) =>
    until('the change is seen everywhere', async () =>
      (await Promise.all(instances.map(({ find }) => find(which)))).every(holds),
    )
  await everywhere((key) => key !== undefined && key.notAfter === undefined)

  const { kid: newer } = await registry.rotateKey('shop', { by })
  await everywhere((key) => key?.notAfter !== undefined)
  await everywhere((key) => key !== undefined, newer)
  await registry.suspendProject('shop', { by })
  await everywhere((key) => key?.project.suspended === true)
  await registry.revokeKey('shop', { kid, reason: 'exposed', by })
  await everywhere((key) => key?.revokedAt !== undefined)

  await everywhere((key) => key === undefined, 'missing')
  await registry.deleteProject('shop', { by })
  await everywhere((key) => key === undefined, newer)
})

it('without its message a revocation waits for the cache, which shows that the tests above see the message', async () => {
  const { kid } = await registry.generateKey('shop', { by })
  const { find, watch } = await instance()
  await find(kid)
  await watch.close()
  await registry.revokeKey('shop', { kid, reason: 'exposed', by })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await find(kid)).not.toHaveProperty('revokedAt')
})

it('a listener that was cut off comes back by itself and forgets all that it knew', async () => {
  const { kid } = await registry.generateKey('shop', { by })
  const { find, gate, errors, heard } = await instance()
  await find(kid)
  gate.open = false
  await killListeners()
  await until('three attempts to connect failed', () => errors.length >= 3)
  await registry.revokeKey('shop', { kid, reason: 'exposed', by })
  expect(await find(kid)).not.toHaveProperty('revokedAt')
  heard.length = 0
  gate.open = true
  await until('the listener is back', () => heard.length > 0)
  expect(heard).toEqual([undefined])
  expect(await find(kid)).toHaveProperty('revokedAt')
  // And it listens again.
  await registry.resumeProject('shop', { by })
  await registry.updateProject('shop', { name: 'Shop' }, { by })
  await until('the message came', () => heard.includes('shop'))
})

it('a listener outlives a server that was killed', async () => {
  const { heard } = await instance()
  await server.kill()
  await server.run()
  heard.length = 0
  await until('the message came', async () => {
    await registry.updateProject('shop', { name: `Shop ${Date.now()}` }, { by })
    return heard.includes('shop')
  })
})

it('a database that is down at the start does not keep an instance from starting', async () => {
  const { kid } = await registry.generateKey('shop', { by })
  await server.stop()
  const { find, heard, errors } = await instance()
  expect(errors).toHaveLength(1)
  expect(heard).toEqual([])
  await expect(find(kid)).rejects.toMatchObject({ code: 'store_unavailable' })
  await server.run()
  await until('the listener is there', () => heard.length > 0)
  await registry.revokeKey('shop', { kid, reason: 'exposed', by })
  await until('the message came', () => heard.includes('shop'))
  expect(await find(kid)).toHaveProperty('revokedAt')
})

it('forged and odd messages make an instance read again, and nothing else', async () => {
  const { kid } = await registry.generateKey('shop', { by })
  const { kid: revoked } = await registry.generateKey('shop', { by })
  await registry.revokeKey('shop', { kid: revoked, reason: 'exposed', by })
  const { find, heard, errors } = await instance()
  await find(kid)
  await find(revoked)
  const odd = [
    '',
    ' ',
    'x'.repeat(257),
    'x'.repeat(7_999),
    'line\nend',
    'shop',
    'nobody',
    '{"kid":"x"}',
    '__proto__',
  ]
  for (const payload of odd) await notify(payload)
  await until(
    'all messages came',
    () => heard.includes('__proto__') && heard.filter((one) => one === undefined).length > 1,
  )
  expect(new Set(heard)).toEqual(new Set([undefined, 'shop', 'nobody', '{"kid":"x"}', '__proto__']))
  // Those that say the same are told once more, when the first is half a second old.
  heard.length = 0
  for (let count = 0; count < 100; count++) await notify('many')
  await until('the last message came', () => heard.length > 1)
  expect(heard.length).toBeLessThan(50)
  expect(await find(kid)).not.toHaveProperty('revokedAt')
  expect(await find(revoked)).toHaveProperty('revokedAt')
  expect(errors).toEqual([])
})

it('a read that began before the message is not trusted', async () => {
  const { kid } = await registry.generateKey('shop', { by })
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  let reads = 0
  const { find, heard } = await instance((store) => ({
    async find(projectId, name) {
      const key = await store.find(projectId, name)
      if ((reads += 1) === 1) await held
      return key
    },
  }))
  const found = find(kid)
  await until('the read began', () => reads === 1)
  await registry.revokeKey('shop', { kid, reason: 'exposed', by })
  await until('the message came', () => heard.includes('shop'))
  release()
  expect(await found).toHaveProperty('revokedAt')
  expect(reads).toBe(2)
})

it('an instance that stopped leaves no connection behind', async () => {
  const { watch } = await instance()
  expect((await admin.query(listeners)).rows).toHaveLength(1)
  await watch.close()
  await until('the connection is gone', async () => (await admin.query(listeners)).rows.length === 0)
})

it('a store that has nothing to listen with says so', async () => {
  const store = new PostgresProjectStore({ db: admin })
  await expect(store.watch(() => undefined)).rejects.toThrow(
    new TypeError(
      'PostgresProjectStore cannot watch without the option listen, such as listenWithPg(() => new pg.Client(url))',
    ),
  )
})
