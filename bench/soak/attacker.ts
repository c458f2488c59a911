import { answerParent } from '../child.js'
import { attacksWith, type AttackerData } from './attacks.js'
import { evenly, statusOf } from './requests.js'

export interface AttackSettings {
  readonly data: AttackerData
  readonly ports: readonly number[]
  readonly rate: number
  readonly seconds: number
}

export interface Outcome {
  /** How often each status came; 0 is no answer. */
  readonly statuses: Readonly<Record<number, number>>
  /** What was let in and should not have been. */
  readonly letIn: number
}

answerParent(async ({ data, ports, rate, seconds }: AttackSettings) => {
  const attackOf = attacksWith(data)
  const statuses: Record<number, number> = {}
  let own = 0
  await evenly(rate, seconds, async (number) => {
    const { options, body, passes } = attackOf(number)
    // Each kind comes to each process: the number of kinds and that of processes have a common factor.
    const port = ports[Math.floor(number / 7) % ports.length]
    const status = await statusOf({ ...options, port }, body)
    if (passes) own++
    statuses[status] = (statuses[status] ?? 0) + 1
  })
  // A copy of a token may come before it, and be the one that passes.
  return { statuses, letIn: Math.max(0, (statuses[200] ?? 0) - own) } satisfies Outcome
})
