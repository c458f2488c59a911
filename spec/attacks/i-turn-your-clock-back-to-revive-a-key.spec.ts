import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createPrivateKey } from 'node:crypto'
import type { PGlite } from '@electric-sql/pglite'
import { CachedKeyStore, MemoryKeyStore } from '../../lib/index.js'
import { MemoryProjectStore, PostgresProjectStore, type ProjectStore } from '../../lib/registry/index.js'
import { keyPair } from '../helpers/keys.js'
import { mint, now } from '../helpers/mint.js'
import { emptyPglite } from '../helpers/pglite.js'
import { verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { by, managed } from '../helpers/registry.js'

jest.setTimeout(90_000)

let db: PGlite | undefined
afterAll(() => db?.close())

/** Where the clock of a verifier may stand, in seconds from that of the registry. */
const steps = [0, -1, -3600, -86_400 * 365, 1 - now]

let made = 0
/** A project with one key, behind verifiers with clocks and a cache of their own. */
async function platformOf(store: ProjectStore) {
  const { registry } = managed(store)
  const { id } = await registry.createProject({ id: `shop-${(made += 1)}` }, { by })
  const pair = await registry.generateKey(id, { by })
  const keyStore = new CachedKeyStore(store)
  await store.watch((projectId) => {
    keyStore.invalidate(projectId)
  })
  const send = ({ kid, privateKey = '' }: { kid: string; privateKey?: string }, step: number) => {
    const at = now + step
    const claims = { iss: id, sub: id, proj_id: id, iat: at, exp: at + 60 }
    // A replay store of its own, which knows no later time.
    const verifier = verifierOf({ keyStore, clock: () => at })
    return verifier.verify(mint({ header: { kid }, claims, privateKey: createPrivateKey(privateKey) }))
  }
  return { registry, keyStore, id, pair, send }
}
const letIn = (outcome: Promise<unknown>) =>
  expect(outcome).resolves.toMatchObject({ project: { id: expect.stringMatching(/^shop/) } })

const stores: [string, () => Promise<ProjectStore>][] = [
  ['MemoryProjectStore', () => Promise.resolve(new MemoryProjectStore())],
  [
    'PostgresProjectStore',
    async () => {
      db = await emptyPglite()
      const store = new PostgresProjectStore({ db })
      await store.migrate()
      return store
    },
  ],
]

describe.each(stores)('with a %s', (_, make) => {
  let store: ProjectStore
  beforeAll(async () => {
    store = await make()
  })

  it('a revoked key is refused whatever the clock says, read anew or at hand', async () => {
    const { registry, keyStore, id, pair, send } = await platformOf(store)
    for (const step of steps) await letIn(send(pair, step))
    const { key } = await registry.revokeKey(id, { kid: pair.kid, reason: 'exposed', by })
    keyStore.invalidate()
    for (const step of steps) await expectRefusal(send(pair, step), 'token_not_verified')
    for (const step of steps) {
      keyStore.invalidate()
      await expectRefusal(send(pair, step), 'token_not_verified')
    }
    // Who manages the project still sees the moment.
    expect(key.revokedAt).toBe(now)
    const [newest] = (await registry.listAudit({ projectId: id })).records
    expect(newest).toMatchObject({ at: now, after: { keys: [{ revokedAt: now }] } })
  })

  it('a key that was replaced without an overlap is refused whatever the clock says', async () => {
    const { registry, keyStore, id, pair, send } = await platformOf(store)
    await letIn(send(pair, 0))
    const fresh = await registry.rotateKey(id, { overlap: 0, by })
    keyStore.invalidate()
    for (const step of steps) {
      await expectRefusal(send(pair, step), 'token_not_verified')
      await letIn(send(fresh, step))
    }
  })

  it('a suspended project and a deleted one stay so whatever the clock says', async () => {
    const { registry, keyStore, id, pair, send } = await platformOf(store)
    await registry.suspendProject(id, { by })
    keyStore.invalidate()
    for (const step of steps) await expectRefusal(send(pair, step), 'project_suspended')
    await registry.deleteProject(id, { by })
    keyStore.invalidate()
    for (const step of steps) await expectRefusal(send(pair, step), 'token_not_verified')
  })
})

it('a revocation that was written by hand for later counts from then on', async () => {
  const keys = [{ jwk: keyPair('ES256').publicJwk, kid: 'key-es256', revokedAt: now + 10 }]
  const clock = { now }
  const keyStore = new MemoryKeyStore([{ id: 'shop', keys }])
  const verifier = verifierOf({ keyStore, clock: () => clock.now })
  await letIn(verifier.verify(mint()))
  clock.now = now + 10
  await expectRefusal(verifier.verify(mint()), 'token_not_verified')
})
