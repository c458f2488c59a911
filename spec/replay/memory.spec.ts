import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { MemoryReplayStore, StoreError, type TokenUse } from '../../lib/index.js'
import { thrownBy } from '../helpers/admission.js'
import { mint, now } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { describeReplayStore } from './replay-store-contract.js'
import { small, storeFull } from './small-store.js'

describeReplayStore('MemoryReplayStore', (ceilings) => new MemoryReplayStore(ceilings))

describe('a full MemoryReplayStore', () => {
  it('refuses a new id and keeps all that it has', () => {
    const { store, consume, fill } = small({ capacity: 10, projectQuota: 10 })
    fill('shop', 10)
    const thrown = thrownBy(() => consume('shop', 'one more'))
    expect(thrown).toBeInstanceOf(StoreError)
    expect(thrown).toMatchObject(storeFull)
    expect(store.size).toBe(10)
    for (let index = 0; index < 10; index++) expect(consume('shop', `${now}-${index}`)).toBe(false)
  })

  it('refuses the new ids of everybody, and still knows a used one', () => {
    const { consume, fill } = small({ capacity: 4, projectQuota: 2 })
    fill('a', 2)
    fill('b', 2)
    expect(thrownBy(() => consume('c', 'x'))).toMatchObject(storeFull)
    expect(consume('b', `${now}-1`)).toBe(false)
  })

  it('never evicts an unexpired id, whatever comes', () => {
    const { clock, consume, fill } = small({ capacity: 10, projectQuota: 10 })
    fill('shop', 10)
    for (const later of [0, 60, 120, 179.9]) {
      clock.now = now + later
      for (let attempt = 0; attempt < 100; attempt++) {
        expect(thrownBy(() => consume('shop', `more-${attempt}`))).toMatchObject(storeFull)
      }
    }
    clock.now = now + 100
    for (let index = 0; index < 10; index++) expect(consume('shop', `${now}-${index}`)).toBe(false)
  })

  it('takes new ids as soon as old ones have expired', () => {
    const { clock, store, consume, fill } = small({ capacity: 10, projectQuota: 10 })
    fill('shop', 10)
    clock.now += 180
    fill('shop', 10)
    expect(store.size).toBe(10)
    expect(thrownBy(() => consume('shop', 'one more'))).toMatchObject(storeFull)
  })

  it('answers 503 by way of a verifier', async () => {
    const replayStore = new MemoryReplayStore({ capacity: 1 })
    const verifier = verifierOf({ replayStore })
    const first = mint()
    await verifier.verify(first)
    await expectRefusal(verifier.verify(mint()), 'replay_store_full')
    await expectRefusal(verifier.verify(first), 'token_replayed')
  })
})

describe('expired ids', () => {
  it('leave a few at each use, the oldest first', () => {
    const { clock, store, consume, fill } = small()
    fill('shop', 100)
    clock.now += 180
    expect(store.size).toBe(100)
    const sizes = Array.from({ length: 40 }, (_, index) => {
      consume('shop', `new-${index}`)
      return store.size
    })
    expect(sizes.slice(0, 3)).toEqual([97, 94, 91])
    expect(sizes.at(-1)).toBe(40)
  })

  it('leave also when the use is refused', () => {
    const { clock, store, consume, fill } = small()
    fill('shop', 10)
    clock.now += 180
    consume('shop', 'new')
    expect(consume('shop', 'new')).toBe(false)
    expect(store.size).toBe(3)
  })

  it('leave in the order in which they expire, whoever came first', () => {
    const { clock, store, consume } = small()
    consume('rival', 'long', 3600)
    for (const lives of [300, 100, 200, 400]) consume('shop', `lives-${lives}`, lives)
    for (const [later, left] of [
      [100, 5],
      [200, 5],
      [300, 5],
      [400, 5],
    ] as const) {
      clock.now = now + later
      consume('third', `at-${later}`, 4000)
      expect(store.size).toBe(left)
    }
    expect(consume('rival', 'long')).toBe(false)
    clock.now = now + 3600
    consume('third', 'last', 4000)
    expect(store.size).toBe(5)
  })

  it('leave in time though no id has come for long', () => {
    const { clock, store, consume, fill } = small()
    fill('shop', 3)
    clock.now += 1_000_000
    consume('shop', 'a')
    expect(store.size).toBe(1)
  })

  it('are not known again, but refused, when the clock steps back', () => {
    const { clock, store, consume } = small()
    const used = { projectId: 'shop', jti: 'a', expiresAt: now + 180, acceptableFrom: now }
    expect(store.consume(used)).toBe(true)
    clock.now = now + 180
    consume('rival', 'x')
    expect(store.size).toBe(1)
    clock.now = now
    expect(store.consume(used)).toBe(false)
    // Who expires up to the moment until which ids were forgotten cannot be told from them: refused, whoever it is.
    expect(consume('rival', 'y', 179)).toBe(false)
    expect(consume('rival', 'y', 180)).toBe(false)
    expect(consume('rival', 'y', 180.1)).toBe(true)
  })

  it('refuse nothing that is new while the clock goes on', () => {
    const { clock, consume } = small()
    for (let second = 0; second < 1000; second++) {
      expect(consume('shop', `short-${second}`, 65)).toBe(true)
      expect(consume('shop', `usual-${second}`, 185)).toBe(true)
      clock.now += 1
    }
  })

  it('of a fraction of a second are kept to its end', () => {
    const { clock, store, consume } = small()
    consume('shop', 'a', 0.5)
    clock.now += 0.75
    consume('shop', 'b')
    expect(store.size).toBe(2)
    clock.now += 0.25
    consume('shop', 'c')
    expect(store.size).toBe(2)
  })
})

describe('MemoryReplayStore refuses', () => {
  it.each(['capacity', 'projectQuota'])('a %s that is no positive integer up to 16,000,000', (name) => {
    expect(() => new MemoryReplayStore({ [name]: 16_000_000 })).not.toThrow()
    for (const wrong of [0, -1, 1.5, 16_000_001, NaN, Infinity, '10', null]) {
      expect(() => new MemoryReplayStore({ [name]: wrong })).toThrow(
        new TypeError(`MemoryReplayStore: ${name} must be a whole number of ids from 1 to 16000000`),
      )
    }
  })

  it.each([
    ['max', 'Known: capacity, projectQuota, afterDataLoss, maxLifetime, clockTolerance.'],
    ['quota', 'Known: capacity, projectQuota, afterDataLoss, maxLifetime, clockTolerance.'],
    ['capacty', 'Did you mean "capacity"?'],
    ['clock', 'Known: capacity, projectQuota, afterDataLoss, maxLifetime, clockTolerance.'],
  ])('an option named %s', (name, hint) => {
    expect(() => new MemoryReplayStore({ [name]: 1 })).toThrow(
      new TypeError(`MemoryReplayStore: unknown option ${JSON.stringify(name)}. ${hint}`),
    )
  })
})

describe('MemoryReplayStore without a verifier', () => {
  it('goes by the time of each use', () => {
    const store = new MemoryReplayStore()
    const use = (jti: string, time: number, lives: number) =>
      store.consume({ projectId: 'shop', jti, expiresAt: time + lives, acceptableFrom: time - 20, now: time })
    expect(use('long ago', 1000, 10)).toBe(true)
    expect(store.size).toBe(1)
    expect(use(randomUUID(), 5000, 180)).toBe(true)
    expect(store.size).toBe(1)
    expect(use(randomUUID(), 5000, 180)).toBe(true)
    expect(store.size).toBe(2)
  })

  it('decides nothing without the time of the use, or it would never forget', () => {
    const store = new MemoryReplayStore()
    const use = { projectId: 'shop', jti: 'a', expiresAt: 5180, acceptableFrom: 5000 } as TokenUse
    for (const wrong of [use, { ...use, now: NaN }])
      expect(thrownBy(() => store.consume(wrong))).toMatchObject({ code: 'store_unavailable' })
    expect(store.size).toBe(0)
  })

  it('refuses, when told to refuse after a restart, what could have been used before the first use that it sees', () => {
    const store = new MemoryReplayStore({ afterDataLoss: 'refuse' })
    const now = Date.now() / 1000
    const use = (jti: string, acceptableFrom: number) =>
      store.consume({ projectId: 'shop', jti, expiresAt: now + 180, acceptableFrom, now })
    expect(use('a', now - 5)).toBe(false)
    expect(use('b', now + 5)).toBe(true)
  })

  it('decides nothing then where the time of the use is not the system\u2019s: what wraps the store must pass bind on', () => {
    const store = new MemoryReplayStore({ afterDataLoss: 'refuse' })
    const use = { projectId: 'shop', jti: 'a', expiresAt: 5180, acceptableFrom: 5000, now: 5000 }
    expect(thrownBy(() => store.consume(use))).toMatchObject({ code: 'store_unavailable' })
  })
})

it('begins, when told to refuse after a restart, at the time of its verifier, whatever the year', async () => {
  for (const year of [1990, 2100]) {
    const clock = { now: Date.UTC(year, 0) / 1000 }
    const replayStore = new MemoryReplayStore({ afterDataLoss: 'refuse' })
    const verifier = verifierOf({ replayStore, clock: () => clock.now })
    clock.now += 11
    const early = mint({ claims: { iat: clock.now - 1, exp: clock.now + 100 } })
    await expectRefusal(verifier.verify(early), 'token_replayed')
    const later = mint({ claims: { iat: clock.now, exp: clock.now + 100 } })
    await expect(verifier.verify(later)).resolves.toMatchObject({ project: { id: 'shop' } })
  }
})
