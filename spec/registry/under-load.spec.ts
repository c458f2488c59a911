import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createRegistry, PostgresProjectStore, type Registry } from '../../lib/registry/index.js'
import { audience, now } from '../helpers/mint.js'
import { PostgresServer } from '../helpers/postgres-server.js'
import { by } from '../helpers/registry.js'
import type { LoadKey } from './load-instance.js'
import { LoadInstances } from './load-instances.js'

jest.setTimeout(120_000)

const changes = 40

let server: PostgresServer
let registry: Registry
let instances: LoadInstances | undefined
beforeAll(async () => {
  server = await PostgresServer.start()
  const store = new PostgresProjectStore({ db: server.pool(), timeoutMs: 20_000 })
  await store.migrate()
  registry = createRegistry({ store, audience, clock: () => now })
})
afterEach(() => instances?.stop())
afterAll(() => server.remove())

let named = 0
/** Projects with one key each, which every instance has accepted once at least. */
async function loaded(options: { listens: boolean; ttl: number }) {
  const keys: LoadKey[] = []
  for (let count = 0; count < changes; count++) {
    const projectId = `project-${(named += 1)}`
    await registry.createProject({ id: projectId }, { by })
    const { kid, privateKey } = await registry.generateKey(projectId, { by })
    const key = { projectId, kid, privateKey }
    keys.push(key)
  }
  // After that, or they would have heard of each project before.
  instances = await LoadInstances.start({ url: server.url(), ...options })
  instances.add(...keys)
  const kids = keys.map(({ kid }) => kid)
  const isAccepted = ({ lastAccepted }: { lastAccepted: number }) => lastAccepted > 0
  await instances.untilAll('each key is accepted in each instance', kids, isAccepted)
  return { instances, keys, kids }
}

/** Revokes every key, and says by kid when that was answered, in milliseconds of the system's clock. */
async function revokeAll(keys: readonly LoadKey[]): Promise<Map<string, number>> {
  const answered = new Map<string, number>()
  for (const { projectId, kid } of keys) {
    await registry.revokeKey(projectId, { kid, reason: 'exposed', by })
    answered.set(kid, Date.now())
  }
  return answered
}

const isRefused = ({ refused }: { refused: Record<string, number> }) => (refused[now] ?? 0) > 0

/** How long after the answer to its revocation each key was accepted last, in milliseconds; the longest first. */
async function delaysOf(load: LoadInstances, answered: ReadonlyMap<string, number>): Promise<number[]> {
  const reports = await load.reports()
  return Array.from(answered, ([kid, at]) =>
    Math.max(...reports.map((report) => (report.get(kid)?.lastAccepted ?? 0) - at)),
  ).sort((a, b) => b - a)
}

describe(`${changes} revocations under load, four instances`, () => {
  it('let no token in that came after its instance had the message', async () => {
    const { instances, keys, kids } = await loaded({ listens: true, ttl: 3600 })
    const answered = await revokeAll(keys)
    await instances.untilAll('each key is refused in each instance', kids, isRefused)
    const reports = await instances.reports()
    const late = reports.flatMap((report) => kids.map((kid) => report.get(kid)?.acceptedAfterMessage))
    expect(late).toEqual(Array(4 * changes).fill(0))
    const delays = await delaysOf(instances, answered)
    console.log(
      `Last acceptance after a revocation was answered: ${delays[0] ?? NaN} ms at most, ${delays[changes / 2] ?? NaN} ms in the middle`,
    )
  })

  it('let no token in after the time to live when messages are lost', async () => {
    const ttl = 3
    const { instances, keys, kids } = await loaded({ listens: false, ttl })
    const answered = await revokeAll(keys)
    await instances.untilAll('each key is refused in each instance', kids, isRefused)
    const [latest = NaN] = await delaysOf(instances, answered)
    console.log(`Without messages, with a time to live of ${ttl} s: ${latest} ms at most`)
    // Each of the two times is cut to whole milliseconds.
    expect(latest).toBeLessThanOrEqual(ttl * 1000 + 1)
  })
})

describe(`${changes} rotations under load, four instances`, () => {
  it('refuse nothing within the overlap, and accept nothing of the old keys after it', async () => {
    const overlap = 60
    const { instances, keys, kids } = await loaded({ listens: true, ttl: 3600 })
    const fresh: string[] = []
    for (const { projectId, kid } of keys) {
      const rotation = await registry.rotateKey(projectId, { kid, overlap, by })
      fresh.push(rotation.kid)
      instances.add({ projectId, kid: rotation.kid, privateKey: rotation.privateKey ?? '' })
    }
    const inside = now + overlap - 0.001
    const after = now + overlap
    const hasBeen =
      (at: number, what: 'accepted' | 'refused') =>
      (report: Record<'accepted' | 'refused', Record<string, number>>) =>
        (report[what][at] ?? 0) > 0
    await instances.untilAll('the new keys are accepted', fresh, hasBeen(now, 'accepted'))
    await instances.setClock(inside)
    await instances.untilAll(
      'all are accepted at the end of the overlap',
      [...kids, ...fresh],
      hasBeen(inside, 'accepted'),
    )
    await instances.setClock(after)
    await instances.untilAll('the old keys are refused after it', kids, hasBeen(after, 'refused'))
    await instances.untilAll('the new keys are accepted after it', fresh, hasBeen(after, 'accepted'))

    for (const reports of await instances.reports()) {
      const ofOld = kids.map((kid) => reports.get(kid))
      const ofNew = fresh.map((kid) => reports.get(kid))
      expect(ofNew.map((report) => report?.refused)).toEqual(Array(changes).fill({}))
      expect(ofOld.map((report) => Object.keys(report?.refused ?? {}))).toEqual(
        Array(changes).fill([String(after)]),
      )
      expect(ofOld.filter((report) => String(after) in (report?.accepted ?? {}))).toEqual([])
      expect([...ofOld, ...ofNew].filter((report) => report?.unavailable !== 0)).toEqual([])
    }
  })
})
