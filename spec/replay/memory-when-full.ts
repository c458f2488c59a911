/** A program: fills a store of the default capacity and prints how much memory that took. Needs --expose-gc. */
import { randomUUID } from 'node:crypto'
import { MemoryReplayStore } from '../../lib/index.js'

const collect = (globalThis as { gc?: () => void }).gc
if (collect === undefined) throw new Error('run with --expose-gc')

function megabytesInUse(): number {
  collect?.()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1e6
}

/** As they come from a request: each a piece cut out of a longer text, which must not be kept alive by it. */
function cutOut(text: string): string {
  return `${'claims '.repeat(40)}${text}`.slice(-text.length)
}

function use(project: number, jti: string) {
  const projectId = cutOut(`${'a project with a long id '.repeat(9)}${project}`)
  return {
    projectId,
    jti: cutOut(jti),
    expiresAt: 2_000_000_180,
    acceptableFrom: 2_000_000_000,
    now: 2_000_000_000,
  }
}

const before = megabytesInUse()
const store = new MemoryReplayStore()
const made = megabytesInUse() - before
for (let count = 0; count < 1_000_000; count++) {
  if (!store.consume(use(count % 10, randomUUID()))) throw new Error('a new id was refused')
}
const full = megabytesInUse() - before

let cause: unknown
try {
  store.consume(use(10, 'one more'))
} catch (error) {
  cause = (error as Error).cause
}
console.log(JSON.stringify({ size: store.size, full: cause, megabytes: { made, full } }))
