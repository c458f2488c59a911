import { describe, expect, it } from '@jest/globals'
import { keyFindings } from '../../../lib/cli/config/keys.js'
import { MemoryProjectStore, PostgresProjectStore, type ProjectStore } from '../../../lib/registry/index.js'
import '../../helpers/longer-time-limit.js'
import { emptyPglite } from '../../helpers/pglite.js'
import { changeOf, keyRecord, projectRecord } from '../../helpers/records.js'
import { lines } from './lines.js'

const hour = 3_600
const day = 24 * hour
const now = Math.floor(Date.now() / 1000)
const good = ['ok keys: no project will be without a key within 7 days']

async function found(store: ProjectStore): Promise<string[]> {
  return lines(await keyFindings(store, () => now))
}

/** Gives a project keys that end then. Infinity: never. */
async function add(store: ProjectStore, id: string, ...ends: number[]): Promise<void> {
  const keys = ends.map((end, index) =>
    keyRecord(`${id}-${index + 1}`, end === Infinity ? {} : { notAfter: now + end }),
  )
  await store.commit(changeOf(projectRecord(id), keys))
}

describe.each(['memory', 'PGlite'])('with a store in %s', (kind) => {
  it('finds projects that will be without a key', async () => {
    const db = kind === 'PGlite' ? await emptyPglite() : undefined
    try {
      const store = db === undefined ? new MemoryProjectStore() : new PostgresProjectStore({ db })
      if (store instanceof PostgresProjectStore) await store.migrate()
      await add(store, 'lasting', Infinity)
      await add(store, 'rotated', hour, Infinity)
      await add(store, 'next-month', 30 * day)
      await add(store, 'gone', -hour)
      expect(await found(store)).toEqual(good)
      await add(store, 'shop', 3 * day)
      await add(store, 'cafe', day - hour)
      const fix =
        'Tell these customers to register the next key now, or all of their tokens are refused then.'
      expect(await found(store)).toEqual([
        `FAIL keys: keys end within 24 hours, and their projects have no other one: "cafe-1" of "cafe" -> ${fix}`,
        `warn keys: keys end within 7 days, and their projects have no other one: "shop-1" of "shop" -> ${fix}`,
      ])
    } finally {
      await db?.close()
    }
  })
})

it('names three at most, whatever they are called', async () => {
  const store = new MemoryProjectStore()
  for (let count = 1; count <= 5; count++) await add(store, `shop-${count}\n`, count * hour)
  expect(await found(store)).toMatchInlineSnapshot(`
    [
      "FAIL keys: keys end within 24 hours, and their projects have no other one: "shop-1\\n-1" of "shop-1\\n", "shop-2\\n-1" of "shop-2\\n", "shop-3\\n-1" of "shop-3\\n" and 2 more -> Tell these customers to register the next key now, or all of their tokens are refused then.",
    ]
  `)
})

it.each([
  [day, 'FAIL'],
  [day + 1, 'warn'],
  [7 * day - 1, 'warn'],
  [7 * day + 1, 'ok'],
])('of a key that ends in %d s says %s', async (end, result) => {
  const store = new MemoryProjectStore()
  await add(store, 'shop', end)
  expect((await found(store))[0]?.split(' ')[0]).toBe(result)
})

it('asks no store that cannot tell', async () => {
  expect(lines(await keyFindings({}))).toEqual(['skip keys: this store has no expiringKeys(before) to ask'])
})

it('fails for a store that fails, without its words', async () => {
  const store = { expiringKeys: () => Promise.reject(new Error('opensesame')) }
  expect(lines(await keyFindings(store))).toMatchInlineSnapshot(`
    [
      "FAIL keys: the store cannot say which keys end soon (an error: its words are not shown, for they may hold a secret) -> See what the check of the database says.",
    ]
  `)
  const db = await emptyPglite()
  try {
    expect(lines(await keyFindings(new PostgresProjectStore({ db })))).toMatchInlineSnapshot(`
      [
        "FAIL keys: the store cannot say which keys end soon (42P01: the schema reverse_jwt is missing, or older than this reverse-jwt) -> As the owner of the schema: await store.migrate()",
      ]
    `)
  } finally {
    await db.close()
  }
})
