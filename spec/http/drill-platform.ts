import type { PGlite } from '@electric-sql/pglite'
import express, { type Express } from 'express'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { alertEvents, type AlertEvent } from '../../lib/events/index.js'
import {
  CachedKeyStore,
  createVerifier,
  MemoryReplayStore,
  problemDetails,
  reverseJwt,
  type Verifier,
} from '../../lib/index.js'
import {
  createRegistry,
  PostgresProjectStore,
  recordEvents,
  RegistryRevocations,
} from '../../lib/registry/index.js'
import { createSessionIssuer, sessionAuth, type SessionVerifierOptions } from '../../lib/session/index.js'
import { makeKeyPair } from '../helpers/keys.js'
import { emptyPglite } from '../helpers/pglite.js'

/**
 * A platform as it is run: a registry, two verifiers of tokens and two services that verify sessions. One of each hears of changes
 * by the messages of the database; the other verifier goes by the time for which it keeps keys, and the other service by the list.
 */
export async function drillPlatform() {
  const db = await emptyPglite()
  const open: { close(): unknown }[] = []
  const servers: Server[] = []
  const alerts: AlertEvent[] = []

  const listening = async (app: Express): Promise<string> => {
    const server = await new Promise<Server>((resolve) => {
      const opened = app.listen(0, '127.0.0.1', () => {
        resolve(opened)
      })
    })
    servers.push(server)
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  const store = new PostgresProjectStore({ db })
  await store.migrate()
  const revocations = new RegistryRevocations({ store })
  open.push(revocations)
  await revocations.ready()

  const record = recordEvents({ db })
  open.push(record)
  const onAlert = [(alert: AlertEvent) => alerts.push(alert), record.onEvent]
  const onEvent = [alertEvents({ onAlert }), record.onEvent]
  const app = express()
  const address = await listening(app)
  const verifierOf = (keyStore: CachedKeyStore): Verifier =>
    createVerifier({ audience: address, keyStore, replayStore: new MemoryReplayStore(), onEvent })
  const informed = new CachedKeyStore(store)
  open.push(
    await store.watch((projectId) => {
      informed.invalidate(projectId)
    }),
  )
  const verifier = verifierOf(informed)
  const uninformed = verifierOf(new CachedKeyStore(withoutMessages(db)))
  const issuer = createSessionIssuer({
    issuer: address,
    verifier,
    signingKeys: [{ privateKey: makeKeyPair('RS256').privateKey, kid: 'platform-1' }],
    revocations,
  })
  app.use(issuer.wellKnown())
  app.post('/oauth/token', issuer.tokenEndpoint())
  app.get('/internal/revocations', issuer.revocationList())
  const answer = (_: unknown, res: express.Response) => res.json({})
  app.get('/informed', reverseJwt({ verifier }), answer)
  app.get('/uninformed', reverseJwt({ verifier: uninformed }), answer)
  app.use(problemDetails())

  const serviceOf = (revocations: NonNullable<SessionVerifierOptions['revocations']>): Promise<string> => {
    const service = express()
    service.get('/', sessionAuth({ issuer: address, revocations }), answer)
    service.use(problemDetails())
    return listening(service)
  }

  return {
    audience: address,
    registry: createRegistry({ store, audience: address }),
    alerts,
    record,
    /** Where a token is verified, and where a session is. */
    verifiers: {
      'verifier with messages': `${address}/informed`,
      'verifier without': `${address}/uninformed`,
    },
    services: {
      'service with messages': await serviceOf(revocations),
      'service with the list': await serviceOf({ url: `${address}/internal/revocations` }),
    },
    tokenEndpoint: `${address}/oauth/token`,
    async close() {
      for (const one of open) await one.close()
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
      await db.close()
    },
  }
}

/** The same database to a process that cannot listen. */
function withoutMessages(db: PGlite): PostgresProjectStore {
  return new PostgresProjectStore({ db: { query: (text, params) => db.query(text, params) } })
}
