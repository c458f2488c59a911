/** A program: prints how many bytes a store takes for an id that is the only one of its project. Needs --expose-gc. */
import { randomUUID } from 'node:crypto'
import { MemoryReplayStore } from '../../lib/index.js'
import { heapInUse } from '../helpers/heap.js'

const count = 100_000
const now = 2_000_000_000
const store = new MemoryReplayStore()
const before = heapInUse()
for (let index = 0; index < count; index++) {
  // By way of bytes: a text in one piece, that is nobody else's.
  const projectId = Buffer.from(`project-${index}`).toString()
  const use = { projectId, jti: randomUUID(), expiresAt: now + 1 + (index % 185), acceptableFrom: now, now }
  if (!store.consume(use)) throw new Error('a new id was refused')
}
const after = heapInUse()
console.log(JSON.stringify({ size: store.size, bytesAnId: (after - before) / count }))
