import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { generateKeyPairSync } from 'node:crypto'
import { checkConfig } from '../../../lib/cli/config/check-config.js'
import { grants, migrations, PostgresProjectStore } from '../../../lib/registry/index.js'
import '../../helpers/longer-time-limit.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { Secrets } from '../../helpers/secrets.js'
import { codeBlocksOf } from '../../package/code-blocks.js'
import { lines } from './lines.js'
import { moduleFile } from './modules.js'

const redisPassword = 'opensesame-redis'
const databasePassword = 'opensesame-database'
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const secrets = new Secrets()
secrets.addPrivateKey(privateKey)

let redis: RedisServer
let database: PostgresServer
beforeAll(async () => {
  redis = await RedisServer.start({ appendonly: 'yes' })
  await redis.command(
    'ACL',
    'SETUSER',
    'platform',
    'on',
    `>${redisPassword}`,
    '~rjwt:*',
    '-@all',
    '+set',
    '+get',
    '+del',
    '+info',
    '+time',
    '+eval',
    '+evalsha',
    '+config|get',
  )
  database = await PostgresServer.start()
  const owner = database.pool()
  await new PostgresProjectStore({ db: owner }).migrate()
  await owner.query('CREATE ROLE platform_admin LOGIN; CREATE ROLE platform_api LOGIN')
  await owner.query(grants({ registry: 'platform_admin', verifier: 'platform_api' }))
})
afterAll(async () => {
  await Promise.all([redis.remove(), database.remove()])
})

interface Addresses {
  readonly redisUrl: string
  readonly databaseUrl: string
}

const right = (): Addresses => ({
  redisUrl: `redis://platform:${redisPassword}@127.0.0.1:${redis.port}`,
  databaseUrl: `postgres://platform_api:${databasePassword}@127.0.0.1:${database.port}/postgres`,
})

const [example] = codeBlocksOf('docs/doctor-config.md').filter(({ language }) => language === 'js')
const key = privateKey.export({ format: 'pem', type: 'pkcs8' })

/** The example of the documentation, with its variables written in. */
function platform({ redisUrl, databaseUrl }: Addresses): string {
  const variables = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, SESSION_KEY: key }
  return Object.entries(variables).reduce((code, [name, value]) => {
    expect(code).toContain(`process.env.${name}`)
    return code.replaceAll(`process.env.${name}`, JSON.stringify(value))
  }, example?.code ?? '')
}

/** What is found, a line each. None holds a password or a key. */
async function linesOf(code: string): Promise<string> {
  const shown = lines(await checkConfig(await moduleFile(code))).join('\n')
  expect(shown).not.toMatch(/opensesame|127\.0\.0\.1/)
  expect(secrets.findIn(shown)).toBeUndefined()
  return shown
    .replaceAll(/PostgreSQL \d+\.\d+/g, 'PostgreSQL X.Y')
    .replaceAll(`version ${migrations.length}`, 'version N')
}

it('finds nothing wrong with a platform that is set up as the documentation says', async () => {
  expect(await linesOf(platform(right()))).toMatchInlineSnapshot(`
    "ok config: the module exports replayStore, store, db, issuer, close
    ok replay-store: the replay store is fit to remember used tokens
    ok database: PostgreSQL X.Y, schema reverse_jwt of version N at least: this role may not read whether it is newer
    ok grants: the role may do what a verifier needs, and nothing else
    ok keys: no project will be without a key within 7 days
    ok signing-keys: the issuer signs sessions, and its public key verifies them
    ok clock: the clock of this machine agrees with the database and Redis"
  `)
})

it('ends also if the module leaves its connections open', async () => {
  const code = platform(right()).replace('export async function close()', 'async function closeLater()')
  expect(await linesOf(code)).toMatch(/^ok config: the module exports replayStore, store, db, issuer\nok /)
})

it('changes nothing in the stores', async () => {
  const state = async () => {
    const tables = ['projects', 'keys', 'key_uses', 'audit', 'session_revocations', 'events', 'migrations']
    // xmin of a row is the transaction that wrote it. The counters of pg_stat_user_tables come seconds later.
    const written = 'count(*), max(xmin::text::bigint)'
    const states = tables.map((table) => `(SELECT ARRAY[${written}] FROM reverse_jwt.${table})`)
    const { rows } = await database.pool().query<object>(`SELECT ARRAY[${states.join(', ')}]::text AS state`)
    return JSON.stringify([
      rows,
      await redis.command('KEYS', '*'),
      await redis.info('rdb_changes_since_last_save'),
    ])
  }
  const before = await state()
  const refusing = platform(right()).replace('client: redis }', "client: redis, afterDataLoss: 'refuse' }")
  expect(refusing).toContain("'refuse'")
  await linesOf(refusing)
  expect(await state()).toBe(before)
})

describe('shows no password', () => {
  let away: string
  let wrong: string
  let mistaken: string
  beforeAll(async () => {
    const { redisUrl, databaseUrl } = right()
    // All at once: each waits five seconds for its Redis to answer.
    const shown = await Promise.all(
      [
        {
          redisUrl: `redis://platform:${redisPassword}@127.0.0.1:1`,
          databaseUrl: `postgres://a:${databasePassword}@127.0.0.1:1/postgres`,
        },
        {
          redisUrl: redisUrl.replace(redisPassword, 'opensesame-wrong'),
          databaseUrl: databaseUrl.replace('platform_api', 'opensesame-user'),
        },
        {
          redisUrl: `redis://opensesame-redis.invalid:${redis.port}`,
          databaseUrl: databaseUrl.replace(/postgres$/, 'opensesame-database'),
        },
      ].map((addresses) => linesOf(platform(addresses))),
    )
    ;[away = '', wrong = '', mistaken = ''] = shown
  })

  it('of servers that are not there', () => {
    expect(away).toMatchInlineSnapshot(`
      "ok config: the module exports replayStore, store, db, issuer, close
      FAIL replay-store: Redis cannot be asked (no answer within 500 ms) -> Check its address, the password, and that it runs.
      FAIL database: the database cannot be asked (ECONNREFUSED: nothing listens at its address) -> Start it, or correct its address in the module.
      skip grants: the database cannot be asked
      FAIL keys: the store cannot say which keys end soon (ECONNREFUSED: nothing listens at its address) -> Start it, or correct its address in the module.
      FAIL signing-keys: the issuer is not ready (ECONNREFUSED: nothing listens at its address) -> Start it, or correct its address in the module.
      skip clock: there is no database and no Redis that told its time"
    `)
  })

  it('that is wrong', () => {
    expect(wrong).toMatchInlineSnapshot(`
      "ok config: the module exports replayStore, store, db, issuer, close
      FAIL replay-store: Redis cannot be asked (no answer within 500 ms) -> Check its address, the password, and that it runs.
      FAIL database: the database cannot be asked (28000: this user may not log in) -> Correct the user and the password in the module, or in the variable that it reads.
      skip grants: the database cannot be asked
      FAIL keys: the store cannot say which keys end soon (28000: this user may not log in) -> Correct the user and the password in the module, or in the variable that it reads.
      FAIL signing-keys: the issuer is not ready (28000: this user may not log in) -> Correct the user and the password in the module, or in the variable that it reads.
      skip clock: there is no database and no Redis that told its time"
    `)
  })

  it('that stands where the host or the database should', () => {
    expect(mistaken).toMatchInlineSnapshot(`
      "ok config: the module exports replayStore, store, db, issuer, close
      FAIL replay-store: Redis cannot be asked (no answer within 500 ms) -> Check its address, the password, and that it runs.
      FAIL database: the database cannot be asked (3D000: there is no such database) -> Create the database, or correct its name in the module.
      skip grants: the database cannot be asked
      FAIL keys: the store cannot say which keys end soon (3D000: there is no such database) -> Create the database, or correct its name in the module.
      FAIL signing-keys: the issuer is not ready (3D000: there is no such database) -> Create the database, or correct its name in the module.
      skip clock: there is no database and no Redis that told its time"
    `)
  })
})
