import { secondsSince } from '../../time/clock.js'
import { Turns, type TurnsOptions } from '../turns.js'

/** A check that costs milliseconds, in steps. */
type Steps<T> = Generator<undefined, T, undefined>

interface Check {
  readonly projectId: string
  readonly run: () => Promise<void>
}

const perSecond = 4
/** A set has one at a time, so they are as many sets. */
const maxWaiting: TurnsOptions = { max: 1_024, maxOfProject: 4 }

/**
 * Runs the check of RSA keys that were never seen before, which takes up to a tenth of a second: at most four of them a second, one at
 * a time, projects in turns, and in steps of a millisecond, so that whoever else uses this process is served in between.
 */
export class KeyChecks {
  private readonly waiting = new Turns<Check>(maxWaiting)
  private isRunning = false
  /** How many may begin at once. */
  private allowance = perSecond
  /** By the monotonic clock. */
  private countedSince = performance.now()

  /** What the steps return. Throws at once when too many wait. */
  run<T>(projectId: string, steps: Steps<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = { projectId, run: () => finished(steps).then(resolve, reject) }
      this.waiting.add(check)
      if (this.waiting.isOver(projectId)) {
        this.waiting.delete(check)
        reject(new Error('too many keys wait to be checked'))
      } else if (!this.isRunning) {
        this.isRunning = true
        void this.runAll()
      }
    })
  }

  private async runAll(): Promise<void> {
    for (let check = this.waiting.take(); check !== undefined; check = this.waiting.take()) {
      await this.pause()
      await check.run()
    }
    this.isRunning = false
  }

  /** Until one more may begin. */
  private async pause(): Promise<void> {
    for (;;) {
      const passed = Math.max(0, secondsSince(this.countedSince))
      this.allowance = Math.min(perSecond, this.allowance + passed * perSecond)
      this.countedSince = performance.now()
      if (this.allowance >= 1) break
      const missing = (1 - this.allowance) / perSecond
      await new Promise<void>((resolve) => setTimeout(resolve, Math.ceil(missing * 1000)).unref())
    }
    this.allowance--
  }
}

async function finished<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await new Promise(setImmediate)
  }
}

/** Those of this process, whatever the number of stores. */
export const keyChecks = new KeyChecks()
