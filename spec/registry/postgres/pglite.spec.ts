import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, jest } from '@jest/globals'
import { PostgresProjectStore } from '../../../lib/registry/index.js'
import { emptyPglite } from '../../helpers/pglite.js'
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

let db: PGlite
let store: PostgresProjectStore
beforeAll(async () => {
  db = await emptyPglite()
  store = new PostgresProjectStore({ db })
  await store.migrate()
})
afterAll(() => db.close())

async function emptied(): Promise<PostgresProjectStore> {
  await db.query(
    'TRUNCATE reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.key_uses, reverse_jwt.audit, reverse_jwt.session_revocations, reverse_jwt.key_sets, reverse_jwt.hosted_keys',
  )
  return store
}

describeKeyStore('PostgresProjectStore on PGlite', async (projects) => fill(await emptied(), projects))
describeProjectStore('PostgresProjectStore on PGlite', emptied)
describeHistory('PostgresProjectStore on PGlite', emptied)
describeOrigins('PostgresProjectStore on PGlite', emptied)
describeEndedSessions('PostgresProjectStore on PGlite', emptied)
describeKeySets('PostgresProjectStore on PGlite', emptied)
describeHostedRevocations('PostgresProjectStore on PGlite', emptied)
describeExpiringKeys('PostgresProjectStore on PGlite', emptied)
describeRecord('A PGlite', () => db)
