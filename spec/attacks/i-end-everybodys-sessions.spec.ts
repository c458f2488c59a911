import type { PGlite } from '@electric-sql/pglite'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import {
  MemoryProjectStore,
  PostgresProjectStore,
  RegistryRevocations,
  type ProjectStore,
} from '../../lib/registry/index.js'
import { emptyPglite } from '../helpers/pglite.js'
import { changeOf, keyRecord, projectRecord } from '../helpers/records.js'

const time = () => Date.now() / 1000
const session = (projectId: string, facts: object = {}) => ({
  id: `session of ${projectId}`,
  projectId,
  kid: 'key-1',
  issuedAt: time() - 60,
  ...facts,
})

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Who verifies sessions, and knows by now what has ended. */
async function verifierOf(store: ProjectStore) {
  const revocations = new RegistryRevocations({ store })
  closing.push(() => revocations.close())
  await revocations.ready()
  return revocations
}

let db: PGlite
beforeAll(async () => {
  db = await emptyPglite()
  await new PostgresProjectStore({ db }).migrate()
})
afterAll(() => db.close())
async function overPglite() {
  await db.query('TRUNCATE reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.session_revocations')
  return new PostgresProjectStore({ db })
}

const endMany = async (store: ProjectStore, projectId: string, count: number) => {
  for (let number = 0; number < count; number++) {
    const at = time()
    await store.endSession({ projectId, sessionId: `${projectId}-${number}`, expiresAt: at + 600, at })
  }
}

describe.each([
  ['in memory', () => new MemoryProjectStore(), 5_000],
  ['in PostgreSQL', overPglite, 120],
])('over a store %s', (_, make, count) => {
  it('I end very many of my own sessions, and end all of mine, none of yours', async () => {
    const store = await make()
    // The control: a few of them end those alone.
    await endMany(store, 'evil', 3)
    const before = await verifierOf(store)
    expect(before.isRevoked(session('evil', { id: 'evil-2' }))).toBe(true)
    expect(before.isRevoked(session('evil'))).toBe(false)

    await endMany(store, 'evil', count)
    const revocations = await verifierOf(store)
    expect(revocations.isRevoked(session('evil'))).toBe(true)
    expect(revocations.isRevoked(session('shop'))).toBe(false)
    const { sessions } = await store.revocations()
    expect(sessions).toHaveLength(100)
    expect((await revocations.list()).revocations.length).toBeLessThanOrEqual(101)
  })

  it('I have hundreds of my keys revoked, and yours of the same name goes on', async () => {
    const store = await make()
    const keys = Array.from({ length: 300 }, (_, number) =>
      keyRecord(`key-${number}`, { revokedAt: time() - number, revocationReason: 'unused' }),
    )
    await store.commit(changeOf(projectRecord('evil'), keys))
    await store.commit(changeOf(projectRecord('shop'), [keyRecord('key-1')]))
    const revocations = await verifierOf(store)
    // Those beyond the twenty newest, too.
    for (const kid of ['key-1', 'key-299'])
      expect([kid, revocations.isRevoked(session('evil', { kid }))]).toEqual([kid, true])
    expect(revocations.isRevoked(session('shop'))).toBe(false)
    expect((await revocations.list()).revocations).toHaveLength(21)
  })

  it('I name my project and my session like yours, as far as I can', async () => {
    const store = await make()
    for (const sessionId of ['*', '%', "' OR ''='", 'session of shop ', 'SESSION OF SHOP']) {
      const at = time()
      await store.endSession({ projectId: 'shop%', sessionId, expiresAt: at + 600, at })
    }
    const revocations = await verifierOf(store)
    for (const projectId of ['shop', 'shop%x']) expect(revocations.isRevoked(session(projectId))).toBe(false)
  })
})

it('I have thousands of projects, and yours goes on while they can be listed', async () => {
  const store = new MemoryProjectStore()
  const suspend = (number: number) => {
    const id = `evil-${number}`
    const project = { id, issuer: id, suspended: true }
    return store.commit(changeOf(projectRecord(id, { project, updatedAt: time() })))
  }
  for (let number = 0; number < 10_000; number++) await suspend(number)
  const revocations = await verifierOf(store)
  expect(revocations.isRevoked(session('evil-9999'))).toBe(true)
  expect(revocations.isRevoked(session('shop'))).toBe(false)
  // One more cannot be listed. Rather than that one of them lives on, all end, and pages get new ones.
  await suspend(10_000)
  const later = await verifierOf(store)
  expect(later.isRevoked(session('shop'))).toBe(true)
  expect(later.isRevoked(session('shop', { issuedAt: time() + 20 }))).toBe(false)
})

it('many of my projects end as many sessions as they can, and yours go on', async () => {
  const store = new MemoryProjectStore()
  const name = 'x'.repeat(200)
  for (let number = 0; number < 200; number++) await endMany(store, `${name}-${number}`, 100)
  await endMany(store, 'shop', 1)
  const revocations = await verifierOf(store)
  expect(revocations.isRevoked(session(`${name}-7`, { id: `${name}-7-99` }))).toBe(true)
  expect(revocations.isRevoked(session('shop', { id: 'shop-0' }))).toBe(true)
  expect(revocations.isRevoked(session('shop'))).toBe(false)
  expect(Buffer.byteLength(JSON.stringify(await revocations.list()))).toBeLessThan(4_000_000)
})
