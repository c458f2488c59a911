import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { PGlite } from '@electric-sql/pglite'
import { eventLine } from '../../lib/index.js'
import {
  createRegistry,
  MemoryProjectStore,
  PostgresProjectStore,
  type ProjectStore,
  type RegistryChangedEvent,
} from '../../lib/registry/index.js'
import { proveKeyPossession } from '../../lib/customer/index.js'
import { anyUuid } from '../helpers/events.js'
import { makeKeyPair } from '../helpers/keys.js'
import { audience, now } from '../helpers/mint.js'
import { emptyPglite } from '../helpers/pglite.js'
import { by } from '../helpers/registry.js'

let db: PGlite
beforeAll(async () => {
  db = await emptyPglite()
  await new PostgresProjectStore({ db }).migrate()
})
afterAll(() => db.close())

describe.each<[string, () => ProjectStore]>([
  ['MemoryProjectStore', () => new MemoryProjectStore()],
  ['PostgresProjectStore', () => new PostgresProjectStore({ db })],
])('a registry over a %s', (_, make) => {
  /** A registry and what its listeners were told. */
  function told(store = make()) {
    const events: RegistryChangedEvent[] = []
    const onEvent = (event: RegistryChangedEvent) => events.push(event)
    const failing = () => {
      throw new Error('my own')
    }
    const registry = createRegistry({ store, audience, clock: () => now, onEvent: [failing, onEvent] })
    return { registry, store, events }
  }

  it('tells of each change, in its order, with the record that the audit has', async () => {
    const { registry, store, events } = told()
    const { privateKey, publicJwk: jwk } = makeKeyPair('ES256')
    await registry.createProject({ id: 'shop' }, { by })
    await registry.updateProject('shop', { name: 'Shop' }, { by })
    const { kid } = await registry.generateKey('shop', { by })
    const { challenge } = await registry.registerKey('shop', { jwk, by })
    const proof = await proveKeyPossession({ challenge, privateKey, audience, projectId: 'shop' })
    await registry.confirmKey('shop', { kid: challenge.kid, proof, by })
    await registry.rotateKey('shop', { kid, by })
    await registry.revokeKey('shop', { kid, reason: 'exposed', by })
    await registry.suspendProject('shop', { reason: 'unpaid', by })
    await registry.resumeProject('shop', { by })
    await registry.endSessions('shop', { reason: 'lost', by })
    await registry.deleteProject('shop', { reason: 'left', by })

    const records = (await store.audit({ projectId: 'shop', limit: 100 })).toReversed()
    expect(records).toHaveLength(11)
    expect(events).toEqual(
      records.map((record) => ({
        type: 'registry.changed',
        id: anyUuid,
        time: now,
        duration: expect.any(Number),
        record,
      })),
    )
    expect(new Set(events.map(({ id }) => id)).size).toBe(11)
    for (const event of events) {
      for (const part of [event, event.record, event.record.after]) expect(Object.isFrozen(part)).toBe(true)
      expect(JSON.parse(eventLine(event))).toEqual(JSON.parse(JSON.stringify(event)))
      expect(JSON.stringify(event)).not.toContain(challenge.nonce)
    }
  })

  it('tells nothing of what is refused, of what is only read, and of a key that was revoked before', async () => {
    const { registry, events } = told()
    await registry.createProject({ id: 'other' }, { by })
    const { kid } = await registry.generateKey('other', { by })
    await registry.revokeKey('other', { kid, reason: 'unused', by })
    events.length = 0
    await registry.revokeKey('other', { kid, reason: 'exposed', by })
    await expect(registry.createProject({ id: 'other' }, { by })).rejects.toMatchObject({
      code: 'project_exists',
    })
    await expect(registry.revokeKey('other', { kid: 'none', reason: 'other', by })).rejects.toThrow()
    await registry.getProject('other')
    await registry.listKeys('other')
    await registry.listAudit()
    expect(events).toEqual([])
  })
})

it('takes functions, and nothing else, as listeners', () => {
  const store = new MemoryProjectStore()
  for (const onEvent of ['log', [null], {}]) {
    expect(() => createRegistry({ store, audience, onEvent: onEvent as never })).toThrow(
      'createRegistry: onEvent must be a function, or a list of functions',
    )
  }
})

describe('a store that answers what no store may answer', () => {
  it.each(['done', undefined, null, {}, { audit: null }, true])(
    'is named, with or without a listener: %j',
    async (answer) => {
      for (const onEvent of [[], [() => undefined]]) {
        const store = Object.assign(new MemoryProjectStore(), { commit: () => Promise.resolve(answer) })
        const registry = createRegistry({ store: store, audience, onEvent })
        await expect(registry.createProject({ id: 'shop' }, { by })).rejects.toThrow(
          'createRegistry: store has a commit that must resolve to { audit }',
        )
      }
    },
  )
})
