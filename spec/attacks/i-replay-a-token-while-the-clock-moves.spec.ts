import { describe, expect, it } from '@jest/globals'
import { createVerifier, MemoryReplayStore } from '../../lib/index.js'
import { mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'

/** When the honest token of `mint` expires. */
const exp = now + 110

/** A verifier whose clock is to be set. */
function platformAt(capacity = 1000) {
  const replayStore = new MemoryReplayStore({ capacity, projectQuota: capacity })
  const { options, clock: time } = platform({ replayStore })
  return { time, verifier: createVerifier(options) }
}

/** Uses up fresh tokens at this moment, so that the store has every chance to forget. */
async function useOthers({ time, verifier }: ReturnType<typeof platformAt>, count = 20): Promise<void> {
  const fresh = () => mint({ claims: { iat: time.now, exp: time.now + 120 } })
  for (let use = 0; use < count; use++) await verifier.verify(fresh())
}

describe('a used token', () => {
  it.each([0, 109, 110, 114.9])(
    'is refused again %d seconds later, clock tolerance included',
    async (later) => {
      const at = platformAt()
      const token = mint()
      await expect(at.verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
      at.time.now = now + later
      await useOthers(at)
      await expectRefusal(at.verifier.verify(token), 'token_replayed')
    },
  )

  it('has expired where it may be forgotten', async () => {
    const at = platformAt()
    const token = mint()
    await at.verifier.verify(token)
    for (const later of [10, 69, 71, 1000]) {
      at.time.now = exp + later
      await useOthers(at)
      await expectRefusal(at.verifier.verify(token), 'token_expired')
    }
  })

  it('is refused when the clock steps back after the id was forgotten', async () => {
    const at = platformAt()
    const token = mint()
    await at.verifier.verify(token)
    at.time.now = exp + 1000
    await useOthers(at)
    for (const back of [now, now - 5, exp - 1, exp + 4]) {
      at.time.now = back
      await expectRefusal(at.verifier.verify(token), 'token_replayed')
    }
  })

  it('is refused when the clock is a minute behind what it said when the token was accepted', async () => {
    const at = platformAt()
    const token = mint({ claims: { iat: now - 60, exp: now + 60 } })
    await at.verifier.verify(token)
    for (const later of [0, 60, 119, 129.9]) {
      at.time.now = now + later
      await useOthers(at)
      at.time.now = now + later - 60
      await expectRefusal(at.verifier.verify(token), 'token_replayed')
    }
    at.time.now = now + 70
    await expectRefusal(at.verifier.verify(token), 'token_expired')
  })

  it('is not pushed out by others, however full the store is', async () => {
    const at = platformAt(100)
    const token = mint()
    await at.verifier.verify(token)
    await useOthers(at, 99)
    const outcome = await at.verifier.verify(mint()).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ code: 'replay_store_full', status: 503 })
    await expectRefusal(at.verifier.verify(token), 'token_replayed')
  })
})
