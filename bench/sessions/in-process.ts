import { createLocalJWKSet, jwtVerify } from 'jose'
import { MemoryProjectStore, RegistryRevocations, type StoredRevocations } from '../../lib/registry/index.js'
import { createSessionVerifier, type RevocationReader } from '../../lib/session/index.js'
import { awaited } from '../contestants/contestant.js'
import { raw } from '../contestants/raw.js'
import { inFlight, type Begin } from '../in-flight.js'
import { interleave, ratio, spread } from '../interleave.js'
import { origin, type Alg, type KeySet } from '../platform.js'
import { cell, type Table, type Verdict } from '../results.js'
import { targets } from '../targets.js'
import { sessionIssuer, signSessions } from './sessions.js'

export interface InProcessSessions {
  readonly algs: readonly Alg[]
  readonly rounds: number
  readonly warmUp: number
  /** Sessions a turn. */
  readonly batch: number
  /** Questions whether a session has ended. */
  readonly lookUps: number
}

const entries = 10_000

/** Sessions a second with 64 in flight, each verified once: nobody may remember one. */
export async function inProcessSessions(
  { algs, rounds, warmUp, batch, lookUps }: InProcessSessions,
  keys: KeySet,
): Promise<{ readonly table: Table; readonly verdicts: readonly Verdict[] }> {
  const rows: Table['rows'][number][] = []
  const verdicts: Verdict[] = []
  const ended = await endedSessions()
  for (const alg of algs) {
    const sessions = await signSessions(keys, alg, (rounds + warmUp) * batch)
    const lead = raw.begin({ alg, keys, tokens: sessions.slice(0, 640), byKid: false })
    const contestants: Record<string, Begin | undefined> = {
      'crypto.verify': raw.begin({ alg, keys, tokens: sessions, byKid: false }),
      'reverse-jwt': ours(keys, sessions, ended),
      jose: jose(keys, alg, sessions),
    }
    const turns = await interleave(
      Object.fromEntries(
        Object.entries(contestants).map(([name, begin]) => [
          name,
          (round: number) =>
            inFlight(batch, 64, (item, done, failed) => begin?.(round * batch + item, done, failed)),
        ]),
      ),
      rounds,
      warmUp,
      async () => {
        if (lead !== undefined) await inFlight(Math.min(640, sessions.length), 64, lead)
      },
    )
    const { 'crypto.verify': bare = [], 'reverse-jwt': mine = [], jose: theirs = [] } = turns
    const share = cell(ratio(bare, mine, 'wall'), 'ratio')
    rows.push({
      name: alg,
      cells: [
        cell(spread(mine.map(({ wall }) => (batch * 1e9) / wall)), '/s'),
        share,
        cell(ratio(theirs, mine, 'wall'), 'ratio'),
      ],
    })
    verdicts.push({
      target: `sessions in process, ${alg}: a second, as a share of crypto.verify's`,
      reached: share,
      atLeast: targets.minOfCryptoVerify[alg],
    })
  }
  await ended.close()
  const micros = await lookUpMicros(lookUps)
  verdicts.push({
    target: `whether a session has ended, among ${entries.toLocaleString('en')} entries, in µs`,
    reached: cell(micros, 'µs'),
    atMost: targets.maxRevocationMicros,
  })
  const table: Table = {
    title: 'Sessions in process',
    text: `With 64 in flight, each session once. \`of crypto.verify\`: sessions a second as a share of bare signatures. \`jose ÷ ours\`: how many times as long \`jwtVerify\` with its local set takes, which asks nobody what has ended. One look-up among ${entries.toLocaleString('en')} entries took ${micros.toFixed(2)} µs.`,
    columns: ['sessions/s', 'of crypto.verify', 'jose ÷ ours'],
    rows,
  }
  return { table, verdicts }
}

function ours({ jwks }: KeySet, sessions: readonly string[], revocations: RevocationReader): Begin {
  const verifier = createSessionVerifier({ issuer: sessionIssuer, keys: { jwks }, revocations })
  return awaited(sessions, (session) => verifier.verify(session, { origin }))
}

function jose({ jwks }: KeySet, alg: Alg, sessions: readonly string[]): Begin {
  const set = createLocalJWKSet({ keys: [...jwks.keys] as never })
  const options = { algorithms: [alg], audience: sessionIssuer, issuer: sessionIssuer, typ: 'at+jwt' }
  return awaited(sessions, (session) => jwtVerify(session, set, options))
}

/** A third of the entries each: projects, keys and single sessions, none of them of the session in question. */
async function endedSessions(): Promise<RegistryRevocations> {
  const third = Array.from({ length: entries / 3 }, (_, at) => at)
  const now = Date.now() / 1000
  const stored: StoredRevocations = {
    generatedAt: now,
    projects: third.map((at) => ({ project: `ended-${at}`, before: now })),
    keys: third.map((at) => ({ project: `keys-${at}`, kid: `key-${at}`, revokedAt: now })),
    sessions: third.map((at) => ({
      project: `project-${at}`,
      session: crypto.randomUUID(),
      endedAt: now,
      until: now + 600,
    })),
  }
  const store = Object.assign(new MemoryProjectStore(), {
    revocations: () => Promise.resolve({ ...stored, generatedAt: Date.now() / 1000 }),
  })
  const revocations = new RegistryRevocations({ store, interval: 60, maxStaleness: 300 })
  await revocations.ready()
  return revocations
}

async function lookUpMicros(lookUps: number): Promise<number> {
  const ended = await endedSessions()
  const sessions = Array.from({ length: 1_000 }, (_, at) => ({
    id: crypto.randomUUID(),
    projectId: `project-${at * 10}`,
    kid: 'key-1',
    issuedAt: 1_790_000_100,
  }))
  let found = 0
  const ask = (count: number) => {
    for (let at = 0; at < count; at++) {
      const session = sessions[at % sessions.length]
      if (session !== undefined && ended.isRevoked(session)) found++
    }
  }
  ask(lookUps)
  const begun = performance.now()
  ask(lookUps)
  const took = performance.now() - begun
  await ended.close()
  if (found > 0) throw new Error('a session has ended that nobody ended')
  return (took * 1000) / lookUps
}
