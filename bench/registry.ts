import type pg from 'pg'
import { CachedKeyStore } from '../lib/index.js'
import { PostgresProjectStore, type RegistryDatabase } from '../lib/registry/index.js'
import { manyProjects } from '../spec/helpers/many-projects.js'
import { PostgresServer } from '../spec/helpers/postgres-server.js'
import { interleave, ratio, spread } from './interleave.js'
import { makeKeys } from './platform.js'
import { cell, type Cell, type Part } from './results.js'
import { targets } from './targets.js'

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
    let queries = 0
    const counting: RegistryDatabase = {
      query(text, params) {
        queries++
        return db.query(text, params)
      },
    }
    const store = new PostgresProjectStore({ db: counting })
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
    const bare = () => inTurn(() => db.query('SELECT 1'))
    const findCold = () => inTurn(() => store.find(name(), 'key-2'))
    const findWarm = () => inTurn((item) => warm.find(`project-${(item % warmKeys) + 1}`, 'key-2'))
    const queriesOf = async (work: () => Promise<void>) => {
      const before = queries
      await work()
      return cell((queries - before) / batch, 'count')
    }
    const queriesCold = await queriesOf(findCold)
    const queriesWarm = await queriesOf(findWarm)
    const turns = await interleave({ 'SELECT 1': bare, cold: findCold, warm: findWarm }, rounds, warmUp)
    const each = (of: keyof typeof turns, what: 'wall' | 'main') =>
      cell(spread(turns[of].map((turn) => turn[what] / batch / 1000)), 'µs')
    const against = (of: keyof typeof turns) => cell(ratio(turns[of], turns['SELECT 1'], 'wall'), 'ratio')
    const row = (title: string, of: keyof typeof turns, asked: Cell | null) => ({
      name: title,
      cells: [each(of, 'wall'), each(of, 'main'), against(of), asked],
    })
    const many = projects.toLocaleString('en')
    return {
      tables: [
        {
          title: `A key among ${many} projects with ${keysOfProject} keys each, in PostgreSQL`,
          text: 'One after the other, over loopback. A cold key is admitted again; a warm one is in `CachedKeyStore`. Queries are those that `pg` is asked.',
          columns: ['time', 'of the main thread', 'of `SELECT 1`', 'queries'],
          rows: [
            row('`SELECT 1`, the bare way there and back', 'SELECT 1', null),
            row('cold key', 'cold', queriesCold),
            row('warm key', 'warm', queriesWarm),
          ],
        },
      ],
      verdicts: [
        { target: 'queries for a cold key', reached: queriesCold, atMost: targets.maxQueriesForAColdKey },
        {
          target: `a cold key among ${many} projects, time as a multiple of a SELECT 1`,
          reached: against('cold'),
          atMost: targets.maxColdKeyOfSelect,
        },
        {
          target: `a warm key among ${many} projects, time as a multiple of a SELECT 1`,
          reached: against('warm'),
          atMost: targets.maxWarmKeyOfSelect,
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
