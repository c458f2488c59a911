import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { AllowedOrigins } from '../../lib/registry/index.js'
import { evil, home, originStore, pass } from './origin-store.js'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  // With them go those of what a test has made.
  jest.useRealTimers()
})

describe('a store that is away', () => {
  const away = new Error('away')

  it('changes nothing of what is known', async () => {
    const { state, change, errors, settled } = originStore()
    const origins = await settled()
    state.answer = away
    change()
    await pass(100)
    expect([origins.has(home), state.reads, errors]).toEqual([true, 1, [away]])
    await pass(30_000)
    expect([origins.has(home), errors]).toEqual([true, [away, away]])
    state.answer = { listed: [evil], any: false }
    await pass(30_000)
    expect([origins.has(home), origins.has(evil)]).toEqual([false, true])
    await expect(origins.ready()).resolves.toBeUndefined()
  })

  it('at the start makes ready reject, until it is back', async () => {
    const { state, errors, make } = originStore(away)
    const origins = make()
    await expect(origins.ready()).rejects.toBe(away)
    expect([origins.has(home), errors]).toEqual([false, [away]])
    state.answer = { listed: [home], any: false }
    await origins.ready()
    expect(origins.has(home)).toBe(true)
  })

  it('at the start is read again without being asked', async () => {
    const { state, make } = originStore(away)
    const origins = make()
    await pass(1_000)
    state.answer = { listed: [home], any: false }
    await pass(30_000)
    expect(origins.has(home)).toBe(true)
  })

  it('may throw at once, and so may onError', async () => {
    const { store, make } = originStore()
    jest.spyOn(store, 'origins').mockImplementationOnce(() => {
      throw away
    })
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
    const onError = () => {
      throw new Error('of the log')
    }
    const origins = make({ onError })
    await expect(origins.ready()).rejects.toBe(away)
    await origins.ready()
    expect(origins.has(home)).toBe(true)
    expect(emitWarning.mock.calls.map(([, options]) => options)).toMatchObject([
      { code: 'REVERSE_JWT_LISTENER_FAILED' },
    ])
    emitWarning.mockRestore()
  })

  it('is given up after a minute of silence', async () => {
    const { state, errors, settled } = originStore()
    const origins = await settled()
    state.delayMs = 10_000_000
    await pass(30_000 + 60_000)
    expect(errors).toMatchObject([{ code: 'store_unavailable', cause: expect.stringContaining('60000 ms') }])
    expect(origins.has(home)).toBe(true)
  })

  it('is watched as soon as it can be', async () => {
    const { state, change, errors, make } = originStore()
    state.watchFails = true
    const origins = make()
    await origins.ready()
    expect([errors, origins.has(home)]).toMatchObject([[{ message: 'cannot watch' }], true])
    state.watchFails = false
    await pass(31_000)
    state.answer = { listed: [evil], any: false }
    change()
    await pass(100)
    expect([origins.has(evil), state.watches]).toEqual([true, 2])
  })
})

describe('a sloppy store', () => {
  it.each([
    [undefined],
    [null],
    [[home]],
    [{ listed: home, any: false }],
    [{ listed: [home] }],
    [{ listed: [home], any: 'false' }],
    [{ listed: new Set([home]), any: false }],
  ])('that answers %j is not read', async (answer) => {
    const { state, errors, settled } = originStore()
    const origins = await settled()
    state.answer = answer
    await pass(30_000)
    expect([origins.has(home), origins.has(evil)]).toEqual([true, false])
    expect(errors).toMatchObject([
      { name: 'TypeError', message: expect.stringContaining('{ listed: string[], any: boolean }') },
    ])
  })

  it('that lists what is no origin is read without it, and says nothing of what it was', async () => {
    const wrong = ['null', '*', '', `${home}/`, 'https://*.example', 7, null, { toString: () => home }]
    const { errors, settled } = originStore({ listed: [...wrong, home], any: false })
    const origins = await settled()
    expect(wrong.filter((origin) => origins.has(origin as string))).toEqual([])
    expect([origins.has(home), origins.framing.has('null')]).toEqual([true, false])
    expect(errors[0]).toEqual(new TypeError('AllowedOrigins: left out 8 texts that are no origins'))
  })

  it('that lists very many is read in pieces', async () => {
    jest.useRealTimers()
    const listed = Array.from({ length: 5_000 }, (_, number) => `https://shop-${number}.example`)
    const { make } = originStore({ listed, any: false })
    const origins = make()
    await origins.ready()
    expect(
      [0, 999, 1_000, 4_999].map((number) => origins.has(`https://shop-${number}.example`)),
    ).not.toContain(false)
  })
})

it.each([
  [[undefined], 'AllowedOrigins: store must be a project store'],
  [[{ origins: () => undefined }], 'AllowedOrigins: store must be a project store'],
  [[originStore().store, { ttl: 0 }], 'AllowedOrigins: ttl must be a positive number of seconds up to 3600'],
  [[originStore().store, { ttl: 30_000 }], '30000 looks like milliseconds'],
  [
    [originStore().store, { onError: 'log' }],
    'AllowedOrigins: onError must be a function that takes an error',
  ],
  [[originStore().store, { tll: 5 }], 'Did you mean "ttl"?'],
])('takes no wrong option: %j', (given, message) => {
  expect(() => new AllowedOrigins(...(given as [never]))).toThrow(message)
  expect(() => new AllowedOrigins(...(given as [never]))).toThrow(TypeError)
})
