import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type pg from 'pg'
import { PostgresProjectStore } from '../../../lib/registry/index.js'
import { selectionParameters, sessionEndParameters } from '../../../lib/registry/postgres/rows.js'
import * as keySetStatements from '../../../lib/registry/postgres/key-set-statements.js'
import * as sessionStatements from '../../../lib/registry/postgres/session-statements.js'
import * as statements from '../../../lib/registry/postgres/statements.js'
import { keyPair } from '../../helpers/keys.js'
import { manyProjects } from '../../helpers/many-projects.js'
import { now } from '../../helpers/mint.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { changeOf, keyRecord, projectRecord } from '../../helpers/records.js'

jest.setTimeout(60_000)

const projects = 20_000
const keysOfProject = 3

let server: PostgresServer
let db: pg.Pool
beforeAll(async () => {
  server = await PostgresServer.start()
  db = server.pool()
  await new PostgresProjectStore({ db }).migrate()
  await db.query(manyProjects(keyPair('ES256').publicJwk, projects, keysOfProject))
  await db.query(`
    INSERT INTO reverse_jwt.audit (changed_at, changed_by, action, project_id, before_change, after_change)
      SELECT now(), 'x', 'x', 'project-' || n, '{}', '{}' FROM generate_series(1, ${projects}) n;
    -- Of most of them sessions have ended, long ago.
    UPDATE reverse_jwt.projects SET suspended = true, updated_at = now() - interval '1 year' WHERE id LIKE '%1';
    UPDATE reverse_jwt.projects SET sessions_before = now() - interval '1 year' WHERE id NOT LIKE '%7';
    UPDATE reverse_jwt.keys SET revoked_at = now() - interval '1 year' WHERE kid = 'key-3';
    -- Each project has a key that is retiring, and a few end within days.
    UPDATE reverse_jwt.keys SET not_after = now() + (length(project_id) + ascii(right(project_id, 1))) * interval '1 day'
      WHERE kid = 'key-2';
    INSERT INTO reverse_jwt.session_revocations (project_id, session_id, ended_at, expires_at)
      SELECT 'project-' || n, name, at, at + interval '1 hour'
      FROM generate_series(1, ${projects}) n, unnest(ARRAY['a', 'b', '']) name, LATERAL (SELECT now() - n * interval '1 minute' AS at) ended;
    -- Each customer hosts a set, in which most keys have been revoked, long ago.
    INSERT INTO reverse_jwt.key_sets (project_id, jwks_uri, confirmed_at, tried_at)
      SELECT 'project-' || n, 'https://shop.example/' || n, now(), now() - n * interval '1 second' FROM generate_series(1, ${projects}) n;
    INSERT INTO reverse_jwt.hosted_keys (project_id, kid, alg, public_jwk, thumbprint, first_seen, removed_at, denied_at, reason)
      SELECT 'project-' || n, 'hosted-' || k, 'ES256', '{}', n || '-' || k, now(), CASE WHEN k > 1 THEN now() END,
        CASE WHEN k > 1 THEN now() - interval '1 year' END, CASE WHEN k > 1 THEN 'other' END
      FROM generate_series(1, ${projects}) n, generate_series(1, 3) k;
    ANALYZE reverse_jwt.key_sets, reverse_jwt.hosted_keys;
    ANALYZE reverse_jwt.audit, reverse_jwt.projects, reverse_jwt.keys, reverse_jwt.session_revocations`)
}, 60_000)
afterAll(() => server.remove())

/** The nodes of the plan by which the database answers a statement. */
async function planOf(statement: string, params: string[]): Promise<string[]> {
  const { rows } = await db.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${statement}`, params)
  return rows.map((row) => row['QUERY PLAN'].trim())
}

const selection = {
  now,
  madeAfter: now - 86_400,
  kids: ['key-1', 'x'],
  thumbprint: '77-1',
  idempotencyKey: 'once',
}
const row = { project: projectRecord('project-77', { version: 2 }), keys: [keyRecord('key-4')] }
const { audit } = changeOf(row.project)

describe(`among ${projects} projects with ${keysOfProject} keys each`, () => {
  const cases: [string, string, string[]][] = [
    ['find', statements.find, ['project-77', 'key-2']],
    ['load', statements.load, selectionParameters('project-77', selection)],
    ['listKeys', statements.listKeys, ['project-77', '0', '', '50']],
    ['revoke', statements.revoke, ['project-77', 'key-1', String(now), 'other', 'x']],
    ['list', statements.list, ['project-5', '50']],
    ['audit', statements.audit, ['1000000', '50']],
    ['auditOfProject', statements.auditOfProject, ['1000000', '50', 'project-77']],
    ['touch', statements.touch, [JSON.stringify([{ project_id: 'project-77', kid: 'key-1', at: now }])]],
    ['expiringKeys', statements.expiringKeys, [String(Date.now() / 1000 + 7 * 86_400)]],
    ['revocations', sessionStatements.revocations, []],
    [
      'endSession',
      sessionStatements.endSession,
      sessionEndParameters({ projectId: 'project-77', sessionId: 'c', expiresAt: now + 600, at: now }),
    ],
    [
      'update',
      statements.update,
      [
        { id: 'project-77', issuer: 'x', version: 2 },
        [{ kid: 'key-4' }],
        audit,
        [{ jwks_uri: 'x', confirmed_at: now }],
        [{ kid: 'hosted-4' }],
      ].map((value) => JSON.stringify(value)),
    ],
    ['keySet', keySetStatements.keySet, ['project-77']],
    ['listHostedKeys', keySetStatements.listHostedKeys, ['project-77', '0', '', '50']],
    ['dueKeySets', keySetStatements.dueKeySets, ['300', '16']],
    ['noteKeySetRead', keySetStatements.noteKeySetRead, ['project-77', 'x', 'false', 'x']],
    ['denyHostedKey', keySetStatements.denyHostedKey, ['project-77', 'hosted-1', String(now), 'other', 'x']],
  ]
  it.each(cases)('%s reads no table from end to end', async (_, statement, params) => {
    const plan = await planOf(statement, params)
    expect(plan.filter((node) => /Seq Scan/.test(node))).toEqual([])
    expect(plan.filter((node) => /Index (Only )?Scan/.test(node)).length).toBeGreaterThan(0)
  })

  it('find reads one key and one project by their primary keys', async () => {
    const plan = await planOf(statements.find, ['project-77', 'key-2'])
    expect(plan.filter((node) => node.includes('Scan'))).toEqual([
      '->  Index Scan using keys_pkey on keys k',
      '->  Index Scan using projects_pkey on projects p',
    ])
  })

  it('revocations reads what has ended lately by the indexes for it', async () => {
    const plan = await planOf(sessionStatements.revocations, [])
    const indexes = plan.map(
      (node) => /(?:Index (?:Only )?Scan using|Bitmap Index Scan on) (\w+)/.exec(node)?.[1],
    )
    expect(indexes.filter((name) => name !== undefined).toSorted()).toEqual([
      'hosted_keys_by_denial',
      'keys_by_revocation',
      'projects_by_sessions_before',
      'projects_suspended_by_update',
      'session_revocations_by_expiry',
      'session_revocations_of_projects',
    ])
  })

  it('does see a table that is read from end to end', async () => {
    const plan = await planOf('SELECT 1 FROM reverse_jwt.keys WHERE alg = $1', ['x'])
    expect(plan.filter((node) => /Seq Scan/.test(node))).toHaveLength(1)
  })

  it('a cold key is one query', async () => {
    const asked: string[] = []
    const counted = {
      query: (text: string, params: string[] = []) => {
        asked.push(text)
        return db.query(text, params)
      },
    }
    const store = new PostgresProjectStore({ db: counted })
    expect(await store.find('project-77', 'key-2')).toMatchObject({ kid: 'key-2' })
    expect(asked).toEqual([statements.find])
  })
})
