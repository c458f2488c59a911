import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type pg from 'pg'
import { createVerifier, MemoryReplayStore } from '../../../lib/index.js'
import { createRegistry, PostgresProjectStore } from '../../../lib/registry/index.js'
import { adminApp, send } from '../../helpers/admin.js'
import { audience, mint, now } from '../../helpers/mint.js'
import { emptyPglite } from '../../helpers/pglite.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { by } from '../../helpers/registry.js'
import { openServer } from '../../helpers/server.js'

const reasonOf = (outcome: Promise<unknown>): Promise<unknown> =>
  outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  )

jest.setTimeout(90_000)

let server: PostgresServer
let superuser: pg.Pool
const serve = openServer()
beforeAll(async () => {
  server = await PostgresServer.start()
  superuser = server.pool()
  await superuser.query('CREATE ROLE owner LOGIN; CREATE ROLE stranger LOGIN')
  await superuser.query('CREATE DATABASE platform OWNER owner')
})
afterAll(() => server.remove())

const storeOf = (options: { user?: string; database?: string; options?: string }) =>
  new PostgresProjectStore({ db: server.pool(options) })
const unusable = (message: string) => ({ code: 'store_unusable', status: 500, message })

describe('migrate', () => {
  it('of a role that may not create a schema says what it lacks', async () => {
    await expect(storeOf({ user: 'stranger', database: 'platform' }).migrate()).rejects.toMatchObject(
      unusable(
        'PostgresProjectStore cannot migrate: permission denied for database platform (SQLSTATE 42501). migrate() is for the owner of the schema reverse_jwt. To make the schema, its role needs the right to: GRANT CREATE ON DATABASE ... TO ...',
      ),
    )
  })

  it('of a database that is read-only says so', async () => {
    const readOnly = { user: 'owner', database: 'platform', options: '-c default_transaction_read_only=on' }
    await expect(storeOf(readOnly).migrate()).rejects.toMatchObject(
      unusable(
        'PostgresProjectStore cannot migrate: cannot execute CREATE SCHEMA in a read-only transaction (SQLSTATE 25006). The database is read-only: connect to the primary, and as a role that may write.',
      ),
    )
  })

  it.each([
    [{ database: 'nothing' }, 'database "nothing" does not exist (SQLSTATE 3D000)'],
    [{ user: 'nobody' }, 'role "nobody" does not exist (SQLSTATE 28000)'],
  ])('of a connection to %j says what is not there', async (options, reason) => {
    const { message } = (await reasonOf(storeOf(options).migrate())) as Error
    expect(message).toContain(`PostgresProjectStore cannot migrate: ${reason}.`)
  })
})

describe('a registry', () => {
  it('says that migrate has not run', async () => {
    await superuser.query('CREATE DATABASE bare')
    const registry = createRegistry({ store: storeOf({ database: 'bare' }), audience })
    await expect(registry.listProjects()).rejects.toMatchObject(
      unusable(
        'PostgresProjectStore cannot list the projects: relation "reverse_jwt.projects" does not exist (SQLSTATE 42P01). Run migrate() as the owner of the schema reverse_jwt.',
      ),
    )
  })

  it('says which right its role lacks, and the admin API says nothing of it to the caller', async () => {
    await storeOf({ user: 'owner', database: 'platform' }).migrate()
    const lacking = createRegistry({ store: storeOf({ user: 'stranger', database: 'platform' }), audience })
    const message =
      'PostgresProjectStore cannot write the change project.created of the project "shop": permission denied for schema reverse_jwt (SQLSTATE 42501). Run the SQL of grants() as the owner, again after each migrate() to a newer version, and connect as one of the two roles that it names.'
    await expect(lacking.createProject({ id: 'shop' }, { by })).rejects.toMatchObject(unusable(message))

    const { app, errors } = adminApp(lacking)
    const answer = await send(serve(app), 'POST', '/projects', { body: { id: 'shop' } })
    expect([answer.status, answer.headers['retry-after']]).toEqual([500, undefined])
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'store_unusable', status: 500 })
    expect(answer.text).not.toMatch(/permission|schema|42501/)
    expect(errors).toMatchObject([{ message }])
  })

  it('answers a token whose key cannot be looked up with an outage, never with a refusal', async () => {
    const keyStore = storeOf({ user: 'stranger', database: 'platform' })
    const verifier = createVerifier({
      audience,
      keyStore,
      replayStore: new MemoryReplayStore(),
      clock: () => now,
    })
    await expect(verifier.verify(mint())).rejects.toMatchObject({
      code: 'store_unavailable',
      status: 503,
      description: 'The token cannot be checked right now. Try again shortly.',
    })
  })
})

describe.each(['LATIN1', 'SQL_ASCII', 'UTF8'])('a database with the encoding %s', (encoding) => {
  const isUnwritable = encoding === 'LATIN1'
  const database = `spelled_${encoding.toLowerCase()}`
  let registry: ReturnType<typeof createRegistry>
  let store: PostgresProjectStore
  beforeAll(async () => {
    await superuser.query(`CREATE DATABASE ${database} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`)
    store = storeOf({ database })
    await store.migrate()
    registry = createRegistry({ store, audience })
  })
  const unwritable = { code: 'request_invalid', status: 400 }

  it(`${isUnwritable ? 'refuses' : 'keeps'} a name that LATIN1 cannot write, wherever it stands`, async () => {
    const name = 'Łódź'
    const id = `shop-${encoding}`
    await registry.createProject({ id, name: 'Café' }, { by })
    expect(await registry.getProject(id)).toMatchObject({ name: 'Café' })
    const asks = [
      () => registry.createProject({ name }, { by }),
      () => registry.createProject({ metadata: { name } }, { by }),
      () => registry.createProject({}, { by: name }),
      () => registry.updateProject(id, { name }, { by }),
      () => registry.suspendProject(id, { reason: name, by }),
    ]
    for (const ask of asks) {
      if (isUnwritable) await expect(ask()).rejects.toMatchObject(unwritable)
      else expect(await ask()).toHaveProperty('id')
    }
  })

  it('looks for a name that it cannot write, or has not', async () => {
    const expected = isUnwritable ? unwritable : { code: 'project_not_found' }
    const nowhere = 'Łódź'
    await expect(registry.getProject(nowhere)).rejects.toMatchObject(expected)
    await expect(registry.generateKey(nowhere, { by })).rejects.toMatchObject(expected)
    const revocation = registry.revokeKey(nowhere, { kid: 'a', reason: 'other', by })
    await expect(revocation).rejects.toMatchObject(expected)
    const audit = registry.listAudit({ projectId: nowhere })
    if (isUnwritable) await expect(audit).rejects.toMatchObject(unwritable)
    else expect(await audit).toEqual({ records: [] })
    // A verifier cannot tell why, and refuses nobody for it.
    const found = store.find(nowhere, 'a')
    if (isUnwritable) await expect(found).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
    else expect(await found).toBeUndefined()
  })
})

it('a PGlite without the tables says the same', async () => {
  const db = await emptyPglite()
  await expect(new PostgresProjectStore({ db }).list({ limit: 1 })).rejects.toMatchObject({
    code: 'store_unusable',
    message: expect.stringContaining('(SQLSTATE 42P01). Run migrate()'),
  })
  await db.close()
})
