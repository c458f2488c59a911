import { describe, expect, it } from '@jest/globals'
import {
  createVerifier,
  MemoryReplayStore,
  StoreError,
  type AuthenticationError,
  type VerifierOptions,
} from '../../lib/index.js'
import { anyUuid } from '../helpers/events.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { listening } from './listening.js'

it('tells how long each store was waited for, and nothing of one that answered at once', async () => {
  const { options } = platform()
  const { keyStore, replayStore } = options
  const slow: Partial<VerifierOptions> = {
    keyStore: { find: async (projectId, kid) => keyStore.find(projectId, kid) },
    replayStore: { consume: async (use) => replayStore.consume(use) },
  }
  const { verifier, events } = listening(slow)
  await verifier.verify(mint())
  const token = mint({ header: { kid: 'nothing' } })
  await expectRefusal(verifier.verify(token), 'token_not_verified')
  const seconds: unknown = expect.any(Number)
  expect(events.map(({ storeSeconds }) => storeSeconds)).toEqual([
    { key: seconds, replay: seconds },
    { key: seconds },
  ])
})

it('says why it is an outage', async () => {
  const saying = (reason: string) => new StoreError('store_unavailable', { reason: reason as 'busy' })
  const failing = (error: Error) => ({ find: () => Promise.reject(error) })
  const cases: [Partial<VerifierOptions>, string][] = [
    [{ keyStore: failing(new Error('down')) }, 'key_store_failed'],
    [{ keyStore: failing(new StoreError('store_unavailable')) }, 'key_store_failed'],
    [{ keyStore: failing(new StoreError('store_unavailable', { reason: 'busy' })) }, 'busy'],
    [{ keyStore: { find: () => ({}) as never } }, 'key_store_failed'],
    [{ replayStore: { consume: () => 'yes' as never } }, 'replay_store_failed'],
    [{ replayStore: new MemoryReplayStore({ capacity: 1, projectQuota: 1 }) }, 'replay_store_full'],
    [{ replayStore: new MemoryReplayStore({ capacity: 10, projectQuota: 1 }) }, 'replay_project_rate'],
    [{ clock: () => NaN }, 'clock'],
    [{ keyStore: failing(saying('signature_bad')) }, 'key_store_failed'],
    [{ keyStore: failing(saying('x'.repeat(5000))) }, 'key_store_failed'],
    [{ replayStore: { consume: () => Promise.reject(saying('key_revoked')) } }, 'replay_store_failed'],
  ]
  for (const [override, reason] of cases) {
    const { verifier, events } = listening(override)
    await verifier.verify(mint()).catch(() => undefined)
    await verifier.verify(mint()).catch(() => undefined)
    expect(events.at(-1)).toMatchObject({ type: 'unavailable', reason })
  }
})

describe('the id of an event', () => {
  it('is that of the error, and another one each time', async () => {
    const { verifier, events } = listening()
    const ids: unknown[] = []
    for (const token of ['rubbish', undefined, mint({ header: { kid: 'nothing' } })]) {
      const error = await verifier.verify(token).catch((thrown: unknown) => thrown)
      ids.push((error as AuthenticationError).id)
    }
    expect(events.map(({ id }) => id)).toEqual(ids)
    expect(new Set(ids).size).toBe(3)
  })

  it('is the same whether an answer or a listener asks first, and is there without a listener', async () => {
    const verifier = createVerifier({ ...platform().options, onEvent: [] })
    const error = (await verifier.verify('rubbish').catch((thrown: unknown) => thrown)) as AuthenticationError
    expect(error.id).toEqual(anyUuid)
    expect(error.id).toBe(error.id)
  })
})
