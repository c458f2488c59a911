import { inProcess } from './in-process.js'
import { refusals } from './refusals.js'
import { replay } from './replay.js'
import type { Part } from './results.js'

export type Form = 'short' | 'full'

export const formOf = (full: boolean): Form => (full ? 'full' : 'short')

interface Runnable {
  readonly title: string
  run(form: Form): Promise<Part>
}

/** What can be measured, in the order in which it is. */
export const parts = {
  'in-process': {
    title: 'Verification in process',
    run: (form) =>
      inProcess(
        form === 'full'
          ? { rounds: 41, warmUp: 4, batch: 800, batchOfOne: 250 }
          : { rounds: 11, warmUp: 3, batch: 400, batchOfOne: 120 },
      ),
  },
  refusals: {
    title: 'Refusals',
    run: (form) =>
      refusals(
        form === 'full' ? { rounds: 61, warmUp: 5, batch: 500 } : { rounds: 15, warmUp: 4, batch: 200 },
      ),
  },
  replay: {
    title: 'Used ids in memory',
    run: (form) =>
      replay(
        form === 'full' ? { rounds: 41, warmUp: 3, batch: 50_000 } : { rounds: 9, warmUp: 2, batch: 50_000 },
      ),
  },
} satisfies Record<string, Runnable>

export type PartName = keyof typeof parts
