import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createVerifier, MemoryReplayStore, StoreError, type TokenUse } from '../../lib/index.js'
import { refusalOf } from './any-refusal.js'
import { mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { holds, Tally } from './property.js'

/** What happens: the clock steps, then a use is presented. Few names, so that they meet again. */
interface Event {
  readonly step: number
  readonly projectId: string
  readonly jti: string
  readonly lifetime: number
}

const projects = ['p', 'p1', '1', 'p=', '1=', '__proto__', 'é', '']
const jtis = [
  'x',
  '1x',
  '=x',
  '1=x',
  '#x',
  'x'.repeat(64),
  'x'.repeat(65),
  `${'x'.repeat(65)}y`,
  'é',
  'e\u0301',
  '',
]
/** The name of another entry's hash must not be its name. */
jtis.push('#E_9B0gEWmNDoWG5UjXs2jCyhmOYAuBBmAnUnlcAWB2E')

const event: fc.Arbitrary<Event> = fc.record({
  step: fc.constantFrom(0, 0, 0, 1, 0.5, 10, 100, 1000, -1, -0.5, -10, -100, -1000),
  projectId: fc.constantFrom(...projects.slice(0, 3), ...projects),
  jti: fc.constantFrom(...jtis.slice(0, 3), ...jtis),
  lifetime: fc.constantFrom(0.25, 1, 65, 185, 185.5, 425),
})

/** Remembers everything, for ever. */
class Model {
  readonly accepted: TokenUse[] = []
  latest = -Infinity

  uses({ projectId, jti }: TokenUse): TokenUse[] {
    return this.accepted.filter((use) => use.projectId === projectId && use.jti === jti)
  }

  /** Those that the store may not have forgotten, for no clock has shown the end of their second yet. */
  kept(): TokenUse[] {
    return this.after(this.latest)
  }

  /** Those whose second has not ended at this time. */
  after(time: number): TokenUse[] {
    return this.accepted.filter(({ expiresAt }) => Math.ceil(expiresAt) > time)
  }
}

type Outcome = boolean | 'full'

function consume(store: MemoryReplayStore, use: TokenUse): Outcome {
  try {
    return store.consume(use)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'replay_store_full') return 'full'
    throw error
  }
}

const tally = new Tally()

/** What is wrong with an outcome. */
function faultOf(
  model: Model,
  use: TokenUse,
  outcome: Outcome,
  { time, quota, capacity }: Readonly<Record<'time' | 'quota' | 'capacity', number>>,
) {
  const before = model.uses(use)
  const kept = model.kept()
  const here = (uses: readonly TokenUse[]) =>
    uses.filter(({ projectId }) => projectId === use.projectId).length
  const live = model.after(time)
  const remembered = before.some((earlier) => kept.includes(earlier))
  const used = remembered || before.some(({ expiresAt }) => expiresAt >= use.expiresAt)
  const isNew = before.length === 0 && use.expiresAt > model.latest

  tally.count(String(outcome))
  if (outcome === false && before.length === 0) tally.count('refused because it was forgotten')
  if (outcome === true && before.length > 0) tally.count('the same jti again, much later')

  if (used && outcome === true) return 'accepted a used token'
  if (remembered && outcome !== false) return 'did not say that the token is used'
  if (isNew && outcome === false) return 'said that a new token is used'
  if (outcome === true && (kept.length >= capacity || here(kept) >= quota)) return 'took more than it may'
  if (outcome === 'full' && live.length < capacity && here(live) < quota) return 'counted what has expired'
  return undefined
}

function play(events: readonly Event[], capacity: number, quota: number): void {
  const model = new Model()
  let time = now
  const store = new MemoryReplayStore({ capacity, projectQuota: quota })
  for (const { step, projectId, jti, lifetime } of events) {
    time += step
    model.latest = Math.max(model.latest, time)
    const use = { projectId, jti, expiresAt: time + lifetime, acceptableFrom: time, now: time }
    const outcome = consume(store, use)
    const fault = faultOf(model, use, outcome, { time, quota, capacity })
    if (outcome === true) model.accepted.push(use)
    const fits = store.size <= capacity && store.size >= model.kept().length
    if (fault !== undefined || !fits) throw new Error(fault ?? 'has the wrong size')
  }
}

describe('MemoryReplayStore', () => {
  holds(
    'agrees with a model that never forgets, whatever the clock does',
    4_000,
    fc.property(fc.array(event, { minLength: 1, maxLength: 40, size: 'max' }), (events) => {
      play(events, 1000, 1000)
    }),
  )

  holds(
    'never lets an id go to make room',
    3_000,
    fc.property(
      fc.array(event, { minLength: 1, maxLength: 40, size: 'max' }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 8 }),
      (events, capacity, quota) => {
        play(events, capacity, quota)
      },
    ),
  )

  const anything = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed())
  holds(
    'keeps any two pairs of project and jti apart',
    1_500,
    fc.property(anything, anything, anything, anything, (projectA, jtiA, projectB, jtiB) => {
      const store = new MemoryReplayStore()
      const use = (projectId: string, jti: string) =>
        consume(store, { projectId, jti, expiresAt: now + 1, acceptableFrom: now, now })
      const moved = projectA.length > 0 ? [projectA.slice(0, -1), projectA.slice(-1) + jtiA] : ['a', 'b']
      const pairs = [[projectA, jtiA], [projectB, jtiB], [projectA, jtiB], [projectB, jtiA], moved] as [
        string,
        string,
      ][]
      const known: string[] = []
      for (const [projectId, jti] of pairs) {
        const name = JSON.stringify([projectId, jti])
        expect(use(projectId, jti)).toBe(!known.includes(name))
        known.push(name)
      }
    }),
  )

  it('has met every outcome', () => {
    const rare = ['full', 'refused because it was forgotten', 'the same jti again, much later']
    expect(tally.rare(500, ['true', 'false', ...rare])).toEqual([])
  })
})

describe('a verifier with a MemoryReplayStore', () => {
  const tokens = [-300, -60, 0, 0.5, 60, 300].map((later) =>
    mint({ alg: 'EdDSA', claims: { iat: now + later, exp: now + later + 100 } }),
  )
  const { options } = platform({ algorithms: ['EdDSA'] })

  holds(
    'accepts no token twice, whatever the clock does',
    1_000,
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: -500, max: 700 }), fc.nat({ max: tokens.length - 1 })), {
        maxLength: 20,
        size: 'max',
      }),
      async (visits) => {
        let time = now
        const clock = () => time
        const verifier = createVerifier({ ...options, clock, replayStore: new MemoryReplayStore() })
        const accepted = new Set<number>()
        for (const [offset, index] of visits) {
          time = now + offset
          const outcome = verifier.verify(tokens[index])
          const passed = await outcome.then(
            () => true,
            () => false,
          )
          if (!passed) await refusalOf(outcome)
          expect(passed && accepted.has(index)).toBe(false)
          if (passed) accepted.add(index)
        }
      },
    ),
  )
})
