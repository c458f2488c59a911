import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { FeedMessage } from '../../../example-server/console/calls/event-feed.js'
import { loggedInAtConsole } from '../../helpers/console-login.js'
import { DemoProcess } from '../../helpers/demo-process.js'
import { RedisServer } from '../../helpers/redis-server.js'
import { anyPorts, sharedServers } from './shared-servers.js'

jest.setTimeout(60_000)

const { redis, postgres, demoWith, demoOverEmptyDatabase } = sharedServers()

const shared = () => ({ REDIS_URL: redis().url, DATABASE_URL: postgres().url() })

type Addresses = Awaited<ReturnType<DemoProcess['started']>>

/** What the page does: a session, a token, and calls of the platform, each over a connection of its own. */
async function visitor({ platform, customer, orders }: Addresses) {
  const page = await fetch(customer)
  const [cookie = ''] = (page.headers.get('set-cookie') ?? '').split(';')
  return {
    token: async (): Promise<string> => {
      const headers = { Origin: customer, Cookie: cookie, 'Content-Type': 'application/json' }
      const answer = await fetch(`${customer}/token`, { method: 'POST', headers, body: '{}' })
      return ((await answer.json()) as { token: string }).token
    },
    call: async (token: string) => {
      const headers = { Origin: customer, Authorization: `Bearer ${token}`, Connection: 'close' }
      const answer = await fetch(`${platform}/api/plain`, { headers })
      const body = (await answer.json()) as { process?: number; code?: string }
      return { status: answer.status, ...body }
    },
    /** What the orders service says to a session that the platform gave for this token. */
    callInSession: async (token: string) => {
      const body = new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: token,
      })
      const headers = { Origin: customer, Connection: 'close' }
      const given = await fetch(`${platform}/oauth/token`, { method: 'POST', headers, body })
      const { access_token: session } = (await given.json()) as { access_token: string }
      const call = { Origin: customer, Authorization: `Bearer ${session}` }
      return (await fetch(`${orders}/orders`, { headers: call })).status
    },
  }
}

/** Started first: they wait for a Redis, and meanwhile other tests run. */
const withoutRedis = new Map<string, DemoProcess>()
beforeAll(async () => {
  const gone = await RedisServer.start()
  await gone.remove()
  for (const WORKERS of ['1', '2']) {
    const variables = { ...anyPorts, DATABASE_URL: postgres().url(), REDIS_URL: gone.url, WORKERS }
    withoutRedis.set(WORKERS, new DemoProcess(variables))
  }
})
afterAll(() => Promise.all(Array.from(withoutRedis.values(), (demo) => demo.kill())))

describe('the demo with REDIS_URL, DATABASE_URL and several WORKERS', () => {
  let demo: DemoProcess
  let operator: Awaited<ReturnType<typeof loggedInAtConsole>>
  beforeAll(() => {
    demo = new DemoProcess({ ...anyPorts, ...shared(), WORKERS: '4' })
  })
  afterAll(() => demo.kill())

  it('accepts each token once, whichever process is asked', async () => {
    const { token, call, callInSession } = await visitor(await demo.started())
    const processes = new Set<number | undefined>()
    for (let round = 0; round < 20; round++) {
      const one = await token()
      const answers = await Promise.all(Array.from({ length: 8 }, () => call(one)))
      const accepted = answers.filter(({ status }) => status === 200)
      expect(accepted).toHaveLength(1)
      expect(answers.filter(({ code }) => code === 'token_replayed')).toHaveLength(7)
      processes.add(accepted[0]?.process)
    }
    // The control: it is really more than one process that accepts.
    expect(processes.size).toBeGreaterThan(1)
    // Whichever process gave it, the session is signed by the one key of the platform.
    const inSessions = Array.from({ length: 8 }, async () => callInSession(await token()))
    expect(await Promise.all(inSessions)).toEqual(Array.from({ length: 8 }, () => 200))
  })

  it('shows at the console of each process what happened in all of them', async () => {
    operator = await loggedInAtConsole(demo)
    const { address, cookie } = operator
    /** How many calls one of the processes has counted, once there are as many as this, and how many events it lists. */
    const counted = async (calls: number): Promise<FeedMessage> => {
      const { body } = await fetch(`${address}live`, { headers: { Cookie: cookie, Connection: 'close' } })
      let text = ''
      for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
        text += Buffer.from(chunk).toString()
        for (const [, data = ''] of text.matchAll(/^data: (.*)\n\n/gm)) {
          const message = JSON.parse(data) as FeedMessage
          if (message.counts.reduce((sum, one) => sum + one.calls, 0) >= calls) return message
        }
      }
      throw new Error('the stream ended')
    }
    // The test above: 20 rounds of 8 calls, 8 exchanges, and 8 calls of the other service.
    const views = await Promise.all(Array.from({ length: 8 }, () => counted(176)))
    for (const { counts } of views) {
      expect(counts).toEqual([
        expect.objectContaining({ code: 'token_replayed', projectId: 'demo-shop', calls: 140 }),
        { outcome: 'accepted', projectId: 'demo-shop', calls: 36 },
      ])
    }
    const [first] = views
    expect(views.map(({ entries }) => entries.length)).toEqual(views.map(() => first?.entries.length))
    expect(new Set(views.map(({ feed }) => feed)).size).toBe(1)
  })

  it('ends a session of the console in all processes', async () => {
    const { address, headers, cookie } = operator
    /** Over many connections, which the processes take in turns. */
    const statuses = async () => {
      const ask = async () => {
        const one = { Cookie: cookie, Connection: 'close' }
        return (await fetch(`${address}api/projects`, { headers: one })).status
      }
      return new Set(await Promise.all(Array.from({ length: 12 }, ask)))
    }
    expect(await statuses()).toEqual(new Set([200]))
    const logout = await fetch(`${address}logout`, {
      method: 'POST',
      headers: { ...headers, Cookie: cookie },
    })
    expect(logout.status).toBe(204)
    expect(await statuses()).toEqual(new Set([403]))
  })

  it('remembers used tokens beyond a process that dies, and starts another one', async () => {
    const { token, call } = await visitor(await demo.started())
    const one = await token()
    const { process: served = 0 } = await call(one)
    process.kill(served, 'SIGKILL')
    await demo.says(`platform process ${served} ended; another one takes its place`)
    expect(await call(one)).toMatchObject({ status: 401, code: 'token_replayed' })
    expect(await call(await token())).toMatchObject({ status: 200 })
    expect(await demo.stop()).toMatchObject({ exitCode: 0, stderr: '' })
  })
})

it('uses Redis in one process too', async () => {
  const first = await demoOverEmptyDatabase({ REDIS_URL: redis().url })
  const { token, call } = await visitor(await first.started())
  const one = await token()
  expect(await call(one)).toMatchObject({ status: 200 })
  expect(await redis().command('DBSIZE')).toBeGreaterThan(0)
  expect(await first.stop()).toMatchObject({ exitCode: 0, stderr: '' })
})

const example =
  'For example DATABASE_URL=postgres://localhost/demo REDIS_URL=redis://localhost:6379 WORKERS=4 npm start.\n'

it.each([
  [
    { DATABASE_URL: 'postgres://localhost/demo' },
    `WORKERS=4 needs REDIS_URL: each process would remember only the tokens that it has seen itself, so a token would work once in each of them. ${example}`,
  ],
  [
    { REDIS_URL: 'redis://localhost' },
    `WORKERS=4 needs DATABASE_URL: without it projects are in a folder, and two processes that write into one folder lose projects and keys. ${example}`,
  ],
])('refuses to start several processes with %j alone, and says why', async (variables, stderr) => {
  const ended = await demoWith({ WORKERS: '4', ...variables }).ended()
  expect(ended).toEqual({ exitCode: 1, stdout: '', stderr })
})

it('refuses a number of WORKERS that is none in one line', async () => {
  expect(await demoWith({ WORKERS: 'four' }).ended()).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'WORKERS is "four"; set it to a number from 1 to 99, or leave it out.\n',
  })
})

it('refuses an address that is none of a Redis, and does not repeat what may be a password', async () => {
  const { exitCode, stderr } = await demoWith({ REDIS_URL: 'localhost:secret' }).ended()
  expect([exitCode, stderr]).toEqual([
    1,
    'REDIS_URL is not a URL that begins with redis:// or rediss://. Set it, or leave it out.\n',
  ])
})

it('refuses an address that is none of a PostgreSQL', async () => {
  expect(await demoWith({ DATABASE_URL: 'mysql://root:secret@localhost' }).ended()).toMatchObject({
    exitCode: 1,
    stderr:
      'DATABASE_URL is not a URL that begins with postgres:// or postgresql://. Set it, or leave it out.\n',
  })
})

it('does not start without a PostgreSQL that answers', async () => {
  const { port } = new URL(postgres().url())
  const url = `postgres://ops:secret@127.0.0.1:${port}/nothing`
  const { exitCode, stdout, stderr } = await demoWith({ DATABASE_URL: url }).ended()
  expect([exitCode, stdout]).toEqual([1, ''])
  expect(stderr).toBe(
    'The database cannot be used: PostgresProjectStore cannot migrate: role "ops" does not exist (SQLSTATE 28000). Correct the user and the password of the connection. (DATABASE_URL)\n',
  )
  expect(stderr).not.toContain('secret')
})

it('says in one line which table it may not make', async () => {
  await postgres().pool().query('CREATE ROLE plain LOGIN')
  await postgres().pool().query('CREATE DATABASE narrow')
  await postgres().pool().query('GRANT CREATE ON DATABASE narrow TO plain')
  expect(await demoWith({ DATABASE_URL: postgres().url('plain', 'narrow') }).ended()).toMatchObject({
    exitCode: 1,
    stderr: 'The console cannot make its table: permission denied for schema public (DATABASE_URL)\n',
  })
})

it.each(['1', '2'])('does not start without a Redis that answers, with WORKERS=%s', async (WORKERS) => {
  const { exitCode, stdout, stderr } = (await withoutRedis.get(WORKERS)?.ended()) ?? {}
  expect([exitCode, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^RedisReplayStore is not ready: Redis cannot be asked .* \(REDIS_URL\)\n$/)
})
