import { it } from '@jest/globals'
import fc from 'fast-check'

/** How many cases all properties have together in the normal tests. Their shares add up to it. */
const defaultCases = 100_000
const { FUZZ_CASES, FUZZ_SEED } = process.env
const times = timesFrom(FUZZ_CASES)

/** How many times the cases of the normal tests; less than 1 where somebody wants a short run. */
export function timesFrom(cases = String(defaultCases)): number {
  if (Number(cases) >= 1 && Number.isFinite(Number(cases))) return Number(cases) / defaultCases
  throw new Error(`FUZZ_CASES is ${JSON.stringify(cases)}; set it to how many cases there shall be, from 1`)
}

/** The normal tests ask the same in every run, whatever the keys are. A longer run looks for what is new. */
const seed = FUZZ_SEED === undefined ? (times === 1 ? 1 : Date.now() % 2 ** 31) : Number(FUZZ_SEED)

/** A test that the property holds in so many cases, of the 100,000 that all have together. */
export function holds<Case>(
  title: string,
  share: number,
  property: fc.IAsyncProperty<Case> | fc.IProperty<Case>,
): void {
  const numRuns = Math.ceil(share * times)
  const timeout = 180_000 * Math.ceil(times)
  const run = async () => {
    if (times !== 1) process.stderr.write(`FUZZ_SEED=${seed}, ${numRuns} cases: ${title}\n`)
    const outcome = await fc.check(property as fc.IAsyncProperty<Case>, { numRuns, seed })
    // Text alone: jest does not survive the printing of every error that a property can end with.
    if (outcome.failed) throw new Error(fc.defaultReportMessage(outcome))
  }
  it(title, run, timeout)
}

/** Counts what became of the cases: a property that is only ever asked half of its question proves half. */
export class Tally {
  private readonly counts = new Map<string, number>()
  private readonly isShort: boolean

  constructor(run = times) {
    this.isShort = run < 1
  }

  count(outcome: string): void {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1)
  }

  /** Those of the outcomes that were met less often than that. A run of fewer cases than the normal one cannot tell. */
  rare(minimum: number, outcomes: readonly string[]): string[] {
    return outcomes.filter((outcome) => !this.isShort && (this.counts.get(outcome) ?? 0) < minimum)
  }
}
