import { createVerifier, MemoryReplayStore, type KeyStore } from '../lib/index.js'
import { jose } from './contestants/jose.js'
import { awaited } from './contestants/contestant.js'
import { ours } from './contestants/ours.js'
import { raw } from './contestants/raw.js'
import { inFlight, type Begin } from './in-flight.js'
import { interleave, ratio, spread, type Turn } from './interleave.js'
import { ManyProjects } from './many-projects.js'
import { bytesAProject } from './memory.js'
import { audience, keyStoreOf, lifetime, makeKeys, projectId, type KeySet } from './platform.js'
import { redisMemory } from './redis-memory.js'
import { cell, type Part, type Table, type Verdict } from './results.js'
import { targets } from './targets.js'
import { signTokens } from './tokens.js'

export interface ScaleSize {
  readonly rounds: number
  readonly warmUp: number
  readonly batch: number
  /** The largest number of projects, and of live ids. */
  readonly max: number
  /** Projects whose memory is weighed. */
  readonly weighed: number
  /** Ids whose memory in Redis is weighed. */
  readonly idsInRedis: number
}

const alg = 'ES256'
const thousand = 1_000
/** Projects whose tokens come in turn; all others are only stored. */
const busy = 1_000
const lengths = [512, 1024, 2048, 4096]

/** How cost and memory grow with projects, live ids and the length of tokens. */
export async function scale(size: ScaleSize): Promise<Part> {
  const keys = makeKeys()
  const count = (size.rounds + size.warmUp) * size.batch
  const projects = await growth(size, 'projects', (stored) => withProjects(keys, stored, count))
  const honest = await signTokens(keys, alg, count)
  const ids = await growth(size, 'live ids', (live) => withLiveIds(keys, live, honest))
  const redis = await redisMemory(size.idsInRedis)
  const memory = await bytesAProject(size.weighed)
  return {
    tables: [projects.table, ids.table, await lengthTable(size, keys), memory, redis.table],
    verdicts: [...projects.verdicts, ...ids.verdicts, redis.verdict],
  }
}

/** The same work with ever more of something, in turns. */
async function growth(
  { rounds, warmUp, batch, max }: ScaleSize,
  what: string,
  prepare: (many: number) => Promise<Begin> | Begin,
): Promise<{ table: Table; verdicts: readonly Verdict[] }> {
  const sizes = [1, thousand, max / 10, max]
  const contestants: Record<string, (round: number) => Promise<void>> = {}
  for (const many of sizes) contestants[named(many)] = batches(await prepare(many), batch)
  const turns = await interleave(contestants, rounds, warmUp)
  const base = turns[named(thousand)] ?? []
  const against = (many: number, part: 'wall' | 'main') =>
    cell(ratio(turns[named(many)] ?? [], base, part), 'ratio')
  const table: Table = {
    title: `Cost among 1 to ${named(max)} ${what}, ${alg}, in process`,
    text:
      what === 'projects'
        ? `64 in flight. A key store of the benchmark's own, a \`Map\` with an entry for each project, because to admit so many keys takes minutes; tokens come from up to ${busy} of the projects in turn.`
        : '64 in flight, `MemoryReplayStore` that holds so many used ids beforehand.',
    columns: ['a token, µs', 'of that with 1,000', 'main thread, µs', 'of that with 1,000'],
    rows: sizes.map((many) => ({
      name: `${named(many)} ${what}`,
      cells: [
        perToken(turns[named(many)], 'wall', batch),
        against(many, 'wall'),
        perToken(turns[named(many)], 'main', batch),
        against(many, 'main'),
      ],
    })),
  }
  const target = `cost with ${named(max)} ${what}, times that with 1,000`
  const verdicts = [
    { target, reached: against(max, 'wall'), atMost: targets.maxOfCostAmongThousand },
    {
      target: `${target}, main thread`,
      reached: against(max, 'main'),
      atMost: targets.maxOfCostAmongThousand,
    },
  ]
  return { table, verdicts }
}

async function withProjects(keys: KeySet, stored: number, count: number): Promise<Begin> {
  const keyStore = new ManyProjects(keys.jwks, alg, stored, busy)
  const tokens = await signTokens(keys, alg, count, (item) => {
    const id = keyStore.busyProject(item)
    return { claims: { iss: id, sub: id, proj_id: id } }
  })
  return begin(keyStore, new MemoryReplayStore({ maxLifetime: lifetime, projectQuota: 1_000_000 }), tokens)
}

function withLiveIds(keys: KeySet, live: number, tokens: readonly string[]): Begin {
  const replayStore = new MemoryReplayStore({
    capacity: live + 2 * tokens.length,
    projectQuota: live + tokens.length,
    maxLifetime: lifetime,
  })
  const now = Math.floor(Date.now() / 1000)
  for (let id = 0; id < live; id++) {
    const jti = `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`
    replayStore.consume({ projectId, jti, expiresAt: now + lifetime + (id % 100), acceptableFrom: now, now })
  }
  return begin(keyStoreOf(keys.jwks), replayStore, tokens)
}

function begin(keyStore: KeyStore, replayStore: MemoryReplayStore, tokens: readonly string[]): Begin {
  const verifier = createVerifier({ audience, maxLifetime: lifetime, keyStore, replayStore })
  return awaited(tokens, (token) => verifier.verify(token))
}

async function lengthTable({ rounds, warmUp, batch }: ScaleSize, keys: KeySet): Promise<Table> {
  const rows: { name: string; cells: ReturnType<typeof perToken>[] }[] = []
  for (const length of lengths) {
    const tokens = await signTokens(keys, alg, (rounds + warmUp) * batch, () => ({ claims: padding(length) }))
    const task = { alg, keys, tokens, byKid: false } as const
    const contestants = Object.fromEntries(
      [raw, ours, jose].map((contestant) => {
        const begin = contestant.begin(task)
        if (begin === undefined) throw new Error(`${contestant.name} does not know ${alg}`)
        return [contestant.name, batches(begin, batch)]
      }),
    )
    const turns = await interleave(contestants, rounds, warmUp)
    const { [raw.name]: limit = [], [ours.name]: mine = [], [jose.name]: theirs = [] } = turns
    const average = Math.round(tokens.reduce((sum, token) => sum + token.length, 0) / tokens.length)
    const cells = [
      cell(ratio(limit, mine, 'wall'), 'ratio'),
      cell(ratio(limit, theirs, 'wall'), 'ratio'),
      perToken(mine, 'main', batch),
      perToken(theirs, 'main', batch),
    ]
    rows.push({ name: `${average} characters`, cells })
  }
  return {
    title: `Cost by the length of the token, ${alg}, in process`,
    text: '64 in flight. Throughput as a share of that of `crypto.verify` over the same tokens, and CPU of the main thread a token. A token may have 4,096 characters unless the verifier is told otherwise.',
    columns: ['reverse-jwt', 'jose', 'reverse-jwt, main thread, µs', 'jose, main thread, µs'],
    rows,
  }
}

/** A claim that brings the token to about this length. */
function padding(length: number): Readonly<Record<string, unknown>> {
  const without = 414
  return { pad: 'x'.repeat(Math.max(0, Math.floor(((length - without - 14) * 3) / 4))) }
}

function batches(begin: Begin, batch: number): (round: number) => Promise<void> {
  return (round) =>
    inFlight(batch, 64, (item, done, failed) => {
      begin(round * batch + item, done, failed)
    })
}

function perToken(turns: readonly Turn[] = [], what: 'wall' | 'main', batch: number) {
  return cell(spread(turns.map((turn) => turn[what] / batch / 1e3)), 'µs')
}

function named(many: number): string {
  return many.toLocaleString('en')
}
