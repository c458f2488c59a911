import { randomUUID } from 'node:crypto'
import { MemoryReplayStore } from '../lib/index.js'
import { interleave, ratio, spread } from './interleave.js'
import { cell, type Part } from './results.js'
import { targets } from './targets.js'
import { flat } from './tokens.js'

const live = 1_000_000
const idsASecond = 10_000

export interface ReplaySize {
  readonly rounds: number
  readonly warmUp: number
  readonly batch: number
}

/** Consumptions a second while a million ids are live and for each that comes one has expired, and what they weigh. */
export async function replay({ rounds, warmUp, batch }: ReplaySize): Promise<Part> {
  const time = { now: 0 }
  const store = new MemoryReplayStore({
    // Ids expire by the second, so a second's worth may wait to be forgotten.
    capacity: live + 2 * idsASecond,
    projectQuota: live,
  })
  let used = 0
  function consume(jti: string): void {
    const projectId = `project-${used % 20}`
    time.now = used / idsASecond
    const expiresAt = time.now + live / idsASecond
    if (!store.consume({ projectId, jti, expiresAt, acceptableFrom: 0, now: time.now }))
      throw new Error('an id came twice')
    used++
  }

  const before = weight()
  while (used < live) consume(freshId())
  const each = (weight() - before) / live

  const yardstick = new BareMap()
  for (let id = 0; id < live; id++) yardstick.use(freshId())
  // Made beforehand; both contestants of a round get the same ones.
  const ids = Array.from({ length: (rounds + warmUp) * batch }, freshId)
  const batchOf = (round: number) => ids.slice(round * batch, (round + 1) * batch)
  const turns = await interleave(
    {
      ours(round) {
        for (const jti of batchOf(round)) consume(jti)
      },
      map(round) {
        for (const jti of batchOf(round)) yardstick.use(jti)
      },
    },
    rounds,
    warmUp,
  )
  const aSecond = (what: 'wall' | 'main') =>
    cell(spread(turns.ours.map((turn) => (batch * 1e9) / turn[what])), '/s')
  const bareMap = cell(spread(turns.map.map(({ wall }) => (batch * 1e9) / wall)), '/s')
  return {
    tables: [
      {
        title: 'MemoryReplayStore among 1,000,000 live ids',
        text: 'For each id that comes one has expired and goes. The bare `Map` only looks, writes and drops the oldest: no clock, no projects, no quota. Memory: heap and external, after garbage collection.',
        columns: ['ids/s', 'ids/s of own CPU time', "of a bare Map's", 'bytes an id'],
        rows: [
          {
            name: 'MemoryReplayStore',
            cells: [
              aSecond('wall'),
              aSecond('main'),
              cell(ratio(turns.map, turns.ours, 'wall'), 'ratio'),
              cell(each, 'bytes'),
            ],
          },
          { name: 'a bare Map', cells: [bareMap, null, cell(1, 'ratio'), null] },
        ],
      },
    ],
    verdicts: [
      {
        target: 'MemoryReplayStore, 1,000,000 live ids: ids/s',
        reached: aSecond('wall'),
        atLeast: targets.minIdsASecond,
      },
    ],
  }
}

function freshId(): string {
  return flat(randomUUID())
}

/** What any such store has to do: look, write, drop the oldest. No clock, no projects, no quota. */
class BareMap {
  private readonly ids = new Map<string, number>()
  private readonly oldest = this.ids.keys()

  use(jti: string): void {
    if (this.ids.has(jti)) throw new Error('an id came twice')
    this.ids.set(jti, this.ids.size)
    if (this.ids.size > live) this.ids.delete(this.oldest.next().value as string)
  }
}

/** Bytes that are really in use. */
function weight(): number {
  // Twice: what lies outside the heap is given back after the first.
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
