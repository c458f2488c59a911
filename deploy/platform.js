/**
 * The platform: one of any number of equal processes, behind a proxy that ends TLS. What they share is in PostgreSQL, where projects
 * and keys are, and in Redis, which remembers used tokens.
 *
 *     node platform.js                                 serves
 *     npx reverse-jwt doctor --config platform.js      checks what it is made of, and serves nothing
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import express from 'express'
import { Redis } from 'ioredis'
import pg from 'pg'
import { pino } from 'pino'
import { register } from 'prom-client'
import {
  CachedKeyStore,
  corsFor,
  createVerifier,
  problemDetails,
  projectOf,
  projectTokenOf,
  reverseJwt,
} from 'reverse-jwt'
import { alertEvents, logEvents, meterEvents } from 'reverse-jwt/observe'
import { RedisReplayStore } from 'reverse-jwt/redis'
import {
  AllowedOrigins,
  listenWithPg,
  PostgresProjectStore,
  recordEvents,
  recordLastUse,
  RegistryRevocations,
} from 'reverse-jwt/registry'
import { createSessionIssuer } from 'reverse-jwt/session'
import { meterOf } from './meter.js'
import { secret } from './secret.js'
import { operationsApp, serve } from './serve.js'

/** Its name, too: tokens are signed for it, and sessions say that they are from it. */
const address = process.env.PLATFORM_URL
const log = pino()
const onError = (error) => log.error(error)

// Projects and keys. The driver reads PGHOST, PGDATABASE and PGUSER, and the password at each new connection.
const connection = { password: () => secret('verifier-password'), connectionTimeoutMillis: 2_000 }
export const db = new pg.Pool({ ...connection, statement_timeout: 2_000, query_timeout: 3_000 })
// Without a listener a connection that the database closes would end the process.
db.on('error', onError)
const listen = listenWithPg(() => new pg.Client(connection), { onError })
export const store = new PostgresProjectStore({ db, listen })
const keyStore = new CachedKeyStore(store)
const origins = new AllowedOrigins(store, { onError })
const revocations = new RegistryRevocations({ store, onError })

// Used tokens. A Redis that loses power forgets its last two seconds, and what was used in them works once more. Where that may not
// be, add afterDataLoss: 'refuse': then it is refused, and so is everything for eleven seconds after each restart. docs/replay.md.
const redis = new Redis(process.env.REDIS_URL, { username: 'platform', password: secret('redis-password') })
redis.on('error', onError)
export const replayStore = new RedisReplayStore({ client: redis })

// What happens: to the log, to the metrics, to the alerts, and to the record, where support finds a refusal by its id.
const record = recordEvents({ db })
const logged = logEvents(log)
const metered = meterEvents(meterOf(register), { projects: 100, store, sinks: { record } })
const alerted = alertEvents({ store, onAlert: [logged, metered, record.onEvent] })
const lastUse = recordLastUse(store)
const onEvent = [logged, metered, alerted, record.onEvent]

// One verifier for all routes: a token that was used at one of them has been used at the others.
const verifier = createVerifier({
  audience: address,
  keyStore,
  replayStore,
  // Only pages of other origins call these routes, and with such a call a browser always sends its Origin.
  requireOrigin: true,
  onEvent: [...onEvent, lastUse.onEvent],
})

/**
 * Asked once a minute, so that a file that comes or changes counts without a restart: current.pem, which signs, and beside it
 * next.pem or previous.pem, which are published only. docs/sessions.md says when.
 */
async function signingKeys() {
  const folder = process.env.SESSION_KEYS ?? '/run/session-keys'
  const files = (await readdir(folder)).filter((name) => name.endsWith('.pem'))
  return Promise.all(
    files.map(async (name) => ({
      privateKey: await readFile(`${folder}/${name}`, 'utf8'),
      state: name.slice(0, -'.pem'.length),
    })),
  )
}
export const issuer = createSessionIssuer({ issuer: address, verifier, signingKeys, revocations, onEvent })

/** What the outside reaches. */
function publicApp() {
  const app = express()
  // In any other environment Express shows the stack of an error to whoever called.
  app.set('env', 'production')
  app.disable('x-powered-by')
  // One proxy: what it says of the caller's address, and of TLS, is true.
  app.set('trust proxy', 1)
  app.use(issuer.wellKnown())
  // Before the token is asked for, because a preflight carries none, and on refusals, or the page could not read them.
  // A page of no customer sees only "CORS error", and no event tells of it.
  const onUnknownOrigin = (origin) => log.warn({ origin }, 'no customer has this origin')
  app.use(['/embed', '/oauth'], corsFor(origins, { onUnknownOrigin }))
  app.post('/oauth/token', issuer.tokenEndpoint())
  app.post('/oauth/revoke', issuer.revocationEndpoint())
  // The platform's own work begins here.
  app.get('/embed/project', reverseJwt({ verifier }), (req, res) => {
    res.json({ project: projectOf(req).id, scopes: projectTokenOf(req).scopes })
  })
  // Last: it answers what the routes above have refused.
  app.use(problemDetails())
  return app
}

/** What only the platform's own machines reach. */
function internalApp() {
  // Without Redis it could only answer 503. Without the database it serves the keys that it has at hand.
  const app = operationsApp(async () => (await replayStore.health()).healthy)
  app.get('/internal/revocations', onlyServices, issuer.revocationList())
  return app
}

/** The list names projects. The network keeps others from it, and so does this. */
function onlyServices(req, res, next) {
  const hashOf = (text) => createHash('sha256').update(text).digest()
  const given = hashOf(req.headers.authorization ?? '')
  // How long that takes says nothing of the secret.
  if (timingSafeEqual(given, hashOf(`Bearer ${secret('service-secret')}`))) next()
  else res.sendStatus(403)
}

/** The stores end last, because the others still write to them. A database that is away keeps nothing from ending. */
export async function close() {
  await Promise.allSettled([origins.close(), revocations.close(), lastUse.close(), record.close()])
  await db.end()
  redis.disconnect()
}

const isProgram = realpathSync(process.argv[1] ?? '/') === import.meta.filename
if (isProgram) {
  // Each names what is in the way: a right that is missing, an old Redis, one that forgets. Then this process ends, and nobody is let in.
  const { findings } = await replayStore.ready({ waitMs: 30_000 })
  for (const { level, text } of findings) log.info({ level, text }, 'redis')
  await Promise.all([origins.ready(), revocations.ready(), record.ready(), issuer.ready()])
  const watch = await store.watch((projectId) => {
    keyStore.invalidate(projectId)
  })
  await serve(publicApp(), internalApp(), async () => {
    await watch.close()
    await close()
  })
  log.info({ address }, 'serving')
}
