import { createPrivateKey, type KeyObject } from 'node:crypto'
import pg from 'pg'
import { AuthenticationError, CachedKeyStore, createVerifier, MemoryReplayStore } from '../../lib/index.js'
import { listenWithPg, PostgresProjectStore } from '../../lib/registry/index.js'
import { audience, mint, now } from '../helpers/mint.js'

/** A key that the instance signs and verifies with, again and again. */
export interface LoadKey {
  readonly projectId: string
  readonly kid: string
  readonly privateKey: string
}

export type Order =
  | { readonly type: 'start'; readonly url: string; readonly listens: boolean; readonly ttl: number }
  | { readonly type: 'keys'; readonly keys: readonly LoadKey[] }
  | { readonly type: 'clock'; readonly now: number }
  | { readonly type: 'report' }

/** What became of a key's tokens, by what the verifier's clock said. */
export interface KeyReport {
  readonly accepted: Record<string, number>
  readonly refused: Record<string, number>
  unavailable: number
  /** Milliseconds of the system's clock: when an attempt began that was accepted. */
  lastAccepted: number
  /** How many attempts were accepted that began after the instance had heard of a change of the project. */
  acceptedAfterMessage: number
}

/**
 * An instance of a platform under load, in a process of its own: `fork` it and send it orders. It answers each order, but for keys, when it
 * is carried out.
 */
const clock = { now }
const keys: (Omit<LoadKey, 'privateKey'> & { readonly privateKey: KeyObject })[] = []
const reports = new Map<string, KeyReport>()
const heardAt = new Map<string, number>()

async function start({ url, listens, ttl }: Extract<Order, { type: 'start' }>): Promise<void> {
  const db = new pg.Pool({ connectionString: url, max: 4 })
  const store = new PostgresProjectStore({
    db,
    listen: listenWithPg(() => new pg.Client(url)),
    timeoutMs: 20_000,
  })
  const keyStore = new CachedKeyStore(store, { ttl, timeoutMs: 20_000 })
  if (listens) {
    await store.watch((projectId) => {
      keyStore.invalidate(projectId)
      if (projectId !== undefined) heardAt.set(projectId, Date.now())
    })
  }
  const verifier = createVerifier({
    audience,
    keyStore,
    replayStore: new MemoryReplayStore({ capacity: 2_000_000 }),
    clock: () => clock.now,
  })

  async function attempt({ projectId, kid, privateKey }: (typeof keys)[number]): Promise<void> {
    const said = clock.now
    const claims = { iss: projectId, sub: projectId, proj_id: projectId, iat: said, exp: said + 120 }
    const token = mint({ header: { kid }, claims, privateKey })
    const report = reportOf(kid)
    const begun = Date.now()
    try {
      await verifier.verify(token)
      report.accepted[said] = (report.accepted[said] ?? 0) + 1
      report.lastAccepted = begun
      if (begun > (heardAt.get(projectId) ?? Infinity)) report.acceptedAfterMessage += 1
    } catch (error) {
      if (!(error instanceof AuthenticationError)) report.unavailable += 1
      else report.refused[said] = (report.refused[said] ?? 0) + 1
    }
  }

  async function load(): Promise<never> {
    for (;;) {
      for (const key of Array.from(keys)) await attempt(key)
      // Four of them share the processors with the database.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  void load()
}

function reportOf(kid: string): KeyReport {
  const report = reports.get(kid) ?? {
    accepted: {},
    refused: {},
    unavailable: 0,
    lastAccepted: 0,
    acceptedAfterMessage: 0,
  }
  reports.set(kid, report)
  return report
}

process.on('message', (order: Order) => {
  const done = (answer: unknown) => process.send?.(answer ?? 'done')
  if (order.type === 'start') void start(order).then(done)
  else {
    if (order.type === 'keys')
      keys.push(...order.keys.map((key) => ({ ...key, privateKey: createPrivateKey(key.privateKey) })))
    if (order.type === 'clock') clock.now = order.now
    if (order.type !== 'keys') done(order.type === 'report' ? Object.fromEntries(reports) : undefined)
  }
})
process.on('disconnect', () => {
  process.exit()
})
