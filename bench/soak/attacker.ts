import { answerParent } from '../child.js'
import { attacksWith, type Loot } from './attacks.js'
import { evenly, statusOf } from './requests.js'

export interface Campaign {
  readonly loot: Loot
  readonly ports: readonly number[]
  readonly rate: number
  readonly seconds: number
}

/** Resolves to how often each status came; 0 is no answer. */
answerParent(async ({ loot, ports, rate, seconds }: Campaign) => {
  const attackOf = attacksWith(loot)
  const statuses: Record<number, number> = {}
  await evenly(rate, seconds, async (number) => {
    const { options, body } = attackOf(number)
    const status = await statusOf({ ...options, port: ports[number % ports.length] }, body)
    statuses[status] = (statuses[status] ?? 0) + 1
  })
  return statuses
})
