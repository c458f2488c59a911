import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type pg from 'pg'
import request from 'supertest'
import { createSigner } from '../../../lib/customer/index.js'
import { CachedKeyStore, StoreError } from '../../../lib/index.js'
import { createRegistry, PostgresProjectStore } from '../../../lib/registry/index.js'
import { audience } from '../../helpers/mint.js'
import { appOf, platform } from '../../helpers/platform.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { wholeProject } from '../../helpers/records.js'
import { expectAnswer } from '../../helpers/refusals.js'
import { by } from '../../helpers/registry.js'
import { openServer } from '../../helpers/server.js'
import { until } from '../../helpers/until.js'

jest.setTimeout(60_000)

let server: PostgresServer
let db: pg.Pool
let store: PostgresProjectStore
const serve = openServer()
const unavailable = { code: 'store_unavailable', status: 503 }

beforeAll(async () => {
  server = await PostgresServer.start()
  db = server.pool()
  store = new PostgresProjectStore({ db })
  await store.migrate()
})
afterAll(() => server.remove())
beforeEach(async () => {
  await db.query('TRUNCATE reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.key_uses, reverse_jwt.audit')
})

const registryOf = (one: PostgresProjectStore) => createRegistry({ store: one, audience })
const everything = async () => [
  await wholeProject(store, 'shop'),
  (await store.audit({ limit: 100 })).map(({ action }) => action),
]

/** A project with one key, and all that is stored of it. */
async function shop() {
  const registry = registryOf(store)
  await registry.createProject({ id: 'shop' }, { by })
  const pair = await registry.generateKey('shop', { by })
  return { registry, ...pair, before: await everything() }
}

/** Holds up every change at its last step, when the project and its keys are written already. */
async function holdUpChanges() {
  const holder = await db.connect()
  holder.on('error', () => undefined)
  await holder.query('BEGIN; LOCK TABLE reverse_jwt.audit IN EXCLUSIVE MODE')
  const waiting = async (): Promise<number[]> => {
    const { rows } = await db.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'WITH given%'",
    )
    return rows.map(({ pid }) => pid)
  }
  return {
    waiting,
    reached: () => until('the change waits at its last step', async () => (await waiting()).length === 1),
    release: async () => {
      await holder.query('ROLLBACK')
      holder.release()
    },
    abandon: () => {
      holder.release(true)
    },
  }
}

describe('a change whose last step fails', () => {
  it('leaves nothing behind when the audit cannot be written', async () => {
    const { registry, kid, before } = await shop()
    await db.query("ALTER TABLE reverse_jwt.audit ADD CONSTRAINT fault CHECK (action NOT LIKE 'key.r%')")
    const refused = { code: 'store_unusable', message: expect.stringContaining('(SQLSTATE 23514)') }
    await expect(registry.rotateKey('shop', { by })).rejects.toMatchObject(refused)
    await expect(registry.revokeKey('shop', { kid, reason: 'exposed', by })).rejects.toMatchObject(refused)
    expect(await everything()).toEqual(before)
    await db.query('ALTER TABLE reverse_jwt.audit DROP CONSTRAINT fault')
    await registry.rotateKey('shop', { by })
    expect(await everything()).not.toEqual(before)
  })

  it('leaves nothing behind when its connection is killed', async () => {
    const { registry, before } = await shop()
    const hold = await holdUpChanges()
    const rotation = registry.rotateKey('shop', { by }).catch((error: unknown) => error)
    await hold.reached()
    await db.query('SELECT pg_terminate_backend($1)', await hold.waiting())
    expect(await rotation).toMatchObject(unavailable)
    expect(await rotation).toBeInstanceOf(StoreError)
    await hold.release()
    expect(await everything()).toEqual(before)
  })

  it('leaves nothing behind when the server is killed', async () => {
    const { registry, before } = await shop()
    const hold = await holdUpChanges()
    const rotation = registry.rotateKey('shop', { by }).catch((error: unknown) => error)
    await hold.reached()
    await server.kill()
    expect(await rotation).toMatchObject(unavailable)
    hold.abandon()
    await server.run()
    expect(await everything()).toEqual(before)
    await registry.rotateKey('shop', { by })
  })

  it('is an outage after the time limit, and whole if the database makes it later', async () => {
    const { registry, kid } = await shop()
    const withShortTimeLimit = registryOf(new PostgresProjectStore({ db, timeoutMs: 300 }))
    const hold = await holdUpChanges()
    const begun = Date.now()
    await expect(withShortTimeLimit.rotateKey('shop', { idempotencyKey: 'once', by })).rejects.toMatchObject({
      ...unavailable,
      message:
        'PostgresProjectStore cannot write the change key.rotated of the project "shop" right now: the database did not answer within 300 ms. Try again shortly.',
      cause: 'the database did not answer within 300 ms',
    })
    // Far from the default, however busy the machine is.
    expect(Date.now() - begun).toBeLessThan(1_500)
    await hold.release()
    await until(
      'the database made the change',
      async () => (await wholeProject(store, 'shop'))?.version === 3,
    )
    const again = await registry.rotateKey('shop', { idempotencyKey: 'once', by })
    expect(again).toMatchObject({ repeated: true, retiring: { kid } })
    expect((await registry.listKeys('shop')).keys).toHaveLength(2)
  })
})

it('a revocation goes through where the database undoes one of two changes', async () => {
  const { registry, kid } = await shop()
  const strict = server.pool({ options: '-c default_transaction_isolation=serializable' })
  const undone: unknown[] = []
  const counted = {
    query: (text: string, params: string[] = []) =>
      strict.query(text, params).catch((error: unknown) => {
        undone.push((error as { code?: unknown }).code)
        throw error
      }),
  }
  const careful = registryOf(new PostgresProjectStore({ db: counted }))
  const holder = await db.connect()
  await holder.query("BEGIN; UPDATE reverse_jwt.projects SET version = version + 1 WHERE id = 'shop'")
  const revocation = careful.revokeKey('shop', { kid, reason: 'exposed', by })
  await until('the revocation waits', async () => {
    const { rows } = await db.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return rows.length === 1
  })
  await holder.query('COMMIT')
  holder.release()
  expect(await revocation).toMatchObject({ key: { state: 'revoked' } })
  expect(undone).toEqual(['40001'])
  expect((await registry.listAudit({ limit: 1 })).records).toMatchObject([{ action: 'key.revoked', kid }])
})

it.each([
  ['find', () => storeWithShortTimeLimit().find('shop', 'a')],
  ['load', () => wholeProject(storeWithShortTimeLimit(), 'shop')],
  [
    'revoke',
    () => storeWithShortTimeLimit().revoke({ projectId: 'shop', kid: 'a', reason: 'other', by, at: 1 }),
  ],
  ['listKeys', () => storeWithShortTimeLimit().listKeys('shop', { limit: 1 })],
  ['list', () => storeWithShortTimeLimit().list({ limit: 1 })],
  ['audit', () => storeWithShortTimeLimit().audit({ limit: 1 })],
  ['touch', () => storeWithShortTimeLimit().touch([{ projectId: 'shop', kid: 'a', at: 1 }])],
])('%s of a database that does not answer is an outage', async (_, ask) => {
  await expect(ask()).rejects.toMatchObject(unavailable)
})
const storeWithShortTimeLimit = () =>
  new PostgresProjectStore({ db: { query: () => new Promise(() => undefined) }, timeoutMs: 20 })

describe('a database that is down', () => {
  // The cache keeps time by this very object.
  const monotonic = performance
  const now = monotonic.now.bind(monotonic)
  let later = 0
  beforeEach(() => {
    later = 0
    jest.spyOn(monotonic, 'now').mockImplementation(() => now() + later)
  })
  afterEach(() => {
    jest.restoreAllMocks()
  })

  it('is an outage at the start, and no more once it is up', async () => {
    const { kid } = await shop()
    await server.stop()
    const early = new PostgresProjectStore({ db })
    await expect(early.migrate()).rejects.toMatchObject(unavailable)
    await expect(early.find('shop', kid)).rejects.toMatchObject(unavailable)
    await expect(registryOf(early).getProject('shop')).rejects.toMatchObject(unavailable)
    await server.run()
    await early.migrate()
    expect(await early.find('shop', kid)).toMatchObject({ kid })
  })

  it('lets cached keys serve until their time is over, and is then answered 503, never 401', async () => {
    const { privateKey } = await shop()
    const signer = createSigner({ projectId: 'shop', audience, privateKey })
    const keyStore = new CachedKeyStore(store, { ttl: 30 })
    const { options } = platform({ keyStore, clock: () => Date.now() / 1000 })
    const app = serve(appOf(options))
    const send = async () =>
      request(app)
        .get('/portal')
        .auth(await signer.sign(), { type: 'bearer' })
    expect((await send()).status).toBe(200)

    await server.kill()
    later = 29_000
    expect((await send()).status).toBe(200)
    later = 31_000
    for (let attempt = 0; attempt < 3; attempt++) expectAnswer(await send(), 'store_unavailable')

    await server.run()
    await until('the key is read again', async () => (await send()).status === 200)
  })
})
