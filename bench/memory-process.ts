import { MemoryKeyStore } from '../lib/index.js'
import { answerParent } from './child.js'

export interface MemoryQuestion {
  readonly jwk: object
  readonly projects: number
}

/** For each project. */
export interface MemoryAnswer {
  readonly resident: number
  readonly heap: number
  readonly micros: number
}

/** Or the collector would take it. */
const kept: MemoryKeyStore[] = []

answerParent(({ jwk, projects }: MemoryQuestion): MemoryAnswer => {
  // Whatever is only loaded or compiled at the first use.
  kept.push(new MemoryKeyStore([{ id: 'first', keys: [{ jwk }] }]))
  globalThis.gc?.()
  const before = process.memoryUsage()
  const start = performance.now()
  const list = Array.from({ length: projects }, (_, project) => ({
    id: `project-${project}`,
    keys: [{ jwk }],
  }))
  kept.push(new MemoryKeyStore(list))
  const took = performance.now() - start
  globalThis.gc?.()
  const after = process.memoryUsage()
  return {
    resident: (after.rss - before.rss) / projects,
    heap: (after.heapUsed - before.heapUsed) / projects,
    micros: (took * 1e3) / projects,
  }
})
