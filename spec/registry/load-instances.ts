import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { until } from '../helpers/until.js'
import type { KeyReport, LoadKey, Order } from './load-instance.js'

const script = fileURLToPath(new URL('load-instance.js', import.meta.url))
const instances = 4

/** Four processes of a platform, each of which verifies tokens of all keys as fast as it can. */
export class LoadInstances {
  private readonly children: readonly ChildProcess[]

  private constructor(children: readonly ChildProcess[]) {
    this.children = children
  }

  static async start(options: { url: string; listens: boolean; ttl: number }): Promise<LoadInstances> {
    const children = Array.from({ length: instances }, () => fork(script, { execArgv: [] }))
    const all = new LoadInstances(children)
    await all.order({ type: 'start', ...options })
    return all
  }

  /** From now on under load, too. */
  add(...keys: readonly LoadKey[]): void {
    const order: Order = { type: 'keys', keys }
    for (const child of this.children) child.send(order)
  }

  setClock(now: number): Promise<unknown> {
    return this.order({ type: 'clock', now })
  }

  /** What became of each key's tokens in each instance. */
  async reports(): Promise<Map<string, KeyReport>[]> {
    const answers = await this.order({ type: 'report' })
    return answers.map((answer) => new Map(Object.entries(answer as Record<string, KeyReport>)))
  }

  /** Waits until every instance has reported something of each of these keys. */
  async untilAll(
    what: string,
    kids: readonly string[],
    holds: (report: KeyReport) => boolean,
  ): Promise<void> {
    const isSo = (report: KeyReport | undefined) => report !== undefined && holds(report)
    await until(what, async () => {
      // Reports are long: to write and read them all the time would be most of the load.
      await delay(100)
      return (await this.reports()).every((reports) => kids.every((kid) => isSo(reports.get(kid))))
    })
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.children.map(async (child) => {
        if (child.exitCode !== null) return
        const gone = once(child, 'exit')
        child.disconnect()
        await gone
      }),
    )
  }

  private async order(order: Order): Promise<unknown[]> {
    return Promise.all(
      this.children.map(async (child) => {
        const over = new AbortController()
        const { signal } = over
        const gone = once(child, 'exit', { signal }).then(() => {
          throw new Error('an instance has ended')
        })
        const answered = once(child, 'message', { signal }) as Promise<unknown[]>
        child.send(order)
        try {
          const [answer] = await Promise.race([answered, gone])
          return answer
        } finally {
          gone.catch(() => undefined)
          answered.catch(() => undefined)
          over.abort()
        }
      }),
    )
  }
}
