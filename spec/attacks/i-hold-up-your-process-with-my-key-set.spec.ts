import { expect, it, jest } from '@jest/globals'
import { customerHost, keySet } from '../helpers/customer-host.js'
import { allowedAddress, hostedPlatform, published, setOf } from '../helpers/hosted-platform.js'
import { soundModulus } from '../helpers/rsa-numbers.js'
import { until } from '../helpers/until.js'

const host = customerHost()
const modulus = soundModulus(4_096)
let made = 0
/** RSA keys of 4,096 bits that nobody has seen before. */
const newKeys = (count: number) =>
  Array.from({ length: count }, () => {
    const n = (modulus + 2n ** 2_000n * BigInt(made++)).toString(16)
    return { kty: 'RSA', n: Buffer.from(n, 'hex').toString('base64url'), e: 'AQAB', kid: `rsa-${made}` }
  })

it('with 20 RSA keys of 4,096 bits at a time: other projects have their RSA key in their turn, and the loop runs', async () => {
  // The rate is kept by time.
  jest.useRealTimers()
  const { found, store, events } = hostedPlatform(host)
  for (const id of ['greedy', 'modest']) {
    host.names.set(`${id}.many.example`, [allowedAddress])
    store.sets.set(id, setOf(`https://${id}.many.example:${host.port}/${id}`, { id }))
  }
  host.answer = (req, res) => {
    const isGreedy = req.url === '/greedy'
    keySet(isGreedy ? newKeys(20) : [published('key-1', 'RS256')])(req, res)
  }
  let turns = 0
  const turn = () => {
    turns++
    timer = setImmediate(turn)
  }
  let timer = setImmediate(turn)
  const greedy = found('rsa-1', 'greedy')
  await until('the key of the modest one', async () => (await found('key-1', 'modest')) === 'key-1')
  // For 20 keys it takes four seconds at least.
  expect(events.map(({ projectId }) => projectId)).toEqual(['modest'])
  await greedy
  clearImmediate(timer)
  // Each check takes 64 or 128 steps, with a turn of the loop between two.
  expect(turns).toBeGreaterThan(100)
})
