import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { tokenRoute, type TokenEndpointOptions } from '../../../lib/customer/index.js'
import { honestHeaders, host } from './faces.js'

const now = Date.UTC(2026, 8, 21, 12, 0, 30)
beforeEach(() => {
  jest.useFakeTimers({ now, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
})
afterEach(() => {
  jest.useRealTimers()
})

const signer = { sign: () => Promise.resolve('a token') } as never

/** An endpoint whose visitors say who they are, and how often of so many times each of them gets a token. */
function endpoint(options: Partial<TokenEndpointOptions<Request>> = {}) {
  const authorize = (request: Request) => ({ subject: request.headers.get('x-subject') ?? '' })
  const route = tokenRoute({ signer, authorize, ...options })
  const ask = async (subject: string) => {
    const headers = { ...honestHeaders, 'x-subject': subject }
    return (await route(new Request(`https://${host}/token`, { method: 'POST', headers, body: '{}' }))).status
  }
  return async (subject: string, times = 1) => {
    const answers: number[] = []
    for (let count = 0; count < times; count++) answers.push(await ask(subject))
    return answers.filter((status) => status === 200).length
  }
}

describe('the limit of a token endpoint', () => {
  it('gives one subject 120 tokens in a minute, and another one its own', async () => {
    const ask = endpoint()
    expect(await ask('a', 130)).toBe(120)
    expect(await ask('b', 1)).toBe(1)
    jest.setSystemTime(now + 29_999)
    expect(await ask('a')).toBe(0)
    jest.setSystemTime(now + 30_000)
    expect(await ask('a', 130)).toBe(120)
  })

  it('starts again when the clock steps back', async () => {
    const ask = endpoint({ perMinute: 1 })
    expect(await ask('a', 2)).toBe(1)
    jest.setSystemTime(now - 3_600_000)
    expect(await ask('a', 2)).toBe(1)
  })

  it.each<[first: string, other: string]>([
    ['2001:db8:1:2::1', '2001:DB8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:db8:1:2:3:4:5:6', '2001:0db8:0001:0002::'],
    ['fe80::1%eth0', 'fe80::2%eth1'],
    ['::1', '0:0:0:0:5::'],
  ])('counts the addresses %s and %s as one', async (first, other) => {
    const ask = endpoint({ perMinute: 1 })
    expect([await ask(first), await ask(other)]).toEqual([1, 0])
  })

  it.each<[first: string, other: string]>([
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2'],
    ['192.0.2.1', '192.0.2.2'],
    ['a:b:c', 'a:b:d'],
    ['2001:db8:1:2::1', '2001:db8:1:2::1::'],
    ['user:1', 'user:2'],
  ])('counts %s and %s each on its own', async (first, other) => {
    const ask = endpoint({ perMinute: 1 })
    expect([await ask(first), await ask(other)]).toEqual([1, 1])
  })

  it('lets a flood of made-up subjects share what one of them has, and keeps no more of them', async () => {
    const ask = endpoint({ perMinute: 3 })
    for (let count = 0; count < 50_000; count++) await ask(`visitor ${count}`)
    expect(await ask('another', 2)).toBe(2)
    expect(await ask('and another', 2)).toBe(1)
    expect(await ask('visitor 7', 5)).toBe(2)
    jest.setSystemTime(now + 30_000)
    expect(await ask('another', 5)).toBe(3)
  })

  it('is yours where you give one, which hears who asks', async () => {
    const limit = jest.fn<(subject: string, request: Request) => Promise<boolean>>().mockResolvedValue(true)
    const ask = endpoint({ limit })
    expect(await ask('a', 200)).toBe(200)
    expect(limit.mock.calls[0]).toEqual(['a', expect.any(Request)])
    limit.mockResolvedValue(false)
    expect(await ask('a')).toBe(0)
  })

  it('warns once where there is nobody to be counted', async () => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
    const ask = endpoint({ authorize: () => true })
    expect(await ask('', 200)).toBe(200)
    expect(emitWarning.mock.calls.map(([, options]) => options)).toEqual([
      { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_TOKENS_NOT_LIMITED' },
    ])
    emitWarning.mockRestore()
  })
})
