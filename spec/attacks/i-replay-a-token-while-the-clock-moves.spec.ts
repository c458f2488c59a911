import { describe, expect, it } from '@jest/globals'
import { createVerifier, MemoryReplayStore } from '../../lib/index.js'
import { mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'

/** When the honest token of `mint` expires. */
const exp = now + 110

/** One replay store for verifiers whose clocks are off by so many seconds. */
function platforms(offsets: readonly number[] = [0], capacity = 1000) {
  const time = { now }
  const replayStore = new MemoryReplayStore({ capacity, projectQuota: capacity })
  const verifiers = offsets.map((offset) =>
    createVerifier(platform({ replayStore, clock: () => time.now + offset }).options),
  )
  const [verifier = createVerifier(platform().options)] = verifiers
  return { time, verifier, verifiers }
}

/** Uses up fresh tokens at this moment, so that the store has every chance to forget. */
async function useOthers({ time, verifier }: ReturnType<typeof platforms>, count = 20): Promise<void> {
  const fresh = () => mint({ claims: { iat: time.now, exp: time.now + 120 } })
  for (let use = 0; use < count; use++) await verifier.verify(fresh())
}

describe('a used token', () => {
  it.each([0, 109, 110, 114.9])(
    'is refused again %d seconds later, clock tolerance included',
    async (later) => {
      const at = platforms()
      const token = mint()
      await expect(at.verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
      at.time.now = now + later
      await useOthers(at)
      await expectRefusal(at.verifier.verify(token), 'token_replayed')
    },
  )

  it('has expired where it may be forgotten', async () => {
    const at = platforms()
    const token = mint()
    await at.verifier.verify(token)
    for (const later of [5, 64, 66, 1000]) {
      at.time.now = exp + later
      await useOthers(at)
      await expectRefusal(at.verifier.verify(token), 'token_expired')
    }
  })

  it('is refused when the clock steps back after the id was forgotten', async () => {
    const at = platforms()
    const token = mint()
    await at.verifier.verify(token)
    at.time.now = exp + 1000
    await useOthers(at)
    for (const back of [now, now - 5, exp - 1, exp + 4]) {
      at.time.now = back
      await expectRefusal(at.verifier.verify(token), 'token_replayed')
    }
  })

  it('is refused by a verifier whose clock is a minute behind the one that accepted it', async () => {
    const at = platforms([0, -60])
    const [ahead, behind] = at.verifiers as [typeof at.verifier, typeof at.verifier]
    const token = mint({ claims: { iat: now - 60, exp: now + 60 } })
    await ahead.verify(token)
    for (const later of [0, 60, 119, 124.9]) {
      at.time.now = now + later
      await useOthers(at)
      await expectRefusal(behind.verify(token), 'token_replayed')
    }
    at.time.now = now + 125
    await expectRefusal(behind.verify(token), 'token_expired')
  })

  it('is not pushed out by others, however full the store is', async () => {
    const at = platforms([0], 100)
    const token = mint()
    await at.verifier.verify(token)
    await useOthers(at, 99)
    const outcome = await at.verifier.verify(mint()).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ code: 'replay_store_full', status: 503 })
    await expectRefusal(at.verifier.verify(token), 'token_replayed')
  })
})
