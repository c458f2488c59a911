import { describe, expect, it, jest } from '@jest/globals'
import { StoreError, type ProjectClaims, type ReplayStore } from '../../lib/index.js'
import { consumeJti as consumeNow } from '../../lib/verify/single-use.js'
import { expectStepRefusal } from '../helpers/refusals.js'
import { audience, now } from '../helpers/mint.js'

const claims: ProjectClaims = { iss: 'shop', aud: audience, proj_id: 'shop', jti: 'use-1', exp: now + 110 }
const ceilings = { maxLifetime: 300, clockTolerance: 5 }
/** As steps take it: what it refuses at once is a refusal as well. */
const consumeJti = async (...parameters: Parameters<typeof consumeNow>) => consumeNow(...parameters)
const consumeWith = (answer: unknown) =>
  consumeJti(claims.proj_id, claims, now, {
    replayStore: { consume: () => answer as boolean },
    ceilings,
  })

it.each([[true], [Promise.resolve(true)]])('passes when the store says true: %p', async (answer) => {
  await expect(consumeWith(answer)).resolves.toBeUndefined()
})

it.each([[false], [Promise.resolve(false)]])('refuses when the store says false: %p', (answer) =>
  expectStepRefusal(() => consumeWith(answer), 'token_replayed'),
)

describe('what the store is told', () => {
  const consume = jest.fn<ReplayStore['consume']>(() => true)
  const replayStore = { consume }
  const settings = { replayStore, ceilings }

  it.each<[string, Partial<ProjectClaims>, number]>([
    ['from iat less the tolerance', { iat: now - 10 }, now - 15],
    ['without iat, from the earliest that the lifetime allows', {}, now + 110 - 300 - 5],
  ])('spans the time in which any verifier accepts the token: %s', async (_, more, acceptableFrom) => {
    consume.mockClear()
    await consumeJti(claims.proj_id, { ...claims, ...more }, now, settings)
    expect(consume.mock.calls).toEqual([
      [{ projectId: 'shop', jti: 'use-1', expiresAt: now + 110 + 5 + 60, acceptableFrom, now }],
    ])
    expect(consume.mock.contexts).toEqual([replayStore])
  })
})

describe('a store that cannot tell', () => {
  const failure = new Error('connection refused')

  it.each([
    [undefined],
    [null],
    [1],
    [0],
    ['OK'],
    [''],
    [{}],
    [[true]],
    [{ first: true }],
    [Promise.resolve('true')],
  ])('is an outage when it answers %p, which is neither true nor false', async (answer) => {
    const outcome = consumeWith(answer)
    await expectStepRefusal(() => outcome, 'store_unavailable')
    await expect(outcome).rejects.toMatchObject({ cause: 'the replay store answered neither true nor false' })
  })

  it.each<[string, ReplayStore['consume']]>([
    [
      'throws',
      () => {
        throw failure
      },
    ],
    ['rejects', () => Promise.reject(failure)],
  ])('is an outage when it %s', async (_, consume) => {
    const outcome = consumeJti(claims.proj_id, claims, now, {
      replayStore: { consume },
      ceilings,
    })
    await expectStepRefusal(() => outcome, 'store_unavailable')
    await expect(outcome).rejects.toMatchObject({ cause: failure })
  })

  it.each(['store_unavailable', 'replay_store_full'] as const)('may say %s in our words', async (code) => {
    const own = new StoreError(code, { cause: 'its own reason' })
    const replayStore: ReplayStore = { consume: () => Promise.reject(own) }
    const outcome = consumeJti(claims.proj_id, claims, now, { replayStore, ceilings })
    await expectStepRefusal(() => outcome, code)
    await expect(outcome).rejects.toMatchObject({ cause: 'its own reason' })
  })
})

it('waits for nothing where the store answers at once', () => {
  const settings = { replayStore: { consume: () => true }, ceilings }
  expect(consumeNow(claims.proj_id, claims, now, settings)).toBeUndefined()
})

it('is not fooled by a promise that has a then of its own', async () => {
  const ownThen = { then: () => undefined }
  for (const answer of [false, true]) {
    const promise: Promise<boolean> = Object.assign(Promise.resolve(answer), ownThen as object)
    const outcome = Promise.resolve(
      consumeNow('shop', claims, now, { replayStore: { consume: () => promise }, ceilings }),
    )
    if (answer) await expect(outcome).resolves.toBeUndefined()
    else await expectStepRefusal(() => outcome, 'token_replayed')
  }
})

it('is not fooled by a promise of a class of its own', async () => {
  class Hasty extends Promise<boolean> {
    static override get [Symbol.species](): PromiseConstructor {
      return function hasty(executor: (...settle: unknown[]) => void) {
        executor(
          () => undefined,
          () => undefined,
        )
      } as unknown as PromiseConstructor
    }
  }
  const replayStore = { consume: () => Hasty.resolve(false) }
  const outcome = consumeNow('shop', claims, now, { replayStore, ceilings })
  expect(outcome).toBeInstanceOf(Promise)
  await expectStepRefusal(() => outcome, 'token_replayed')
})
