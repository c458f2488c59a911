import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type pg from 'pg'
import { databaseFindings, inspect } from '../../../lib/cli/config/database.js'
import { grantFindings } from '../../../lib/cli/config/grants.js'
import {
  grants,
  migrations,
  PostgresProjectStore,
  type RegistryDatabase,
} from '../../../lib/registry/index.js'
import '../../helpers/longer-time-limit.js'
import { emptyPglite } from '../../helpers/pglite.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { lines } from './lines.js'

const roles = { registry: 'platform_admin', verifier: 'platform_api' }

let server: PostgresServer
let databases = 0
beforeAll(async () => {
  server = await PostgresServer.start()
  const superuser = server.pool()
  await superuser.query('CREATE ROLE platform_owner LOGIN')
  await superuser.query('CREATE ROLE platform_admin LOGIN; CREATE ROLE platform_api LOGIN')
})
afterAll(() => server.remove())

interface Platform {
  readonly owner: pg.Pool
  readonly verifier: pg.Pool
  readonly poolOf: (user: string) => pg.Pool
}

/** A database of a test's own, with so many steps of the schema. */
async function platform(steps = migrations.length, settings = ''): Promise<Platform> {
  const database = `platform_${++databases}`
  await server.pool().query(`CREATE DATABASE ${database} OWNER platform_owner ${settings}`)
  const poolOf = (user: string) => server.pool({ user, database })
  const owner = poolOf('platform_owner')
  for (const { sql } of migrations.slice(0, steps)) await owner.query(sql)
  if (steps === migrations.length) await owner.query(grants(roles))
  return { owner, verifier: poolOf('platform_api'), poolOf }
}

/** What the checks of a database find, with numbers that change with the server and with the schema made alike. */
async function found(db: RegistryDatabase): Promise<string[]> {
  const asked = await inspect(db)
  return lines([...databaseFindings(asked), ...(await grantFindings(db, asked))]).map((line) =>
    line
      .replace(/PostgreSQL \d+\.\d+/, 'PostgreSQL X.Y')
      .replaceAll(`version ${migrations.length}`, 'version N')
      .replaceAll(`needs ${migrations.length}`, 'needs N'),
  )
}

const good = 'ok grants: the role may do what a verifier needs, and nothing else'

it('finds nothing wrong with a database that is set up as the documentation says', async () => {
  const { verifier } = await platform()
  expect(await found(verifier)).toMatchInlineSnapshot(`
    [
      "ok database: PostgreSQL X.Y, schema reverse_jwt of version N at least: this role may not read whether it is newer",
      "ok grants: the role may do what a verifier needs, and nothing else",
    ]
  `)
})

it('warns of a superuser, as of the one of a PGlite', async () => {
  const db = await emptyPglite()
  try {
    await new PostgresProjectStore({ db }).migrate()
    expect(await found(db)).toMatchInlineSnapshot(`
      [
        "ok database: PostgreSQL X.Y, schema reverse_jwt of version N",
        "warn grants: the role is a superuser: this process could change and delete everything -> If this process only verifies tokens, let it connect as the verifier of grants(). One that manages projects and keys needs more.",
      ]
    `)
  } finally {
    await db.close()
  }
})

describe('the schema', () => {
  it('is missing', async () => {
    const { owner, verifier } = await platform(0)
    expect(await found(verifier)).toMatchInlineSnapshot(`
      [
        "FAIL database: there is no schema reverse_jwt -> As the owner of the schema, with this version of reverse-jwt: await store.migrate(), and then the SQL of grants().",
        "skip grants: the schema is not of this version: see database",
      ]
    `)
    expect((await found(owner))[0]).toMatch(/^FAIL database: there is no schema reverse_jwt/)
  })

  it('is older, by each step, whether the role may read its version or not', async () => {
    for (let steps = 1; steps < migrations.length; steps++) {
      const { owner, verifier } = await platform(steps)
      const expected = `FAIL database: the schema reverse_jwt has version ${steps}; this reverse-jwt needs N -> As the owner of the schema, with this version of reverse-jwt: await store.migrate(), and then the SQL of grants().`
      const skipped = 'skip grants: the schema is not of this version: see database'
      expect(await found(owner)).toEqual([expected, skipped])
      expect(await found(verifier)).toEqual([expected, skipped])
    }
  })

  it('is newer, which only who may read its version can know', async () => {
    const { owner, verifier } = await platform()
    await owner.query(`INSERT INTO reverse_jwt.migrations (version) VALUES (${migrations.length + 1})`)
    expect((await found(owner)).map((line) => line.replace(/version \d+;/, 'version N+1;')))
      .toMatchInlineSnapshot(`
      [
        "FAIL database: the schema reverse_jwt has version N+1; this reverse-jwt knows versions up to 5 -> Install a newer reverse-jwt; there is no way back.",
        "skip grants: the schema is not of this version: see database",
      ]
    `)
    expect((await found(verifier))[0]).toMatch(
      /^ok database: .* at least: this role may not read whether it is newer$/,
    )
  })

  it('has no version', async () => {
    const { owner } = await platform()
    await owner.query('DELETE FROM reverse_jwt.migrations')
    expect((await found(owner))[0]).toMatch(/^FAIL database: the schema reverse_jwt has no version -> /)
  })
})

describe('the server', () => {
  const claiming = async (changes: object): Promise<string[]> => {
    const { verifier } = await platform()
    // As a server would answer that is not installed here.
    const db: RegistryDatabase = {
      async query(text, params) {
        const { rows } = await verifier.query<{ record: string }>(text, params)
        return {
          rows: rows.map(({ record }) => ({
            record: JSON.stringify({ ...(JSON.parse(record) as object), ...changes }),
          })),
        }
      },
    }
    return lines(databaseFindings(await inspect(db)))
  }

  it('is too old', async () => {
    expect(await claiming({ serverVersion: 120_022 })).toMatchInlineSnapshot(`
      [
        "FAIL database: this is PostgreSQL 12.22; it must be 13 or newer -> Upgrade the server.",
      ]
    `)
    expect(await claiming({ serverVersion: 130_000 })).toMatchObject([
      expect.stringMatching(/^ok database: PostgreSQL 13.0,/),
    ])
  })

  it('has an encoding that cannot write every name', async () => {
    const { verifier } = await platform(
      migrations.length,
      "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    )
    expect(await found(verifier)).toMatchInlineSnapshot(`
      [
        "warn database: the encoding of the database is LATIN1: names that it cannot write are refused -> Use a database with the encoding UTF8.",
        "ok grants: the role may do what a verifier needs, and nothing else",
      ]
    `)
    expect(await claiming({ encoding: '\u001b[2J'.repeat(50) })).toMatchObject([
      expect.stringMatching(/^warn .{1,300}$/),
    ])
  })

  it('is read-only', async () => {
    const { owner, verifier, poolOf } = await platform()
    expect((await found(verifier))[0]).toMatch(/^ok/)
    await owner.query(`ALTER DATABASE platform_${databases} SET default_transaction_read_only = on`)
    expect(await found(poolOf('platform_api'))).toMatchInlineSnapshot(`
      [
        "FAIL database: the database is read-only: no session can be ended, and a replica that lags knows keys that are revoked -> Connect to the primary, and as a role that may write.",
        "ok grants: the role may do what a verifier needs, and nothing else",
      ]
    `)
    // The control: a connection that is older than the setting.
    expect((await found(verifier))[0]).toMatch(/^ok/)
  })
})

describe('the role', () => {
  it('may do all, for it owns the tables', async () => {
    const { owner } = await platform()
    expect((await found(owner))[1]).toMatchInlineSnapshot(
      `"warn grants: the role owns the tables: this process could change and delete all of them -> If this process only verifies tokens, let it connect as the verifier of grants(). One that manages projects and keys needs more."`,
    )
  })

  it('was granted nothing', async () => {
    const { owner, verifier } = await platform()
    await owner.query('REVOKE ALL ON ALL TABLES IN SCHEMA reverse_jwt FROM platform_api')
    await owner.query('REVOKE ALL ON SCHEMA reverse_jwt FROM platform_api')
    expect((await found(verifier))[1]).toMatchInlineSnapshot(
      `"FAIL grants: the role may not use the schema, SELECT projects, SELECT keys, SELECT key_sets and 8 more -> As the owner, run the SQL of grants() with this role as the verifier, again after each migrate()."`,
    )
  })

  it.each([
    ['SELECT (public_jwk) ON reverse_jwt.keys', 'SELECT keys (public_jwk)'],
    ['UPDATE (last_used_at) ON reverse_jwt.key_uses', 'UPDATE key_uses'],
    ['INSERT ON reverse_jwt.events', 'INSERT events'],
    ['DELETE ON reverse_jwt.session_revocations', 'DELETE session_revocations'],
    ['USAGE ON SCHEMA reverse_jwt', 'use the schema'],
  ])('lacks %s', async (right, named) => {
    const { owner, verifier } = await platform()
    await owner.query(`REVOKE ${right} FROM platform_api`)
    expect((await found(verifier))[1]).toBe(
      `FAIL grants: the role may not ${named} -> As the owner, run the SQL of grants() with this role as the verifier, again after each migrate().`,
    )
    await owner.query(grants(roles))
    expect((await found(verifier))[1]).toBe(good)
  })

  it.each([
    ['UPDATE (revoked_at) ON reverse_jwt.keys', 'UPDATE keys'],
    ['DELETE ON reverse_jwt.audit', 'DELETE audit'],
    ['INSERT ON reverse_jwt.keys', 'INSERT keys'],
    ['TRUNCATE ON reverse_jwt.events', 'TRUNCATE events'],
    ['TRIGGER ON reverse_jwt.keys', 'TRIGGER keys'],
    ['REFERENCES ON reverse_jwt.keys', 'REFERENCES keys'],
    ['SELECT (nonce_hash) ON reverse_jwt.keys', 'SELECT keys'],
    ['SELECT ON reverse_jwt.migrations', 'SELECT migrations'],
    ['CREATE ON SCHEMA reverse_jwt', 'add tables'],
  ])('could also %s', async (right, named) => {
    const { owner, verifier } = await platform()
    await owner.query(`GRANT ${right} TO PUBLIC`)
    expect((await found(verifier))[1]).toMatch(
      `warn grants: this process could also ${named} -> If this process only`,
    )
  })

  it('is that of the registry', async () => {
    const { poolOf } = await platform()
    expect((await found(poolOf('platform_admin'))).slice(1)).toMatchInlineSnapshot(`
      [
        "warn grants: this process could also DELETE keys, INSERT keys, UPDATE keys, INSERT projects and 15 more -> If this process only verifies tokens, let it connect as the verifier of grants(). One that manages projects and keys needs more.",
      ]
    `)
  })
})

describe('the database cannot be asked', () => {
  it('for it is away, or does not let the role in', async () => {
    const { verifier, poolOf } = await platform()
    await server.pool().query('CREATE ROLE opensesame NOLOGIN')
    expect(await found(poolOf('opensesame'))).toMatchInlineSnapshot(`
      [
        "FAIL database: the database cannot be asked (28000: this user may not log in) -> Correct the user and the password in the module, or in the variable that it reads.",
        "skip grants: the database cannot be asked",
      ]
    `)
    await server.stop()
    expect((await found(verifier))[0]).toMatch(
      /^FAIL database: the database cannot be asked \(ECONNREFUSED: /,
    )
    await server.run()
  })

  it.each([
    [
      () => {
        throw new Error('opensesame')
      },
      'an error: its words are not shown, for they may hold a secret',
    ],
    [
      () => Promise.reject(Object.assign(new Error('for user "opensesame"'), { code: '28P01' })),
      '28P01: the password is wrong',
    ],
    [() => Promise.resolve({ rows: [] }), 'it answered something else than what it was asked'],
    [
      () => Promise.resolve({ rows: [{ record: 'opensesame' }] }),
      'it answered something else than what it was asked',
    ],
  ])('for its query does %s', async (query, reason) => {
    const [line] = await found({ query })
    expect(line).toMatch(`FAIL database: the database cannot be asked (${reason}) -> `)
  })
})
