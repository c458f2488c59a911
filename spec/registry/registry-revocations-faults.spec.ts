import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { RegistryRevocations } from '../../lib/registry/index.js'
import { by } from '../helpers/registry.js'
import { pass, revocationStore, session, time } from './revocation-store.js'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  // With them go those of what a test has made.
  jest.useRealTimers()
})

const stale = expect.objectContaining({
  code: 'store_unavailable',
  status: 503,
})
/** What is said of a session, or what is thrown. */
function answer(ask: () => unknown): unknown {
  try {
    return ask()
  } catch (error) {
    return error
  }
}

describe('a store that is away', () => {
  const away = new Error('away')

  it('changes nothing until what is known is maxStaleness old; then nobody can tell', async () => {
    const { state, registry, errors, settled } = revocationStore()
    await registry.createProject({ id: 'shop' }, { by })
    await registry.suspendProject('shop', { by })
    const revocations = await settled()
    // The last read.
    await pass(9)
    state.fails = away
    await pass(60)
    const ask = () => [
      answer(() => revocations.isRevoked(session())),
      answer(() => revocations.isRevoked(session({ projectId: 'other' }))),
    ]
    expect(ask()).toEqual([true, false])
    // Who asks for the list asks the store, too: it may be back.
    expect((await revocations.list()).revocations).toEqual([{ project: 'shop' }])
    expect(errors).toEqual(Array.from({ length: 7 }, () => away))
    await pass(0.001)
    expect(ask()).toEqual([stale, stale])
    await expect(revocations.list()).rejects.toEqual(stale)
    await expect(revocations.ready()).rejects.toBe(away)
    state.fails = undefined
    await pass(10)
    expect(ask()).toEqual([true, false])
    await expect(revocations.ready()).resolves.toBeUndefined()
  })

  it('at the start says nothing, and is read again without being asked', async () => {
    const { state, make } = revocationStore()
    state.fails = away
    const revocations = make()
    await expect(revocations.ready()).rejects.toBe(away)
    expect(answer(() => revocations.isRevoked(session()))).toEqual(stale)
    state.fails = undefined
    await pass(11)
    expect(revocations.isRevoked(session())).toBe(false)
  })

  it('and answers late has its answer counted from when it was asked', async () => {
    const { state, settled } = revocationStore()
    const revocations = await settled({ interval: 1, maxStaleness: 2 })
    state.delayMs = 2_500
    await pass(5.4)
    expect(answer(() => revocations.isRevoked(session()))).toEqual(stale)
  })
})

describe('a clock', () => {
  it('of the store that was set back makes no list newer', async () => {
    const { state, errors, settled, store } = revocationStore()
    const revocations = await settled()
    const { generatedAt } = await store.revocations()
    state.answer = { generatedAt: generatedAt - 30, projects: [{ project: 'shop' }], keys: [], sessions: [] }
    await pass(10)
    expect(revocations.isRevoked(session())).toBe(false)
    expect(errors).toEqual([
      new Error(
        'RegistryRevocations: what the store says of ended sessions was not taken, because it is not newer than the one at hand',
      ),
    ])
    // It renews nothing either.
    await pass(60)
    expect(answer(() => revocations.isRevoked(session()))).toEqual(stale)
  })

  it('that differs by more than a minute makes nothing known', async () => {
    const { make } = revocationStore()
    const revocations = make({ clock: () => time() + 61 })
    await expect(revocations.ready()).rejects.toThrow(
      'was not taken, because its time is more than 60 s from the clock here',
    )
    expect(answer(() => revocations.isRevoked(session()))).toEqual(stale)
  })

  it('that fails makes nothing known', async () => {
    const { make } = revocationStore()
    const revocations = make({ clock: () => NaN })
    await expect(revocations.ready()).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: 'the clock did not return epoch seconds',
    })
  })
})

it.each([[null], [{}], [[]], [{ generatedAt: '1', projects: [], keys: [], sessions: [] }]])(
  'a sloppy store that answers %j makes nothing known',
  async (given) => {
    const { make, store } = revocationStore()
    jest.spyOn(store, 'revocations').mockResolvedValue(given as never)
    const revocations = make()
    await expect(revocations.ready()).rejects.toThrow('RegistryRevocations: what the store says')
    expect(answer(() => revocations.isRevoked(session()))).toEqual(stale)
  },
)

describe('RegistryRevocations reads', () => {
  it('every interval, and once for a burst of changes', async () => {
    const { state, registry, settled } = revocationStore()
    await settled()
    await registry.createProject({ id: 'shop' }, { by })
    for (let change = 0; change < 50; change++) await registry.endSessions('shop', { by })
    await pass(0.1)
    expect(state.reads).toBe(1)
    await pass(30)
    expect(state.reads).toBe(4)
  })

  it('nothing when it is asked about a session', async () => {
    const { state, settled } = revocationStore()
    const revocations = await settled()
    for (let count = 0; count < 1_000; count++) revocations.isRevoked(session({ id: `${count}` }))
    await revocations.ready()
    expect(state.reads).toBe(0)
  })

  it('once in half a second, however many ask for the list', async () => {
    const { state, settled } = revocationStore()
    const revocations = await settled()
    await pass(1)
    for (let count = 0; count < 50; count++) await revocations.list()
    expect(state.reads).toBe(1)
    await pass(0.501)
    await Promise.all(Array.from({ length: 50 }, () => revocations.list()))
    expect(state.reads).toBe(2)
  })

  it('for a list, so that it has what no message told of', async () => {
    const { registry, settled, store } = revocationStore()
    store.watch = () => Promise.resolve({ close: () => Promise.resolve() })
    const revocations = await settled()
    await registry.createProject({ id: 'shop' }, { by })
    await registry.endSessions('shop', { by })
    await pass(0.6)
    expect((await revocations.list()).revocations).toHaveLength(1)
  })

  it('no more after close', async () => {
    const { state, settled } = revocationStore()
    const revocations = await settled()
    await revocations.close()
    await pass(100)
    expect([state.reads, jest.getTimerCount()]).toEqual([0, 0])
    expect(answer(() => revocations.isRevoked(session()))).toEqual(stale)
  })
})

it.each([
  [{ store: {} }, 'store must be a project store'],
  [{ interval: 0.5 }, 'interval must be a number of seconds from 1 to 60'],
  [{ interval: 5_000 }, 'interval must be a number of seconds from 1 to 60; 5000 looks like milliseconds'],
  [{ maxStaleness: 301 }, 'maxStaleness must be a number of seconds from 1 to 300'],
  [{ interval: 30, maxStaleness: 20 }, 'maxStaleness must be twice the interval, 60, or more'],
  [{ onError: 'log' }, 'onError must be a function that takes an error'],
])('takes no wrong option: %j', (given, message) => {
  const { store } = revocationStore()
  const make = () => new RegistryRevocations({ store, ...(given as object) })
  expect(make).toThrow(`RegistryRevocations: ${message}`)
  expect(make).toThrow(TypeError)
})
