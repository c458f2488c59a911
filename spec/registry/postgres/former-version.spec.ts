import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { createRegistry, PostgresProjectStore, type Registry } from '../../../lib/registry/index.js'
import * as statements from '../../../lib/registry/postgres/statements.js'
import { audience, now } from '../../helpers/mint.js'
import { emptyPglite } from '../../helpers/pglite.js'
import { projectRecord } from '../../helpers/records.js'
import { by, handOver } from '../../helpers/registry.js'
import { hostedKey, setChange } from '../store/hosted-records.js'
import * as former from './statements-of-schema-2.js'

/** While instances are replaced one by one, those of the former version go on working on the newer schema. */
let db: PGlite
let store: PostgresProjectStore
let registry: Registry
let older: Registry
let olderStore: PostgresProjectStore
const asked = new Set<string>()
beforeAll(async () => {
  db = await emptyPglite()
  store = new PostgresProjectStore({ db })
  await store.migrate()
  const texts = new Map(
    Object.entries(former).map(([name, text]) => [statements[name as keyof typeof former], text]),
  )
  const query = async (text: string, params: string[] = []) => {
    const replaced = texts.get(text)
    if (replaced === undefined) return db.query(text, params)
    asked.add(replaced)
    const known = Array.from(replaced.matchAll(/\$(\d+)/g), ([, number]) => Number(number))
    return withNothingHosted(await db.query<Row>(replaced, params.slice(0, Math.max(...known))))
  }
  olderStore = new PostgresProjectStore({ db: { query } })
  registry = createRegistry({ store, audience })
  older = createRegistry({ store: olderStore, audience })
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.query(
    'TRUNCATE reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.key_uses, reverse_jwt.audit, reverse_jwt.session_revocations, reverse_jwt.key_sets, reverse_jwt.hosted_keys',
  )
})

interface Row {
  readonly record: string
}

/** The former version knew of no sets, and missed none. */
function withNothingHosted({ rows }: { readonly rows: readonly Row[] }): { rows: Row[] } {
  const nothing = { hostedKeys: [], hostedKids: 0 }
  const isLoaded = (record: object) => 'madeKeys' in record
  return {
    rows: rows.map(({ record }) => {
      const loaded = JSON.parse(record) as object
      return { record: isLoaded(loaded) ? JSON.stringify({ ...loaded, ...nothing }) : record }
    }),
  }
}

const record = (of = store) => of.load('shop', { now: Date.now() / 1000, madeAfter: 0 })

it('the former version manages projects and keys that this one has made, and the other way round', async () => {
  for (const [first, second] of [
    [older, registry],
    [registry, older],
  ] as const) {
    const id = first === older ? 'old' : 'new'
    await first.createProject({ id, name: 'Shop', allowedOrigins: ['https://shop.example'] }, { by })
    const { kid } = await handOver(second, id)
    for (const one of [store, olderStore]) expect(await one.find(id, kid)).toMatchObject({ kid })
    await second.suspendProject(id, { by, reason: 'A test.' })
    await first.updateProject(id, { name: 'Shop 2' }, { by })
    await second.resumeProject(id, { by })
    await first.revokeKey(id, { kid, reason: 'exposed', by })
    await second.deleteProject(id, { by })
    const actions = (await second.listAudit({ projectId: id })).records.map(({ action }) => action)
    expect(actions.toReversed()).toEqual([
      'project.created',
      'key.registered',
      'key.confirmed',
      'project.suspended',
      'project.updated',
      'project.resumed',
      'key.revoked',
      'project.deleted',
    ])
  }
  expect(asked).toEqual(new Set(Object.values(former)))
})

it('what the former version writes leaves sessions ended', async () => {
  await registry.createProject({ id: 'shop' }, { by })
  await registry.endSessions('shop', { by })
  const sessionsBefore = (await record())?.sessionsBefore
  expect(sessionsBefore).toBeGreaterThan(Date.now() / 1000)
  expect(await record(olderStore)).not.toHaveProperty('sessionsBefore')
  const { kid } = await handOver(older, 'shop')
  await older.updateProject('shop', { name: 'Shop' }, { by })
  await older.suspendProject('shop', { by })
  await older.resumeProject('shop', { by })
  await older.revokeKey('shop', { kid, reason: 'exposed', by })
  expect(await record()).toMatchObject({ sessionsBefore, project: { name: 'Shop' } })
  const { projects, keys } = await store.revocations()
  expect(projects).toEqual([{ project: 'shop', before: sessionsBefore }])
  expect(keys).toMatchObject([{ project: 'shop', kid }])
})

it('what the former version writes leaves the key set, and what it suspends and deletes has none that is read', async () => {
  const keySet = { jwksUri: 'https://shop.example/jwks.json', confirmedAt: now }
  const hosted = hostedKey('h')
  for (const id of ['shop', 'other', 'gone'])
    await store.commit(setChange(projectRecord(id, { keySet }), [hosted]))
  await older.updateProject('shop', { name: 'Shop' }, { by })
  await handOver(older, 'shop')
  await older.suspendProject('other', { by })
  await older.deleteProject('gone', { by })
  expect(await record()).toMatchObject({ keySet, hostedKeys: [hosted] })
  expect([await store.keySet('other'), await store.keySet('gone')]).toMatchObject([
    { project: { suspended: true } },
    undefined,
  ])
  expect(await store.dueKeySets({ ttl: 300, limit: 9 })).toMatchObject([{ projectId: 'shop' }])
})

it('what the former version suspends, revokes and deletes ends sessions', async () => {
  await older.createProject({ id: 'shop' }, { by })
  await older.createProject({ id: 'gone' }, { by })
  const { kid } = await handOver(older, 'shop')
  await older.revokeKey('shop', { kid, reason: 'exposed', by })
  await older.suspendProject('shop', { by })
  await older.deleteProject('gone', { by })
  const { projects, keys } = await store.revocations()
  expect(projects.map(({ project }) => project).toSorted()).toEqual(['gone', 'shop'])
  expect(keys).toMatchObject([{ project: 'shop', kid }])
})

it('of changes by both at once none is lost', async () => {
  await registry.createProject({ id: 'shop' }, { by })
  const changes = Array.from({ length: 10 }, (_, count) =>
    (count % 2 === 0 ? registry : older).updateProject('shop', { name: `Shop ${count}` }, { by }),
  )
  await Promise.all([...changes, registry.endSessions('shop', { by })])
  const stored = await record()
  expect(stored?.version).toBe(12)
  expect(stored?.sessionsBefore).toBeGreaterThan(Date.now() / 1000)
})
