import { expect, it } from '@jest/globals'
import { MemoryReplayStore } from '../../lib/index.js'
import { thrownBy } from '../helpers/admission.js'
import { mint, now } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'

const quota = 50

/** A store in which the shop has used up its quota, and others have left so many ids that expire before those of the shop. */
function afterAPeak(othersIds: number) {
  const clock = { now }
  const replayStore = new MemoryReplayStore({
    capacity: othersIds + 2 * quota,
    projectQuota: quota,
  })
  const verifier = verifierOf({ replayStore, clock: () => clock.now })
  const use = (projectId: string, jti: string, lives: number) =>
    replayStore.consume({
      projectId,
      jti,
      expiresAt: clock.now + lives,
      acceptableFrom: clock.now,
      now: clock.now,
    })
  for (let at = 0; at < othersIds; at++) use(`other-${at % Math.ceil(othersIds / quota)}`, `${at}`, 180)
  for (let at = 0; at < quota; at++) use('shop', `${at}`, 182)
  const fresh = () => mint({ claims: { iat: clock.now, exp: clock.now + 120 } })
  return { clock, fresh, replayStore, use, verifier }
}

it('gives the shop its whole quota back at once, however many expired ids of others leave before its own', async () => {
  const { clock, fresh, replayStore, verifier } = afterAPeak(5000)
  clock.now += 181
  // As long as the ids of the shop live, they count.
  await expectRefusal(verifier.verify(fresh()), 'replay_store_full')
  clock.now += 1
  for (let at = 0; at < quota; at++) {
    await expect(verifier.verify(fresh())).resolves.toMatchObject({ project: { id: 'shop' } })
  }
  await expectRefusal(verifier.verify(fresh()), 'replay_store_full')
  // Otherwise the old ids had left all the same.
  expect(replayStore.size).toBeGreaterThan(3 * quota)
})

it('counts the ids of the shop second by second', async () => {
  const { clock, use, verifier, fresh } = afterAPeak(5000)
  clock.now += 182
  for (let at = 0; at < quota; at++) expect(use('shop', `again-${at}`, 1 + (at % 10))).toBe(true)
  for (let second = 1; second <= 10; second++) {
    await expectRefusal(verifier.verify(fresh()), 'replay_store_full')
    clock.now += 1
    for (let at = 0; at < quota / 10; at++) await verifier.verify(fresh())
  }
  await expectRefusal(verifier.verify(fresh()), 'replay_store_full')
})

it('lets no used token pass for it, not when the clock steps back either', async () => {
  const { clock, use, verifier, fresh } = afterAPeak(5000)
  const before = Array.from({ length: quota }, (_, at) => `${at}`)
  clock.now += 182
  const used = fresh()
  await verifier.verify(used)
  for (let at = 1; at < quota; at++) await verifier.verify(fresh())
  clock.now -= 100
  for (const jti of before) expect(use('shop', jti, 100)).toBe(false)
  await expectRefusal(verifier.verify(used), 'token_not_active')
  clock.now += 100
  await expectRefusal(verifier.verify(used), 'token_replayed')
})

it('does not take the place of the live ids of others', () => {
  const { clock, use } = afterAPeak(5000)
  clock.now += 182
  const fill = (projectId: string, count: number) => {
    for (let at = 0; at < count; at++) expect(use(projectId, `later-${at}`, 180)).toBe(true)
  }
  for (let other = 0; other < 101; other++) fill(`other-${other}`, quota)
  fill('shop', quota)
  for (const projectId of ['shop', 'rival']) {
    expect(thrownBy(() => use(projectId, 'one more', 180))).toMatchObject({ code: 'replay_store_full' })
  }
})
