import { beforeEach, describe, expect, it } from '@jest/globals'
import type { KeySetReadEvent } from '../../../lib/index.js'
import { allowedAddress, hostedPlatform, published, setOf } from '../../helpers/hosted-platform.js'
import { customerHost, hostName, keySet, text } from '../../helpers/customer-host.js'
import { until } from '../../helpers/until.js'
import { monotonicClock } from '../../session/other-server.js'

const host = customerHost()
let pass: (seconds: number) => void
beforeEach(() => {
  pass = monotonicClock()
  host.answer = keySet([published('key-1')])
})
const down = text('{}', 500)
const reads = () => host.asked.length
const twoKeys = keySet([published('key-1'), published('key-2', 'EdDSA')])
/** Until so many reads have ended, also those that nobody waits for. */
const ended = ({ events }: ReturnType<typeof hostedPlatform>, count: number) =>
  until(`${count} reads`, () => events.length >= count)

describe('a read', () => {
  it('is made when somebody asks, and once for all', async () => {
    const { found, events } = hostedPlatform(host)
    expect(reads()).toBe(0)
    expect(await Promise.all(Array.from({ length: 50 }, () => found('key-1')))).toEqual(
      Array.from({ length: 50 }, () => 'key-1'),
    )
    expect(reads()).toBe(1)
    expect(events).toEqual([
      {
        type: 'key_set.read',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        time: expect.any(Number),
        projectId: 'shop',
        keys: 1,
        dropped: 0,
        droppedKeys: [],
        newKids: ['key-1'],
      },
    ])
    expect(Object.isFrozen(events[0])).toBe(true)
  })

  it('is made for an unknown kid, but not within 30 s of another one', async () => {
    const { found } = hostedPlatform(host)
    await found('key-1')
    host.answer = twoKeys
    pass(29)
    expect([await found('key-2'), reads()]).toEqual(['none', 1])
    pass(2)
    expect([await found('key-2'), reads()]).toEqual(['key-2', 2])
    pass(29)
    for (let time = 0; time < 20; time++) expect(await found(`made-up-${time}`)).toBe('none')
    expect(reads()).toBe(2)
  })

  it('gives a key without a kid its thumbprint', async () => {
    const { kid, ...unnamed } = published('key-1')
    host.answer = keySet([unnamed])
    const { found, events } = hostedPlatform(host)
    expect(await found(kid)).toBe('none')
    const [thumbprint] = (events[0] as KeySetReadEvent).newKids ?? []
    expect(thumbprint).toMatch(/^[\w-]{43}$/)
    expect(await found(String(thumbprint))).toBe(thumbprint)
  })

  it('is made at once where the address is another one', async () => {
    const { found, store } = hostedPlatform(host)
    host.answer = down
    expect(await found('key-1')).toBe('project_key_set_failed')
    host.answer = twoKeys
    store.sets.set('shop', setOf(`${host.jwksUri}?2`))
    expect(await found('key-1')).toBe('key-1')
    expect(host.asked.map(({ url }) => url)).toEqual(['/jwks.json', '/jwks.json?2'])
  })
})

describe('the ttl', () => {
  it('of 300 s: what is gone is refused then, and the set is read ahead of it so that nobody waits', async () => {
    const platform = hostedPlatform(host)
    const { found } = platform
    await found('key-1')
    pass(239)
    expect([await found('key-1'), reads()]).toEqual(['key-1', 1])
    host.answer = keySet([published('key-2', 'EdDSA')])
    pass(2)
    expect(await found('key-1')).toBe('key-1')
    await ended(platform, 2)
    expect([await found('key-1'), await found('key-2'), reads()]).toEqual(['none', 'key-2', 2])
  })

  it('is over when nobody asked ahead of it: the read is waited for', async () => {
    const { found } = hostedPlatform(host)
    await found('key-1')
    host.answer = keySet([])
    pass(301)
    expect([await found('key-1'), reads()]).toEqual(['none', 2])
  })

  it.each([
    ['max-age=0', 60],
    ['max-age=60', 60],
    ['public, max-age=100, must-revalidate', 100],
    ['max-age=200, max-age=100', 100],
    ['Max-Age="100"', 100],
    ['s-maxage=100', 300],
    ['no-store', 300],
    ['max-age=-1', 300],
    ['max-age=86400', 300],
    [`max-age=${'9'.repeat(400)}`, 300],
  ])('with Cache-Control: %s is %i s', async (header, ttl) => {
    host.answer = keySet([published('key-1')], { 'Cache-Control': header })
    const { found } = hostedPlatform(host)
    await found('key-1')
    pass(0.79 * ttl)
    // Nothing is read ahead yet.
    expect([await found('key-1'), reads()]).toEqual(['key-1', 1])
    host.answer = keySet([])
    pass(0.21 * ttl + 1)
    expect([await found('key-1'), reads()]).toEqual(['none', 2])
  })
})

describe('while reads fail', () => {
  it('the last keys serve for an hour after the last good read, and then nothing can be told', async () => {
    const { found } = hostedPlatform(host)
    await found('key-1')
    host.answer = down
    pass(301)
    expect(await found('key-1')).toBe('key-1')
    pass(3_200)
    expect(await found('key-1')).toBe('key-1')
    pass(200)
    expect(await found('key-1')).toBe('project_key_set_failed')
  })

  it('what the last keys do not have cannot be told', async () => {
    const { found } = hostedPlatform(host)
    await found('key-1')
    host.answer = down
    pass(31)
    expect(await found('key-2')).toBe('project_key_set_failed')
    expect(await found('key-1')).toBe('key-1')
  })

  it('a good read without the key ends it at once', async () => {
    const platform = hostedPlatform(host)
    const { found } = platform
    await found('key-1')
    host.answer = down
    pass(301)
    expect(await found('key-1')).toBe('key-1')
    host.answer = keySet([])
    pass(31)
    expect(await found('key-1')).toBe('key-1')
    await ended(platform, 3)
    expect(await found('key-1')).toBe('none')
  })

  it('a failure that is long ago says nothing of now: the next read is waited for', async () => {
    const { found } = hostedPlatform(host)
    await found('key-1')
    host.answer = down
    pass(301)
    expect(await found('key-1')).toBe('key-1')
    host.answer = keySet([])
    pass(1_000)
    expect(await found('key-1')).toBe('none')
  })

  it('with staleIfError 0 nothing serves beyond the ttl', async () => {
    const { found } = hostedPlatform(host, { staleIfError: 0 })
    await found('key-1')
    host.answer = down
    pass(299)
    expect(await found('key-1')).toBe('key-1')
    pass(32)
    expect(await found('key-1')).toBe('project_key_set_failed')
  })

  it('the host is asked after 30, 60, 120, 240 and 300 s, whoever asks how often', async () => {
    host.answer = down
    const { found, causes } = hostedPlatform(host)
    const times: number[] = []
    for (let second = 0; second < 1_700; second += 5) {
      const before = reads()
      expect(await found(`kid-${second}`)).toBe('project_key_set_failed')
      if (reads() > before) times.push(second)
      pass(5)
    }
    const gaps = times.map((time, at) => time - (times[at - 1] ?? 0))
    expect(gaps).toEqual([0, 30, 60, 120, 240, 300, 300, 300, 300])
    expect(new Set(causes())).toEqual(new Set(['the key set cannot be read: it answered 500']))
  })

  it('it is asked again for a known key, too, long before ttl is over', async () => {
    const platform = hostedPlatform(host)
    const { found } = platform
    await found('key-1')
    host.answer = down
    pass(31)
    expect(await found('key-2')).toBe('project_key_set_failed')
    host.answer = twoKeys
    pass(31)
    expect(await found('key-1')).toBe('key-1')
    await ended(platform, 3)
    expect(await found('key-2')).toBe('key-2')
  })

  it('and succeed again it is asked as before', async () => {
    const { found } = hostedPlatform(host)
    host.answer = down
    for (const seconds of [0, 31, 61]) {
      pass(seconds)
      await found('key-1')
    }
    host.answer = keySet([published('key-1')])
    pass(121)
    expect(await found('key-1')).toBe('key-1')
    pass(31)
    expect([await found('none'), reads()]).toEqual(['none', 5])
  })

  it('a name that has another address is a failure like any other', async () => {
    const { found } = hostedPlatform(host)
    await found('key-1')
    host.names.set(hostName, ['10.0.0.1'])
    pass(301)
    expect(await found('key-1')).toBe('key-1')
    expect(host.connections).toEqual([allowedAddress])
  })
})
