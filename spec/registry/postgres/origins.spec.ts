import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { AllowedOrigins, createRegistry, PostgresProjectStore } from '../../../lib/registry/index.js'
import * as statements from '../../../lib/registry/postgres/statements.js'
import { audience } from '../../helpers/mint.js'
import { emptyPglite } from '../../helpers/pglite.js'
import { by } from '../../helpers/registry.js'
import { until } from '../../helpers/until.js'

const home = 'https://shop.example'

let db: PGlite
/** What the database was asked, and whether it can be. */
const asked: string[] = []
const state = { away: false }
let store: PostgresProjectStore

beforeAll(async () => {
  db = await emptyPglite()
  const counted = {
    query(text: string, params: string[] = []) {
      if (state.away)
        throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:5432'), { code: 'ECONNREFUSED' })
      asked.push(text)
      return db.query(text, params)
    },
  }
  const listen = async (channel: string, handler: (payload?: string) => void) => ({
    close: await db.listen(channel, handler),
  })
  store = new PostgresProjectStore({ db: counted, listen })
  await store.migrate()
})
afterAll(() => db.close())
beforeEach(async () => {
  state.away = false
  await db.query('TRUNCATE reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.key_uses, reverse_jwt.audit')
  asked.length = 0
})

const add = (id: string, origins: string) =>
  db.query(`INSERT INTO reverse_jwt.projects (id, issuer, suspended, created_at, updated_at, version, allowed_origins)
    VALUES ('${id}', '${id}', false, now(), now(), 1, ${origins})`)

it('are one statement, which looks at projects alone', async () => {
  await add('shop', `ARRAY['${home}']`)
  expect(await store.origins()).toEqual({ listed: [home], any: false })
  expect(asked).toEqual([statements.origins])
  const { rows } = await db.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${statements.origins}`)
  const scans = rows.map((row) => row['QUERY PLAN']).filter((node) => node.includes(' on '))
  expect(scans.length).toBeLessThanOrEqual(2)
  expect(scans.filter((node) => !node.includes(' on projects'))).toEqual([])
})

it('written past the registry open nothing: a NULL in a list is no project without one', async () => {
  await add('wrong', `ARRAY[NULL, 'null', '*', '${home}/', '${home}']`)
  const errors: unknown[] = []
  const origins = new AllowedOrigins(store, { onError: (error) => errors.push(error) })
  await origins.ready()
  expect(
    [home, 'null', '*', '', `${home}/`, 'https://evil.example'].filter((one) => origins.has(one)),
  ).toEqual([home])
  expect(errors).toEqual([new TypeError('AllowedOrigins: left out 4 texts that are no origins')])
  await origins.close()
})

it('are known in every instance soon after a change, and while the database is away', async () => {
  const origins = new AllowedOrigins(store)
  await origins.ready()
  const registry = createRegistry({ store, audience })
  await registry.createProject({ id: 'shop', allowedOrigins: [home] }, { by })
  await until('the origin is known', () => origins.has(home))
  state.away = true
  const message =
    'PostgresProjectStore cannot read the origins of the projects right now: the database cannot be asked (ECONNREFUSED). Try again shortly.'
  await expect(store.origins()).rejects.toMatchObject({ code: 'store_unavailable', status: 503, message })
  const other = new AllowedOrigins(store)
  await expect(other.ready()).rejects.toMatchObject({ code: 'store_unavailable' })
  await other.close()
  expect(origins.has(home)).toBe(true)
  await origins.close()
})

it('are reported, and read every ttl, where there is nothing to listen with', async () => {
  await add('shop', `ARRAY['${home}']`)
  const deaf = new PostgresProjectStore({ db: { query: (text, params) => db.query(text, params) } })
  const errors: unknown[] = []
  const origins = new AllowedOrigins(deaf, { ttl: 0.02, onError: (error) => errors.push(error) })
  await origins.ready()
  expect(errors).toEqual([
    expect.objectContaining({
      name: 'TypeError',
      message: expect.stringContaining('without the option listen'),
    }),
  ])
  await add('other', "ARRAY['https://other.example']")
  await until('the other origin is known', () => origins.has('https://other.example'))
  await origins.close()
})
