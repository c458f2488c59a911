import { setTimeout } from 'node:timers/promises'
import { Child } from '../child.js'
import type { HttpContestantName } from '../http/contestants.js'
import { Fleet } from '../http/fleet.js'
import { giveTokens } from '../http/requests.js'
import { ours, poolByHand } from '../http/rounds.js'
import { orderOf } from '../interleave.js'
import { makeKeys, type Alg } from '../platform.js'
import type { Part, Table, Verdict } from '../results.js'
import { signTokens } from '../tokens.js'
import type { Attack, AttackQuestion } from './attackers.js'
import { attackingConnections, honestRate } from './sizes.js'
import { floodTable, floodVerdicts, type Flooded, type FloodRounds } from './tables.js'
import { attackTokens } from './tokens.js'

export interface FloodSize {
  readonly algs: readonly Alg[]
  readonly rounds: number
  /** Rounds with a flood of so many requests a second. */
  readonly rate: number
  readonly roundsAtRate: number
  /** Honest calls a turn. */
  readonly honest: number
}

const names: readonly HttpContestantName[] = [ours, poolByHand, 'jose + Map']
/** As many as may wait at once before a call has to wait for a connection: those that come within 0.3 s. */
const honestConnections = 0.3 * honestRate
const ofEachKind = 250

/** Express with one protected route, while attackers send what is refused and honest calls come at a fixed rate. */
export async function flood(size: FloodSize): Promise<Part> {
  const { rounds, roundsAtRate, honest, rate } = size
  const keys = makeKeys()
  const tables: Table[] = []
  const verdicts: Verdict[] = []
  const fleet = await Fleet.start(keys.jwks, names)
  const attackers = new Child('./flood/attackers.js')
  try {
    for (const alg of size.algs) {
      const { all, used } = await attackTokens(keys, alg, ofEachKind)
      await giveTokens(attackers, all)
      const honestTokens = await signTokens(keys, alg, (1 + rounds + roundsAtRate) * honest)
      const take = await fleet.useTokens([...used, ...honestTokens])
      const first = take(used.length)
      for (const name of names) await fleet.serve([name], { from: first, count: used.length, connections: 4 })
      const measure = async (count: number, rate?: number): Promise<FloodRounds> => {
        const measured: Record<string, Flooded[]> = {}
        for (let round = 0; round < count; round++) {
          const from = take(honest)
          for (const name of orderOf(names, round)) {
            const one = await turn(fleet, attackers, name, { from, count: honest }, rate)
            const mine = (measured[name] ??= [])
            mine.push(one)
          }
        }
        return measured
      }
      // Not counted: all that is only compiled now.
      await measure(1)
      const closed = await measure(rounds)
      const fixed = await measure(roundsAtRate, rate)
      tables.push(floodTable(alg, closed), floodTable(alg, fixed, rate))
      verdicts.push(...floodVerdicts(alg, closed, fixed, rate))
    }
  } finally {
    await attackers.stop()
    await fleet.stop()
  }
  return { tables, verdicts }
}

async function turn(
  fleet: Fleet,
  attackers: Child,
  name: string,
  honest: { readonly from: number; readonly count: number },
  rate?: number,
): Promise<Flooded> {
  const connections = attackingConnections
  const begin: AttackQuestion = { port: fleet.portOf(name), connections, ...(rate !== undefined && { rate }) }
  const end: AttackQuestion = { end: true }
  // Under the flood it would take long.
  await fleet.connect([name], honestConnections)
  await attackers.ask<number>(begin)
  await setTimeout(100)
  const served = await fleet.answer([name], { ...honest, connections: honestConnections, rate: honestRate })
  const attack = await attackers.ask<Attack>(end)
  const wrong = Object.keys(attack.statuses).filter((status) => !/^4/.test(status))
  if (wrong.length > 0) throw new Error(`${name} answered an attack with ${wrong.join(', ')}`)
  return { served, attack }
}
