import { beforeEach, expect, it } from '@jest/globals'
import { MemoryReplayStore } from '../../lib/index.js'
import { clocked } from '../helpers/clocked-store.js'
import { mint, now } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { describeReplayStore } from './replay-store-contract.js'

describeReplayStore(
  'A MemoryReplayStore that refuses after a restart, and was bound before that,',
  (ceilings) => new MemoryReplayStore({ afterDataLoss: 'refuse', ...ceilings }),
)

const clock = { now }
const start = (afterDataLoss: 'accept' | 'refuse') => {
  const replayStore = new MemoryReplayStore({ afterDataLoss })
  return verifierOf({ replayStore, clock: () => clock.now })
}
const tokenOf = (iat: number) => mint({ claims: { iat, exp: iat + 120 } })

beforeEach(() => {
  clock.now = now
})

it('refuses a token that was used before a restart; by default it passes once more', async () => {
  for (const [afterDataLoss, second] of [
    ['refuse', 'refused'],
    ['accept', 'accepted'],
  ] as const) {
    clock.now = now
    const before = start(afterDataLoss)
    clock.now = now + 60
    const token = tokenOf(clock.now)
    await before.verify(token)

    clock.now = now + 70
    const after = start(afterDataLoss)
    if (second === 'refused') await expectRefusal(after.verify(token), 'token_replayed')
    else await expect(after.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
  }
})

it('refuses every token that could have been used before the start, and accepts those that could not', async () => {
  const verifier = start('refuse')
  const clockTolerance = 10
  for (const iat of [now - 100, now, now + clockTolerance]) {
    await expectRefusal(verifier.verify(tokenOf(iat)), 'token_replayed')
  }
  clock.now = now + clockTolerance + 1
  await expect(verifier.verify(tokenOf(clock.now))).resolves.toMatchObject({ project: { id: 'shop' } })
})

it('takes a token without iat for one that lived as long as any may', async () => {
  const verifier = start('refuse')
  clock.now = now + 290
  const token = (exp: number) => mint({ claims: { iat: undefined, exp } })
  await expectRefusal(verifier.verify(token(now + 310)), 'token_replayed')
  await expect(verifier.verify(token(now + 311))).resolves.toMatchObject({ project: { id: 'shop' } })
})

it('keeps no id of a token that it refuses for this', () => {
  const store = clocked(() => now, new MemoryReplayStore({ afterDataLoss: 'refuse' }))
  expect(store.consume({ projectId: 'shop', jti: 'a', expiresAt: now + 60, acceptableFrom: now })).toBe(false)
  expect(store.size).toBe(0)
})

it.each(['Strict', 'on', true, null])('does not know afterDataLoss: %j', (afterDataLoss) => {
  expect(() => new MemoryReplayStore({ afterDataLoss: afterDataLoss as 'refuse' })).toThrow(
    new TypeError("MemoryReplayStore: afterDataLoss must be 'accept' or 'refuse'"),
  )
})
