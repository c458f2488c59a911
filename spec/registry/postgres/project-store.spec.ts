import { afterAll, beforeAll, jest } from '@jest/globals'
import pg from 'pg'
import { listenWithPg, PostgresProjectStore } from '../../../lib/registry/index.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { fill } from '../../helpers/records.js'
import { describeKeyStore } from '../../keys/key-store-contract.js'
import { describeRecord } from '../record/record-contract.js'
import { describeExpiringKeys } from '../store/expiring-keys-contract.js'
import { describeHostedRevocations } from '../store/hosted-revocations-contract.js'
import { describeHistory } from '../store/project-history-contract.js'
import { describeKeySets } from '../store/project-key-sets-contract.js'
import { describeOrigins } from '../store/project-origins-contract.js'
import { describeEndedSessions } from '../store/project-sessions-contract.js'
import { describeProjectStore } from '../store/project-store-contract.js'

jest.setTimeout(90_000)

let server: PostgresServer
let db: pg.Pool
let store: PostgresProjectStore
beforeAll(async () => {
  server = await PostgresServer.start()
  db = server.pool()
  const listen = listenWithPg(() => new pg.Client(server.url()))
  store = new PostgresProjectStore({ db, listen })
  await store.migrate()
})
afterAll(() => server.remove())

async function emptied(): Promise<PostgresProjectStore> {
  await db.query(
    'TRUNCATE reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.key_uses, reverse_jwt.audit, reverse_jwt.session_revocations, reverse_jwt.key_sets, reverse_jwt.hosted_keys',
  )
  return store
}

describeKeyStore('PostgresProjectStore', async (projects) => fill(await emptied(), projects))
describeProjectStore('PostgresProjectStore', emptied)
describeHistory('PostgresProjectStore', emptied)
describeOrigins('PostgresProjectStore', emptied)
describeEndedSessions('PostgresProjectStore', emptied)
describeKeySets('PostgresProjectStore', emptied)
describeHostedRevocations('PostgresProjectStore', emptied)
describeExpiringKeys('PostgresProjectStore', emptied)
describeRecord('PostgreSQL', () => db)
