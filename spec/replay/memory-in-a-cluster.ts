/** A program: makes stores in the primary process of a cluster and in a worker, and prints which warnings each gave. */
import cluster from 'node:cluster'
import { setImmediate } from 'node:timers/promises'
import { MemoryReplayStore } from '../../lib/index.js'

const codes: unknown[] = []
process.on('warning', (warning) => {
  codes.push((warning as { code?: string }).code)
})
new MemoryReplayStore()
new MemoryReplayStore()
// Node prints warnings at the next tick.
await setImmediate()

if (cluster.isPrimary) {
  const worker = cluster.fork()
  worker.on('message', (ofWorker) => {
    console.log(JSON.stringify({ primary: codes, worker: ofWorker as unknown }))
  })
} else {
  process.send?.(codes, () => {
    process.disconnect()
  })
}
