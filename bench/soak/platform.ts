import express from 'express'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { Redis } from 'ioredis'
import { CachedKeyStore, problemDetails, projectOf, reverseJwt, type VerifierEvent } from '../../lib/index.js'
import { RedisReplayStore } from '../../lib/replay/redis/index.js'
import {
  createRegistry,
  listenWithPg,
  PostgresProjectStore,
  projectAdmin,
  recordLastUse,
} from '../../lib/registry/index.js'
import { answerParent } from '../child.js'

/** One process of the platform under attack, as `docs/deploy.md` builds it. */
export interface PlatformSettings {
  readonly audience: string
  readonly databaseUrl: string
  readonly redisPort: number
}

export interface PlatformState {
  readonly megabytes: number
  readonly outages: Readonly<Record<string, number>>
}

async function start({ audience, databaseUrl, redisPort }: PlatformSettings): Promise<number> {
  const db = new pg.Pool({ connectionString: databaseUrl, max: 8, statement_timeout: 2_000 })
  db.on('error', () => undefined)
  const store = new PostgresProjectStore({
    db,
    listen: listenWithPg(() => new pg.Client({ connectionString: databaseUrl })),
  })
  const keyStore = new CachedKeyStore(store)
  await store.watch((projectId) => {
    keyStore.invalidate(projectId)
  })
  const replayStore = new RedisReplayStore({ client: new Redis(redisPort, '127.0.0.1') })
  await replayStore.ready()
  const lastUse = recordLastUse(store, { intervalMs: 1_000 })

  const onEvent = (event: VerifierEvent) => {
    lastUse.onEvent(event)
    if (event.type !== 'unavailable') return
    const cause = event.cause ?? event.code
    outages[cause] = (outages[cause] ?? 0) + 1
  }
  const app = express()
  app.set('env', 'production')
  app.use(express.urlencoded({ extended: false }))
  const options = { audience, keyStore, replayStore, maxTokenLength: 16_384, onEvent }
  app.all('/portal', reverseJwt({ ...options, tokenFrom: ['header', 'body'] }), (req, res) => {
    res.json({ project: projectOf(req).id })
  })
  const registry = createRegistry({ store, audience })
  app.use(
    '/admin',
    projectAdmin({
      registry,
      authorize: (_req, { action }) => action === 'project.create' && { by: 'attacker' },
    }),
  )
  app.use(problemDetails())

  const server = createServer(app).listen(0, '127.0.0.1')
  // A connection that the server closes while the client writes to it would count as no answer.
  server.keepAliveTimeout = 0
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

let port: Promise<number> | undefined
/** Why a token could not be decided, and how often. */
const outages: Record<string, number> = {}

answerParent(async (settings: PlatformSettings | 'state') => {
  if (settings !== 'state') return (port ??= start(settings))
  return { megabytes: Math.round(process.memoryUsage.rss() / 1e6), outages }
})
