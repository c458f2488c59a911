import { expect, it, jest } from '@jest/globals'
import { customerHost, keySet } from '../helpers/customer-host.js'
import { allowedAddress, hostedPlatform, published, setOf } from '../helpers/hosted-platform.js'
import { soundModulus } from '../helpers/rsa-numbers.js'
import { until } from '../helpers/until.js'

const host = customerHost()
/** RSA keys of 4,096 bits. */
const newKeys = (count: number) =>
  Array.from({ length: count }, (_, at) => {
    const n = soundModulus(4_096, at).toString(16)
    return { kty: 'RSA', n: Buffer.from(n, 'hex').toString('base64url'), e: 'AQAB', kid: `rsa-${at}` }
  })

it('with 12 RSA keys of 4,096 bits at a time: other projects have their RSA key in their turn, and the loop runs', async () => {
  // The rate is kept by time.
  jest.useRealTimers()
  const { found, store, events } = hostedPlatform(host)
  for (const id of ['greedy', 'modest']) {
    host.names.set(`${id}.many.example`, [allowedAddress])
    store.sets.set(id, setOf(`https://${id}.many.example:${host.port}/${id}`, { id }))
  }
  const keys = newKeys(12)
  host.answer = (req, res) => {
    const isGreedy = req.url === '/greedy'
    keySet(isGreedy ? keys : [published('key-1', 'RS256')])(req, res)
  }
  let turns = 0
  const turn = () => {
    turns++
    timer = setImmediate(turn)
  }
  let timer = setImmediate(turn)
  const greedy = found('rsa-1', 'greedy')
  await until('the key of the modest one', async () => (await found('key-1', 'modest')) === 'key-1')
  // For 12 keys it takes two seconds at least.
  expect(events.map(({ projectId }) => projectId)).toEqual(['modest'])
  await greedy
  await until('the keys of the greedy one', () => events.length > 1)
  clearImmediate(timer)
  expect(events).toMatchObject([{ keys: 1 }, { keys: 12 }])
  // Each check takes 64 or 128 steps, with a turn of the loop between two.
  expect(turns).toBeGreaterThan(100)
})

it('with 3,900 texts in the place of keys: the loop runs in between', async () => {
  host.answer = keySet(Array.from({ length: 3_900 }, () => 'a text'))
  const { found, events } = hostedPlatform(host)
  let turns = 0
  const turn = () => {
    turns++
    timer = setImmediate(turn)
  }
  let timer = setImmediate(turn)
  expect(await found('key-1')).toBe('none')
  clearImmediate(timer)
  expect(events).toMatchObject([{ keys: 0, dropped: 3_900 }])
  expect(turns).toBeGreaterThan(3_900)
})
