/** A program: prints how many bytes a store takes for an id, for kinds of long ids. Needs --expose-gc. */
import { MemoryReplayStore } from '../../lib/index.js'
import { heapInUse } from '../helpers/heap.js'

const count = 20_000
const kinds: readonly ((index: number) => string)[] = [
  (index) => `${index}`.padStart(256, 'ascii '),
  (index) => `${index}`.padStart(256, '\u6f22'),
  (index) => String.fromCodePoint(0x4e00 + index).padStart(64, '\u6f22'),
  // Ends like an entry of its own.
  (index) => `${'\u6f22'.repeat(240)}1=${index}`,
]

const bytes = kinds.map((jtiOf) => {
  const before = heapInUse()
  const store = new MemoryReplayStore({ projectQuota: count })
  for (let index = 0; index < count; index++) {
    // By way of bytes: a text in one piece, that is nobody else's.
    const jti = Buffer.from(jtiOf(index)).toString()
    if (
      !store.consume({
        projectId: 'shop',
        jti,
        expiresAt: 2_000_000_180,
        acceptableFrom: 2_000_000_000,
        now: 2_000_000_000,
      })
    ) {
      throw new Error('a new id was refused')
    }
  }
  const after = heapInUse()
  if (store.size !== count) throw new Error('an id is missing')
  return (after - before) / count
})
console.log(JSON.stringify(bytes))
