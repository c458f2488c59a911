import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { VerifierEvent } from '../../lib/index.js'
import { acceptedEvent, refusedEvent, unavailableEvent } from '../helpers/events.js'
import { recordLastUse, type KeyUse, type LastUseOptions } from '../../lib/registry/index.js'
import { mint, now } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { managed } from '../helpers/registry.js'
import { fill } from '../helpers/records.js'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

/** A store that keeps what it is given, unless it is down. */
function recorded(options?: LastUseOptions) {
  const writes: (readonly KeyUse[])[] = []
  const state = { down: false }
  const touch = (uses: readonly KeyUse[]) => {
    if (state.down) return Promise.reject(new Error('down'))
    writes.push(uses)
    return Promise.resolve()
  }
  const lastUse = recordLastUse({ touch }, options)
  const use = (kid: string, time = now, projectId = 'shop') => {
    lastUse.onEvent(acceptedEvent({ time, projectId, kid }))
  }
  return { ...lastUse, writes, state, use }
}

describe('the time of last use', () => {
  it('is written once a minute for all keys together, whatever the number of requests', async () => {
    const { use, writes } = recorded()
    for (let request = 0; request < 1000; request++) use(`key-${request % 3}`, now + request)
    expect(writes).toEqual([])
    await jest.advanceTimersByTimeAsync(59_999)
    expect(writes).toEqual([])
    await jest.advanceTimersByTimeAsync(1)
    const last = [999, 997, 998].map((at, key) => ({ projectId: 'shop', kid: `key-${key}`, at: now + at }))
    expect(writes).toEqual([last])
    await jest.advanceTimersByTimeAsync(600_000)
    expect(writes).toHaveLength(1)
  })

  it('is the newest, in whatever order the events come', async () => {
    const { use, flush, writes } = recorded()
    for (const at of [2, 3, 1]) use('a', now + at)
    await flush()
    expect(writes).toEqual([[{ projectId: 'shop', kid: 'a', at: now + 3 }]])
  })

  it('is noted for tokens that were accepted, and for no others', async () => {
    const { onEvent, flush, writes } = recorded()
    const names = { signature: 'good', projectId: 'shop', kid: 'a' } as const
    onEvent(refusedEvent({ code: 'token_replayed', reason: 'token_replayed', ...names }))
    onEvent(unavailableEvent(names))
    await flush()
    expect(writes).toEqual([])
  })

  it('is kept while the store is down, and written when it is up again', async () => {
    const { use, state, flush, writes } = recorded({ intervalMs: 1000 })
    state.down = true
    use('a', now)
    use('b', now)
    await jest.advanceTimersByTimeAsync(5000)
    await expect(flush()).rejects.toThrow('down')
    use('a', now + 1)
    state.down = false
    await jest.advanceTimersByTimeAsync(1000)
    const written = writes[0]?.map(({ kid, at }) => [kid, at])
    expect(written?.sort()).toEqual([
      ['a', now + 1],
      ['b', now],
    ])
    expect(writes).toHaveLength(1)
  })

  it('is written sooner when there are 10,000 keys, and takes no more of them while the store is down', async () => {
    const { use, state, flush, writes } = recorded()
    for (let key = 0; key < 9_999; key++) use(`key-${key}`)
    await jest.advanceTimersByTimeAsync(0)
    expect(writes).toEqual([])
    use('one more')
    await jest.advanceTimersByTimeAsync(0)
    expect(writes.map((uses) => uses.length)).toEqual([10_000])
    state.down = true
    for (let key = 0; key < 30_000; key++) use(`key-${key}`)
    await jest.advanceTimersByTimeAsync(60_000)
    state.down = false
    await flush()
    expect(writes[1]).toHaveLength(10_000)
  })

  it('does not confuse pairs that are alike', async () => {
    const { use, flush, writes } = recorded()
    use('2x', now, 'p1')
    use('x', now, 'p12')
    await flush()
    expect(writes[0]).toHaveLength(2)
  })

  it('is written a last time at the end', async () => {
    const { use, close, writes } = recorded()
    use('a')
    await close()
    expect(writes).toHaveLength(1)
    use('a', now + 1)
    await jest.advanceTimersByTimeAsync(600_000)
    expect(writes).toHaveLength(1)
  })

  it.each(['shop', 'café 😀', 'a\\u00e9b', 'back\\slash'])(
    'reaches the key of project %j by the events of a verifier',
    async (id) => {
      const { store, registry } = managed()
      await fill(store, [{ ...shop(), id }])
      const lastUse = recordLastUse(store)
      const events: VerifierEvent[] = []
      const verifier = verifierOf({
        keyStore: store,
        onEvent: (event) => {
          events.push(event)
          lastUse.onEvent(event)
        },
      })
      await verifier.verify(mint({ claims: { iss: id, sub: id, proj_id: id } }))
      await lastUse.flush()
      expect(events).toHaveLength(1)
      expect((await registry.listKeys(id)).keys).toMatchObject([{ lastUsedAt: now }])
    },
  )

  const wrong: [unknown, object, string][] = [
    [undefined, {}, 'recordLastUse: store must be a project store, such as new PostgresProjectStore({ db })'],
    [
      { touch: () => undefined },
      { interval: 1 },
      'recordLastUse: unknown option "interval". Did you mean "intervalMs"?',
    ],
    [
      { touch: () => undefined },
      { intervalMs: undefined },
      'recordLastUse: intervalMs is undefined; set it or leave it out',
    ],
    ...[0, -1, NaN, '1', 3_600_001].map((intervalMs): [unknown, object, string] => [
      { touch: () => undefined },
      { intervalMs },
      'recordLastUse: intervalMs must be a positive number of milliseconds up to 3600000',
    ]),
  ]
  it.each(wrong)('is not noted by recordLastUse(%j, %j)', (store, options, message) => {
    expect(() => recordLastUse(store as never, options as never)).toThrow(new TypeError(message))
  })
})
