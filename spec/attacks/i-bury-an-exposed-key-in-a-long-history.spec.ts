import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import type pg from 'pg'
import { createRegistry, PostgresProjectStore, type Registry } from '../../lib/registry/index.js'
import { load, revoke } from '../../lib/registry/postgres/statements.js'
import { longHistory } from '../helpers/long-history.js'
import { audience } from '../helpers/mint.js'
import { PostgresServer } from '../helpers/postgres-server.js'
import { by, handOver } from '../helpers/registry.js'

jest.setTimeout(60_000)

const history = 50_000

/** No answer of the database may be longer, whatever the project did before. */
const maxAnswer = 20_000

let server: PostgresServer
let db: pg.Pool
let registry: Registry
let kid: string
const answers: number[] = []
const statements: string[] = []
beforeAll(async () => {
  server = await PostgresServer.start()
  db = server.pool()
  const measured = {
    query: async (text: string, params: string[] = []) => {
      statements.push(text)
      const answer = await db.query<Record<string, unknown>>(text, params)
      answers.push(JSON.stringify(answer.rows).length)
      return answer
    },
  }
  const store = new PostgresProjectStore({ db: measured })
  await store.migrate()
  registry = createRegistry({ store, audience })
  await registry.createProject({ id: 'shop' }, { by })
  await registry.createProject({ id: 'other' }, { by })
  await db.query(longHistory('shop', history))
  ;({ kid } = await registry.generateKey('shop', { by }))
})
afterAll(() => server.remove())

it('the exposed key is revoked at once, by one statement, before one looks for other kids of the pair', async () => {
  answers.length = statements.length = 0
  const { key, warning } = await registry.revokeKey('shop', { kid, reason: 'exposed', by })
  expect(key).toMatchObject({ kid, state: 'revoked' })
  expect(warning).toMatch(/^The project has no key left that can sign/)
  expect(statements).toEqual([revoke, load])
  expect(Math.max(...answers)).toBeLessThan(maxAnswer)
  const { records } = await registry.listAudit({ projectId: 'shop', limit: 1 })
  expect(records).toMatchObject([
    {
      action: 'key.revoked',
      kid,
      before: { keys: [{ state: 'active' }] },
      after: { keys: [{ state: 'revoked' }] },
    },
  ])
})

it('the project goes on: nothing loads its history', async () => {
  answers.length = 0
  await registry.generateKey('shop', { by })
  const { kid: own } = await handOver(registry, 'shop')
  await registry.rotateKey('shop', { kid: own, idempotencyKey: 'once', by })
  expect(await registry.rotateKey('shop', { kid: own, idempotencyKey: 'once', by })).toMatchObject({
    repeated: true,
  })
  await registry.updateProject('shop', { name: 'Shop' }, { by })
  await registry.suspendProject('shop', { by })
  await registry.resumeProject('shop', { by })
  await registry.getProject('shop')
  await registry.revokeKey('shop', { kid: 'old-7', reason: 'other', by })
  expect(Math.max(...answers)).toBeLessThan(maxAnswer)
})
