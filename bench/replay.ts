import { randomUUID } from 'node:crypto'
import { MemoryReplayStore } from '../lib/index.js'
import { interleave, ratio, spread, type Spread } from './interleave.js'
import { line, shown } from './report.js'
import { flat } from './tokens.js'

const live = 1_000_000
const idsASecond = 10_000
const target = 500_000

interface Size {
  readonly rounds: number
  readonly warmUp: number
  readonly batch: number
}

/** Consumptions a second while a million ids are live and for each that comes one has expired, and what they weigh. */
export async function replay({ rounds, warmUp, batch }: Size): Promise<void> {
  const time = { now: 0 }
  const store = new MemoryReplayStore({
    // Ids expire by the second, so a second's worth may wait to be forgotten.
    capacity: live + 2 * idsASecond,
    projectQuota: live,
    clock: () => time.now,
  })
  let used = 0
  function consume(jti: string): void {
    const projectId = `project-${used % 20}`
    time.now = used / idsASecond
    const expiresAt = time.now + live / idsASecond
    if (!store.consume({ projectId, jti, expiresAt, acceptableFrom: 0 })) throw new Error('an id came twice')
    used++
  }

  const before = weight()
  while (used < live) consume(freshId())
  const each = (weight() - before) / live
  line(
    'memory of a million ids',
    `${Math.round((each * live) / 2 ** 20)} MiB, ${Math.round(each)} bytes each`,
  )

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
  const rate = spread(turns.ours.map(({ wall }) => (batch * 1e9) / wall))
  const verdict = rate.median > target ? 'met' : 'MISSED'
  line('consumptions a second', `${rates(rate)}  target > ${target}: ${verdict}`)
  const busy = spread(turns.ours.map(({ main }) => (batch * 1e9) / main))
  line('  a second of its own CPU time', rates(busy))
  line('  of those of a bare Map', shown(ratio(turns.map, turns.ours, 'wall')))
  line('  ids live at the end', String(store.size))
}

function freshId(): string {
  return flat(randomUUID())
}

/** The least that any such store does: look, write, drop the oldest. No clock, no projects, no quota. */
class BareMap {
  private readonly ids = new Map<string, number>()
  private readonly oldest = this.ids.keys()

  use(jti: string): void {
    if (this.ids.has(jti)) throw new Error('an id came twice')
    this.ids.set(jti, this.ids.size)
    if (this.ids.size > live) this.ids.delete(this.oldest.next().value as string)
  }
}

function rates({ median, least, most }: Spread): string {
  const thousands = (value: number) => `${Math.round(value / 1e3)}k`
  return `${thousands(median)} (${thousands(least)}..${thousands(most)})`
}

/** Bytes that are really in use. */
function weight(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
