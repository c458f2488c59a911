/** A program: prints how many bytes a store takes for a project whose ids have all expired. Needs --expose-gc. */
import { MemoryReplayStore } from '../../lib/index.js'
import { heapInUse } from '../helpers/heap.js'

const count = 50_000
let now = 2_000_000_000
const store = new MemoryReplayStore()
const before = heapInUse()
for (let index = 0; index < count; index++) {
  now++
  const use = { projectId: `project-${index}`, jti: 'x', expiresAt: now + 1, acceptableFrom: now, now }
  if (!store.consume(use)) throw new Error('a new id was refused')
}
const after = heapInUse()
console.log(JSON.stringify({ size: store.size, bytesAProject: (after - before) / count }))
