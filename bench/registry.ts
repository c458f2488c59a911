import type pg from 'pg'
import { CachedKeyStore } from '../lib/index.js'
import { PostgresProjectStore } from '../lib/registry/index.js'
import { manyProjects } from '../spec/helpers/many-projects.js'
import { PostgresServer } from '../spec/helpers/postgres-server.js'
import { interleave, ratio, spread } from './interleave.js'
import { makeKeys } from './platform.js'
import { cell, type Part } from './results.js'

export interface RegistrySize {
  readonly projects: number
  readonly rounds: number
  readonly warmUp: number
  readonly batch: number
}

const keysOfProject = 3
const warmKeys = 1_000

/** What it costs to find a key among many projects in PostgreSQL: a cold one, and one at hand. */
export async function registry({ projects, rounds, warmUp, batch }: RegistrySize): Promise<Part> {
  const server = await PostgresServer.start()
  try {
    const db = server.pool()
    const store = new PostgresProjectStore({ db })
    await store.migrate()
    await fill(db, projects)
    const warm = new CachedKeyStore(store, { capacity: warmKeys })
    let asked = 0
    // A walk in large steps, so that no two keys lie together.
    const name = () => `project-${1 + ((asked += 7_919) % projects)}`
    const inTurn = async (ask: (item: number) => unknown) => {
      for (let item = 0; item < batch; item++) {
        if ((await ask(item)) === undefined) throw new Error('a key was not found')
      }
    }
    for (let item = 0; item < warmKeys; item++) await warm.find(`project-${item + 1}`, 'key-2')
    const turns = await interleave(
      {
        'SELECT 1': () => inTurn(() => db.query('SELECT 1')),
        cold: () => inTurn(() => store.find(name(), 'key-2')),
        warm: () => inTurn((item) => warm.find(`project-${(item % warmKeys) + 1}`, 'key-2')),
      },
      rounds,
      warmUp,
    )
    const each = (of: keyof typeof turns, what: 'wall' | 'main') =>
      cell(spread(turns[of].map((turn) => turn[what] / batch / 1000)), 'µs')
    const against = (of: keyof typeof turns) => cell(ratio(turns[of], turns['SELECT 1'], 'wall'), 'ratio')
    const row = (title: string, of: keyof typeof turns) => ({
      name: title,
      cells: [each(of, 'wall'), each(of, 'main'), against(of)],
    })
    const many = projects.toLocaleString('en')
    return {
      tables: [
        {
          title: `A key among ${many} projects with ${keysOfProject} keys each, in PostgreSQL`,
          text: 'One after the other, over loopback. A cold key is one query and is admitted again; a warm one is in `CachedKeyStore`.',
          columns: ['time', 'of the main thread', 'of `SELECT 1`'],
          rows: [
            row('`SELECT 1`, the bare way there and back', 'SELECT 1'),
            row('cold key', 'cold'),
            row('warm key', 'warm'),
          ],
        },
      ],
      verdicts: [
        { target: `a cold key among ${many} projects, of a SELECT 1`, reached: against('cold'), atMost: 15 },
        {
          target: `a warm key among ${many} projects, of a SELECT 1`,
          reached: against('warm'),
          atMost: 0.05,
        },
      ],
    }
  } finally {
    await server.remove()
  }
}

/** One public key does for all: only its name differs. */
async function fill(db: pg.Pool, projects: number): Promise<void> {
  const { kty, crv, x, y } = makeKeys().jwks.keys.find(({ alg }) => alg === 'ES256') ?? {}
  await db.query(manyProjects({ kty, crv, x, y }, projects, keysOfProject))
}
