/**
 * A program: a platform for `i-fill-your-memory-with-small-tokens`, to be run with a small heap and --expose-gc. Prints its port.
 * It remembers the last ten thousand events, as a platform with a page of recent refusals does.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CachedKeyStore, MemoryKeyStore, type VerifierEvent } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { appOf, platform, shop } from '../helpers/platform.js'

const collect = (globalThis as { gc?: () => void }).gc
if (collect === undefined) throw new Error('run with --expose-gc')

const recent: VerifierEvent[] = []
const { options } = platform()
const app = appOf({
  ...options,
  maxTokenLength: 16_384,
  // As a database would: not at once.
  keyStore: new CachedKeyStore({
    find: (projectId, kid) => Promise.resolve(memory.find(projectId, kid)),
  }),
  onEvent: (event) => {
    recent.push(event)
    if (recent.length > 10_000) recent.shift()
  },
})
const memory = new MemoryKeyStore([shop()])

app.get('/token', (_req, res) => {
  // The keys of the tests are new in each process.
  res.send(mint())
})
app.get('/memory', (_req, res) => {
  collect()
  const { rss, heapUsed } = process.memoryUsage()
  res.json({ resident: rss, heap: heapUsed })
})

const server = createServer(app)
server.listen(0, '127.0.0.1', () => {
  console.log((server.address() as AddressInfo).port)
})
