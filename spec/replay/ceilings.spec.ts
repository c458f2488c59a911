import { describe, expect, it, jest } from '@jest/globals'
import {
  createVerifier,
  MemoryReplayStore,
  type BoundVerifier,
  type ReplayStore,
  type TokenUse,
} from '../../lib/index.js'
import { mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'

const limits = { maxLifetime: 300, clockTolerance: 10 }

/** A store of somebody else's that writes down what it is told to remember. */
function storeWith(bind?: unknown) {
  const uses: TokenUse[] = []
  const consume = (use: TokenUse) => {
    uses.push(use)
    return true
  }
  return { uses, replayStore: { consume, ...(bind !== undefined && { bind }) } as ReplayStore }
}

const making =
  (bind: unknown, given: object = {}) =>
  () =>
    createVerifier(platform({ replayStore: storeWith(bind).replayStore, ...given }).options)

/** What a store is told of a token that lives from `now` for 100 seconds, with and without iat. */
async function toldTo({ replayStore, uses }: ReturnType<typeof storeWith>, given: object = {}) {
  const verifier = createVerifier(platform({ replayStore, ...given }).options)
  await verifier.verify(mint({ claims: { iat: now, exp: now + 100 } }))
  await verifier.verify(mint({ claims: { iat: undefined, exp: now + 100 } }))
  const [issued, bare] = uses.map(({ expiresAt, acceptableFrom }) => [expiresAt - now, acceptableFrom - now])
  return { issued, bare }
}

describe('what a store is told of a token', () => {
  it.each([
    ['has no bind', undefined],
    ['returns nothing', () => undefined],
  ])('covers any verifier there can be where it %s', async (_, bind) => {
    const covered = { issued: [100 + 60 + 60, -60], bare: [100 + 60 + 60, 100 - 3600 - 60] }
    expect(await toldTo(storeWith(bind))).toEqual(covered)
    expect(await toldTo(storeWith(bind), { maxLifetime: 200, clockTolerance: 0 })).toEqual(covered)
  })

  it('covers the ceilings that it returns, not the limits of the verifier', async () => {
    const store = storeWith(() => ({ maxLifetime: 400, clockTolerance: 7.5 }))
    const covered = { issued: [100 + 7.5 + 60, -7.5], bare: [100 + 7.5 + 60, 100 - 400 - 7.5] }
    expect(await toldTo(store, { maxLifetime: 200, clockTolerance: 0 })).toEqual(covered)
  })

  it('covers what a wrapped store covers when the wrapper passes bind on', async () => {
    const inner = new MemoryReplayStore({ maxLifetime: 400, clockTolerance: 17 })
    const store = storeWith((verifier: BoundVerifier) => inner.bind(verifier))
    expect(await toldTo(store)).toEqual({ issued: [177, -17], bare: [177, -317] })
    expect(making((verifier: BoundVerifier) => inner.bind(verifier), { clockTolerance: 18 })).toThrow(
      TypeError,
    )
  })

  it('does not change when the store changes what it returned', async () => {
    const ceilings = { ...limits }
    const store = storeWith(() => ceilings)
    const { options } = platform({ replayStore: store.replayStore })
    const verifier = createVerifier(options)
    ceilings.clockTolerance = 0
    await verifier.verify(mint({ claims: { iat: now, exp: now + 100 } }))
    expect(store.uses).toMatchObject([{ expiresAt: now + 170, acceptableFrom: now - 10 }])
  })
})

describe('bind', () => {
  it('is called once, when a verifier is made, on its store, with the limits of the verifier', async () => {
    const bind = jest.fn(() => ({ maxLifetime: 3600, clockTolerance: 60 }))
    const { replayStore } = storeWith(bind)
    const { options } = platform({ replayStore, maxLifetime: 500, clockTolerance: 20 })
    const verifier = createVerifier(options)
    await verifier.verify(mint())
    expect(bind.mock.calls).toEqual([[{ clock: options.clock, maxLifetime: 500, clockTolerance: 20 }]])
    expect(bind.mock.contexts).toEqual([replayStore])
  })

  it.each([5, 'bind', null, {}])('must be a function: %p', (bind) => {
    expect(making(bind)).toThrow(new TypeError('createVerifier: replayStore has a bind that is no function'))
  })

  it.each([
    [null],
    [true],
    [300],
    [''],
    [[]],
    [{}],
    [{ maxLifetime: 300 }],
    [{ clockTolerance: 5 }],
    [{ maxLifetime: '300', clockTolerance: 5 }],
    [{ maxLifetime: 300, clockTolerance: null }],
    [{ maxLifetime: NaN, clockTolerance: 5 }],
    [{ maxLifetime: 300, clockTolerance: NaN }],
    [{ maxLifetime: Infinity, clockTolerance: Infinity }],
    [{ maxLifetime: 300_000, clockTolerance: 5 }],
    [{ maxLifetime: 3600.5, clockTolerance: 5 }],
    [{ maxLifetime: 300, clockTolerance: 60.5 }],
    [Promise.resolve(limits)],
  ])('must return ceilings or nothing: %p', (bound) => {
    expect(making(() => bound)).toThrow(
      new TypeError(
        'createVerifier: replayStore has a bind that must return { maxLifetime, clockTolerance } in seconds, up to 3600 and 60, or nothing',
      ),
    )
  })

  it.each([
    [{ maxLifetime: 299.5, clockTolerance: 10 }, 'maxLifetime', 300, 299.5],
    [{ maxLifetime: 0, clockTolerance: 10 }, 'maxLifetime', 300, 0],
    [{ maxLifetime: 3600, clockTolerance: 9.5 }, 'clockTolerance', 10, 9.5],
    [{ maxLifetime: 300, clockTolerance: -1 }, 'clockTolerance', 10, -1],
  ])('must cover the verifier: %j', (bound, name, limit, ceiling) => {
    expect(making(() => bound)).toThrow(
      new TypeError(
        `createVerifier: ${name} is ${limit}, but the replay store covers ${ceiling}; its bind must return at least { ${name}: ${limit} }`,
      ),
    )
    expect(making(() => limits)).not.toThrow()
    expect(making(() => ({ maxLifetime: 3600, clockTolerance: 60 }))).not.toThrow()
  })

  it('may throw what it likes: no verifier is made', () => {
    const failure = new Error('no such table')
    expect(
      making(() => {
        throw failure
      }),
    ).toThrow(failure)
  })
})
