import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import pg from 'pg'
import {
  createRegistry,
  grants,
  listenWithPg,
  PostgresProjectStore,
  RegistryRevocations,
  StoreUnusableError,
  type Registry,
} from '../../../lib/registry/index.js'
import { audience } from '../../helpers/mint.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { by } from '../../helpers/registry.js'
import { until } from '../../helpers/until.js'

jest.setTimeout(60_000)

let server: PostgresServer
let db: pg.Pool
let registry: Registry
beforeAll(async () => {
  server = await PostgresServer.start()
  db = server.pool()
  await db.query('CREATE ROLE manager LOGIN; CREATE ROLE verifier LOGIN')
  const store = new PostgresProjectStore({ db })
  await store.migrate()
  await db.query(grants({ registry: 'manager', verifier: 'verifier' }))
  registry = createRegistry({ store, audience })
  await registry.createProject({ id: 'shop' }, { by })
})
afterAll(() => server.remove())

const storeOf = (user: string) => {
  const listen = listenWithPg(() => new pg.Client(server.url(user)))
  return new PostgresProjectStore({ db: server.pool({ user }), listen })
}
const time = () => Date.now() / 1000
const session = (id: string, issuedAt = time() - 60) => ({ id, projectId: 'shop', kid: 'key-1', issuedAt })
const cause = { by, reason: 'A test.' }

it('what one instance ends, another one with the role of a verifier knows well within a second', async () => {
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const [one, other] = ['manager', 'verifier'].map(
    (user) => new RegistryRevocations({ store: storeOf(user), interval: 60, maxStaleness: 120, onError }),
  ) as [RegistryRevocations, RegistryRevocations]
  await Promise.all([one.ready(), other.ready()])
  const times: number[] = []
  for (let count = 0; count < 40; count++) {
    const [from, to] = count % 2 === 0 ? [one, other] : [other, one]
    const id = `session-${count}`
    await from.revoke({ projectId: 'shop', sessionId: id, expiresAt: time() + 600 }, cause)
    expect(from.isRevoked(session(id))).toBe(true)
    const written = performance.now()
    await until(`${id} has ended`, () => to.isRevoked(session(id)))
    times.push(performance.now() - written)
  }
  times.sort((a, b) => a - b)
  const [median = 0, p99 = 0] = [times[20], times[39]]
  process.stdout.write(
    `a revocation reached another instance in ${Math.round(median)} ms (median), ${Math.round(p99)} ms (p99)\n`,
  )
  expect(p99).toBeLessThan(10_000)

  await one.revoke({ projectId: 'shop' }, cause)
  await until('all have ended', () => other.isRevoked(session('any')))
  expect(other.isRevoked(session('next', time() + 20))).toBe(false)
  // A verifier may end no project.
  await expect(other.revoke({ projectId: 'shop' }, cause)).rejects.toBeInstanceOf(StoreUnusableError)
  expect(errors).toEqual([])
  await Promise.all([one.close(), other.close()])
})

it('a role with the grants of the former version is told at the start what it lacks', async () => {
  await db.query('CREATE ROLE former LOGIN')
  await db.query(
    grants({ registry: 'manager', verifier: 'former' })
      .replace('updated_at, deleted_at, sessions_before', 'deleted_at')
      .replace(/\nGRANT [A-Z, ]+ ON reverse_jwt.session_revocations .*;/, ''),
  )
  const store = storeOf('former')
  const revocations = new RegistryRevocations({ store })
  await expect(revocations.ready()).rejects.toMatchObject({
    code: 'store_unusable',
    message: expect.stringMatching(
      /^PostgresProjectStore cannot read which sessions have ended: permission denied for table (projects|session_revocations) \(SQLSTATE 42501\)\. Run the SQL of grants\(\) as the owner, again after each migrate\(\) to a newer version, /,
    ),
  })
  expect(() => revocations.isRevoked(session('a'))).toThrow(expect.objectContaining({ status: 503 }))
  await db.query(grants({ registry: 'manager', verifier: 'former' }))
  await revocations.ready()
  expect(revocations.isRevoked({ ...session('a'), projectId: 'other' })).toBe(false)
  await revocations.close()
})

it('a database that was not migrated is told so', async () => {
  await db.query('CREATE DATABASE bare')
  const revocations = new RegistryRevocations({
    store: new PostgresProjectStore({ db: server.pool({ database: 'bare' }) }),
  })
  await expect(revocations.ready()).rejects.toMatchObject({
    code: 'store_unusable',
    message: expect.stringContaining('Run migrate()'),
  })
  await revocations.close()
})

it('many instances that end sessions of many projects never wait for each other', async () => {
  await db.query(`TRUNCATE reverse_jwt.session_revocations;
    INSERT INTO reverse_jwt.session_revocations (project_id, session_id, ended_at, expires_at)
      SELECT 'project-' || n % 10, 'old-' || n, now() - interval '1 hour', now() - interval '10 minutes'
      FROM generate_series(1, 3000) n`)
  const store = new PostgresProjectStore({ db: server.pool({ user: 'verifier', max: 10 }) })
  const ends = Array.from({ length: 1_500 }, (_, count) => ({
    projectId: `project-${count % 10}`,
    sessionId: `session-${count}`,
    at: time(),
    expiresAt: time() + 600,
  }))
  for (let first = 0; first < ends.length; first += 100)
    await Promise.all(ends.slice(first, first + 100).map((end) => store.endSession(end)))
  const { sessions, projects } = await store.revocations()
  expect(new Set(projects.map(({ project }) => project))).toEqual(
    new Set(['shop', ...ends.slice(0, 10).map(({ projectId }) => projectId)]),
  )
  expect(sessions.length).toBeGreaterThanOrEqual(1_000)
  // Statements that begin together count alike.
  expect(sessions.length).toBeLessThan(1_100)
  const { rows } = await db.query(
    "SELECT count(*)::int AS old FROM reverse_jwt.session_revocations WHERE session_id LIKE 'old-%'",
  )
  expect(rows).toEqual([{ old: 0 }])
})

it('a row that somebody locks is left for the next time', async () => {
  await db.query('TRUNCATE reverse_jwt.session_revocations')
  const store = new PostgresProjectStore({ db: server.pool({ user: 'verifier' }) })
  const end = (sessionId: string, age: number) =>
    store.endSession({ projectId: 'shop', sessionId, at: time() - age, expiresAt: time() - age + 60 })
  await end('old', 600)
  const holder = await db.connect()
  await holder.query('BEGIN; SELECT 1 FROM reverse_jwt.session_revocations FOR UPDATE')
  await end('a', 0)
  await holder.query('ROLLBACK')
  holder.release()
  const names = async () =>
    (
      await db.query<{ id: string }>(
        'SELECT session_id AS id FROM reverse_jwt.session_revocations ORDER BY 1',
      )
    ).rows
  expect(await names()).toEqual([{ id: 'a' }, { id: 'old' }])
  await end('b', 0)
  expect(await names()).toEqual([{ id: 'a' }, { id: 'b' }])
})
