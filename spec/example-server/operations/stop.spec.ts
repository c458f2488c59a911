import { expect, it, jest } from '@jest/globals'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createSigner } from '../../../lib/customer/index.js'
import { createRegistry, PostgresProjectStore } from '../../../lib/registry/index.js'
import { by } from '../../helpers/registry.js'
import { until } from '../../helpers/until.js'
import { sharedServers } from './shared-servers.js'

jest.setTimeout(60_000)

const { redis, postgres, demoWith } = sharedServers()

const keys = 10
const workers = 2

/** A token of each key of a project: each key is a question to the database that waits for no other. */
async function tokensFor(platform: string): Promise<string[]> {
  const registry = createRegistry({
    store: new PostgresProjectStore({ db: postgres().pool() }),
    audience: platform,
  })
  const { id } = await registry.createProject({}, { by })
  const pairs = await Promise.all(Array.from({ length: keys }, () => registry.generateKey(id, { by })))
  return Promise.all(
    pairs.map(({ privateKey, kid }) =>
      createSigner({ projectId: id, audience: platform, privateKey, kid }).sign(),
    ),
  )
}

/** Holds up every question for a key. */
async function holdUpKeys() {
  const db = postgres().pool()
  const holder = await db.connect()
  await holder.query('BEGIN; LOCK TABLE reverse_jwt.keys IN ACCESS EXCLUSIVE MODE')
  /** Not who reads which sessions have ended, as each process does in its own time. */
  const waiting = async () => {
    const { rows } = await db.query<{ count: number }>(
      "SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query NOT LIKE '%generatedAt%'",
    )
    return rows[0]?.count
  }
  return {
    waiting,
    release: () =>
      holder.query('ROLLBACK').finally(() => {
        holder.release()
      }),
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy())
}

const processesOf = (answers: readonly { process?: number }[]) =>
  new Set(answers.map((one) => one.process ?? 0))

it.each([
  ['its first process', () => []],
  // As a terminal does with Ctrl+C, and systemd; the first process passes it on as well.
  ['each of its processes', (pids: Iterable<number>) => Array.from(pids)],
])(
  'a stopped demo of several processes gives every answer that it owes: SIGTERM to %s',
  async (_, alsoTo) => {
    const demo = demoWith({
      WORKERS: String(workers),
      REDIS_URL: redis().url,
      DATABASE_URL: postgres().url(),
    })
    const { platform } = await demo.started()
    const call = async (token: string) => {
      const headers = {
        Origin: 'https://shop.example',
        Authorization: `Bearer ${token}`,
        Connection: 'close',
      }
      const answer = await fetch(`${platform}/api/plain`, { headers })
      return { status: answer.status, ...((await answer.json()) as { process?: number }) }
    }
    const pids = processesOf(await Promise.all((await tokensFor(platform)).map(call)))
    expect(pids.size).toBe(workers)

    const tokens = await tokensFor(platform)
    const hold = await holdUpKeys()
    const answers = Promise.allSettled(tokens.map(call))
    await until('every request waits for its key', async () => (await hold.waiting()) === keys).catch(
      async (error: unknown) => {
        await hold.release()
        throw error
      },
    )
    for (const pid of alsoTo(pids)) process.kill(pid, 'SIGTERM')
    const ended = demo.stop()
    await until(
      'no process listens any more',
      async () => !(await isListening(Number(new URL(platform).port))),
    )
    await hold.release()

    const statuses = (await answers).map((one) => (one.status === 'fulfilled' ? one.value.status : 'lost'))
    expect(statuses).toEqual(tokens.map(() => 200))
    expect(await ended).toMatchObject({ exitCode: 0, stderr: '' })
  },
)
