import { beforeEach, expect, it, jest } from '@jest/globals'
import { customerHost, keySet } from '../helpers/customer-host.js'
import { allowedAddress, hostedPlatform, published, setOf } from '../helpers/hosted-platform.js'
import { rivalKeys } from '../helpers/platform.js'
import { monotonicClock } from '../session/other-server.js'

const host = customerHost()
let pass: (seconds: number) => void
beforeEach(() => {
  pass = monotonicClock()
  host.answer = keySet([published()])
})

const madeUp = (name: string) => ({ header: { kid: name }, signature: () => Buffer.alloc(64) })
const rivals = {
  privateKey: rivalKeys.privateKey,
  header: { kid: 'key-rival' },
  claims: { iss: 'rival', sub: 'rival', proj_id: 'rival', scope: undefined },
}

it('costs its host one read in 30 s, and honest tokens of it and of others pass', async () => {
  const { send } = hostedPlatform(host)
  expect(await send()).toBe('passes')
  for (let round = 0; round < 4; round++) {
    pass(31)
    const codes = await Promise.all(
      Array.from({ length: 200 }, (_, at) => {
        if (at % 20 === 0) return send()
        return at % 20 === 10 ? send(rivals) : send(madeUp(`${round}-${at}`))
      }),
    )
    expect(codes.filter((code) => code === 'passes')).toHaveLength(20)
    for (const code of codes) expect(['passes', 'token_not_verified', 'store_unavailable']).toContain(code)
  }
  expect(host.asked).toHaveLength(5)
})

it('while its host does not answer takes no place from new keys of other projects', async () => {
  const slow = Array.from({ length: 10 }, (_, at) => `slow-${at}`)
  const { send, store } = hostedPlatform(host)
  for (const id of [...slow, 'quick']) {
    host.names.set(`${id}.many.example`, [allowedAddress])
    store.sets.set(id, setOf(`https://${id}.many.example:${host.port}/${id}`, { id }))
  }
  host.answer = (req, res) => {
    if (req.url === '/quick') keySet([published()])(req, res)
  }
  const of = (id: string) => ({ claims: { iss: id, sub: id, proj_id: id, scope: undefined } })
  const flood = Promise.all(
    Array.from({ length: 400 }, (_, at) => {
      const id = slow[at % slow.length] ?? ''
      return send({ ...of(id), ...madeUp(`made-up-${at}`) })
    }),
  )
  // A set is read, and a registered key, both for the first time.
  expect(await Promise.all([send(rivals), send(of('quick'))])).toEqual(['passes', 'passes'])
  await jest.advanceTimersByTimeAsync(2_000)
  expect(new Set(await flood)).toEqual(new Set(['store_unavailable']))
  expect(host.asked).toHaveLength(11)
})

it('and more hosts that do not answer than calls may wait for: new registered keys are read all the same', async () => {
  const slow = Array.from({ length: 40 }, (_, at) => `slow-${at}`)
  const { send, store, events } = hostedPlatform(host, { concurrency: 64 })
  for (const id of slow) {
    host.names.set(`${id}.many.example`, [allowedAddress])
    store.sets.set(id, setOf(`https://${id}.many.example:${host.port}/`, { id }))
  }
  host.answer = () => undefined
  const flood = Promise.all(
    slow.map((id) =>
      send({ claims: { iss: id, sub: id, proj_id: id, scope: undefined }, ...madeUp('none') }),
    ),
  )
  // Before any of the reads has ended.
  expect([await send(rivals), events]).toEqual(['passes', []])
  await jest.advanceTimersByTimeAsync(2_000)
  expect(new Set(await flood)).toEqual(new Set(['store_unavailable']))
})

it('and with made-up projects costs nobody a read', async () => {
  const { send } = hostedPlatform(host)
  const codes = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      send({ claims: { proj_id: `nobody-${at}`, iss: `nobody-${at}`, sub: `nobody-${at}` } }),
    ),
  )
  expect(new Set(codes)).toEqual(new Set(['token_not_verified']))
  expect([host.asked, host.resolved]).toEqual([[], []])
})
