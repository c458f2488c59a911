import { expect, it } from '@jest/globals'
import { customerHost, keySet } from '../helpers/customer-host.js'
import { allowedAddress, hostedPlatform, published, setOf } from '../helpers/hosted-platform.js'
import { soundModulus } from '../helpers/rsa-numbers.js'

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
  const { found, store } = hostedPlatform(host)
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
  const greedy = found('rsa-19', 'greedy')
  expect(await found('key-1', 'modest')).toBe('key-1')
  expect(['project_key_set_failed', 'none', 'rsa-19']).toContain(await greedy)
  clearImmediate(timer)
  // Each check of them takes 128 steps, with a turn of the loop between two.
  expect(turns).toBeGreaterThan(200)
})
