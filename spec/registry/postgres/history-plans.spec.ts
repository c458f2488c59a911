import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type pg from 'pg'
import { PostgresProjectStore } from '../../../lib/registry/index.js'
import {
  parametersOf,
  revocationParameters,
  selectionParameters,
} from '../../../lib/registry/postgres/rows.js'
import * as statements from '../../../lib/registry/postgres/statements.js'
import { longHistory } from '../../helpers/long-history.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { changeOf, keyRecord, projectRecord } from '../../helpers/records.js'
import { by } from '../../helpers/registry.js'

jest.setTimeout(60_000)

const history = 50_000
/** How many rows and entries of indices a statement may read, filtered ones included. */
const maxRead = 300

let server: PostgresServer
let db: pg.Pool
beforeAll(async () => {
  server = await PostgresServer.start()
  db = server.pool()
  const store = new PostgresProjectStore({ db })
  await store.migrate()
  await store.commit(changeOf(projectRecord('shop'), [keyRecord('a'), keyRecord('b')]))
  await db.query(longHistory('shop', history))
})
afterAll(() => server.remove())

interface Plan {
  readonly 'Node Type': string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly Plans?: readonly Plan[]
  readonly [more: string]: unknown
}

/** Carries a statement out, undoes it, and counts what each scan of a table or an index read. */
async function read(statement: string, params: string[]): Promise<number> {
  const client = await db.connect()
  try {
    await client.query('BEGIN')
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`,
      params,
    )
    const count = (plan: Plan): number => {
      const below = (plan.Plans ?? []).reduce((sum, one) => sum + count(one), 0)
      if (!/Scan/.test(plan['Node Type'])) return below
      const filtered = [
        'Rows Removed by Filter',
        'Rows Removed by Index Recheck',
        'Rows Removed by Join Filter',
      ]
        .map((name) => Number(plan[name] ?? 0))
        .reduce((sum, one) => sum + one)
      return below + (plan['Actual Rows'] + filtered) * plan['Actual Loops']
    }
    const [answer] = rows
    return count(answer?.['QUERY PLAN'][0].Plan as Plan)
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

const seconds = Date.now() / 1000
const selection = { now: seconds, madeAfter: seconds - 86_400 }
const added = changeOf(projectRecord('shop', { version: 2 }), [keyRecord('c')])
const revocation = { projectId: 'shop', reason: 'exposed', by, at: seconds } as const

describe(`in a project with ${history} keys that have ended`, () => {
  const cases: [string, string, string[]][] = [
    ['find', statements.find, ['shop', 'a']],
    ['load', statements.load, selectionParameters('shop', selection)],
    [
      'load by name',
      statements.load,
      selectionParameters('shop', {
        ...selection,
        kids: ['old-3', 'x'],
        thumbprint: 'shop-9',
        idempotencyKey: 'x',
      }),
    ],
    ['the first page of listKeys', statements.listKeys, ['shop', '-Infinity', '', '51']],
    [
      'a later page of listKeys',
      statements.listKeys,
      ['shop', String(seconds - 364.7 * 86_400), 'old-9', '51'],
    ],
    ['update', statements.update, parametersOf(added)],
    ['revoke of a live key', statements.revoke, revocationParameters({ ...revocation, kid: 'a' })],
    ['revoke of an expired key', statements.revoke, revocationParameters({ ...revocation, kid: 'old-1' })],
    ['revoke of no key', statements.revoke, revocationParameters({ ...revocation, kid: 'x' })],
    ['touch', statements.touch, [JSON.stringify([{ project_id: 'shop', kid: 'a', at: seconds }])]],
  ]
  it.each(cases)('%s reads a few of them', async (_, statement, params) => {
    expect(await read(statement, params)).toBeLessThanOrEqual(maxRead)
  })

  it('does see a statement that reads them all', async () => {
    const all = 'SELECT count(*) FROM reverse_jwt.keys WHERE project_id = $1 AND revoked_at IS NULL'
    expect(await read(all, ['shop'])).toBeGreaterThanOrEqual(history / 2)
  })
})
