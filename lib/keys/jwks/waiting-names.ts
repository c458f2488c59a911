import { takeAll, type Places } from './places.js'

/** What the waiting names of all sets of a store have in common. */
export interface WaitingRules {
  /** One for each name that somebody waits for. */
  readonly waits: Places
  /** The same for all but the first name of a set, so that few sets do not take the places of others. */
  readonly furtherWaits: Places
}

interface WaitingName {
  callers: number
  readonly taken: readonly Places[]
}

/** Of one set: anyone can make up more. */
const maxNames = 4

/** The names of one set that calls wait for: as many calls as like for each, but few names. */
export class WaitingNames {
  private readonly rules: WaitingRules
  private readonly names = new Map<string, WaitingName>()

  constructor(rules: WaitingRules) {
    this.rules = rules
  }

  /** Says whether this call may wait. If so it leaves. */
  enter(name: string): boolean {
    const waiting = this.names.get(name) ?? this.add(name)
    if (waiting === undefined) return false
    waiting.callers++
    return true
  }

  leave(name: string): void {
    const waiting = this.names.get(name)
    if (waiting === undefined || --waiting.callers > 0) return
    this.names.delete(name)
    for (const places of waiting.taken) places.giveBack()
  }

  private add(name: string): WaitingName | undefined {
    const { waits, furtherWaits } = this.rules
    const taken = this.names.size === 0 ? [waits] : [waits, furtherWaits]
    if (this.names.size >= maxNames || !takeAll(taken)) return undefined
    const waiting = { callers: 0, taken }
    this.names.set(name, waiting)
    return waiting
  }
}
