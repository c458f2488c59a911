import { describe, expect, it, jest } from '@jest/globals'
import { createVerifier, type VerifierEventListener, type VerifierEvent } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'

const verifierTelling = (...onEvent: VerifierEventListener[]) => createVerifier(platform({ onEvent }).options)
const noted = () => {
  const events: VerifierEvent[] = []
  return { events, listener: (event: VerifierEvent) => events.push(event) }
}

it('are all told of the same event, in their order', async () => {
  const order: [string, VerifierEvent][] = []
  const verifier = verifierTelling(
    (event) => order.push(['first', event]),
    (event) => order.push(['second', event]),
  )
  await verifier.verify(mint())
  await expectRefusal(verifier.verify('rubbish'), 'token_malformed')
  expect(order.map(([who, { type }]) => [who, type])).toEqual([
    ['first', 'accepted'],
    ['second', 'accepted'],
    ['first', 'refused'],
    ['second', 'refused'],
  ])
  expect(order[0]?.[1]).toBe(order[1]?.[1])
})

it('may be none', async () => {
  await expect(verifierTelling().verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
})

it('are those that were given when the verifier was made', async () => {
  const { events, listener } = noted()
  const list = [listener]
  const verifier = createVerifier(platform({ onEvent: list }).options)
  list.length = 0
  await verifier.verify(mint())
  expect(events).toHaveLength(1)
})

it('cannot change what the next one is told', async () => {
  const { events, listener } = noted()
  const forge = (event: VerifierEvent) => Object.assign(event, { projectId: 'rival', code: 'token_expired' })
  const verifier = verifierTelling(forge, listener)
  await verifier.verify(mint())
  await expectRefusal(verifier.verify('rubbish'), 'token_malformed')
  expect(events).toEqual([
    expect.objectContaining({ type: 'accepted', projectId: 'shop' }),
    expect.objectContaining({ type: 'refused', code: 'token_malformed' }),
  ])
})

describe('a listener that fails', () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  // What a promise of the listener does is seen a turn later.
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  it('is warned of once a process, without a word of the event', async () => {
    const verifier = verifierTelling(() => Promise.reject(new Error('disk full')))
    await verifier.verify(mint())
    await verifier.verify(mint())
    await settled()
    expect(warned.mock.calls).toEqual([
      [
        'A listener (onEvent, onError, onUnknownOrigin) threw. The request goes on; what it was told is lost. See https://unpkg.com/reverse-jwt/docs/warnings.md#reverse_jwt_listener_failed',
        { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_LISTENER_FAILED' },
      ],
    ])
  })

  const failing: [string, (event: VerifierEvent) => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
    [
      'returns a thenable that throws',
      () => ({
        then() {
          throw new Error('disk full')
        },
      }),
    ],
    ['never settles', () => new Promise(() => undefined)],
  ]

  it.each(failing)(
    'and %s neither refuses a token, nor lets one pass, nor keeps the others from being told',
    async (_, onEvent) => {
      const { events, listener } = noted()
      const verifier = verifierTelling(onEvent, listener)
      const token = mint()
      await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
      await expectRefusal(verifier.verify(token), 'token_replayed')
      await settled()
      expect(events.map(({ type }) => type)).toEqual(['accepted', 'refused'])
    },
  )
})
