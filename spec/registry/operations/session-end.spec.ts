import { expect, it } from '@jest/globals'
import { now } from '../../helpers/mint.js'
import { by, managedShop } from '../../helpers/registry.js'

const sessionsBefore = async ({ store }: Awaited<ReturnType<typeof managedShop>>) =>
  (await store.load('shop', { now, madeAfter: now }))?.sessionsBefore

it('ends the sessions up to now and ten seconds on, and changes no setting', async () => {
  const platform = await managedShop()
  const { registry, clock } = platform
  const before = await registry.getProject('shop')
  expect(await sessionsBefore(platform)).toBeUndefined()
  clock.now += 5
  expect(await registry.endSessions('shop', { by, reason: 'A page leaked them.' })).toEqual(before)
  expect(await sessionsBefore(platform)).toBe(now + 15)
  expect((await registry.listAudit({ limit: 1 })).records).toMatchObject([
    { at: now + 5, by, action: 'sessions.ended', projectId: 'shop', reason: 'A page leaked them.' },
  ])
})

it('holds through later changes, and is no part of what is shown of a project', async () => {
  const platform = await managedShop()
  const { registry, clock } = platform
  await registry.endSessions('shop', { by })
  clock.now += 100
  await registry.updateProject('shop', { name: 'Shop' }, { by })
  await registry.generateKey('shop', { by })
  await registry.suspendProject('shop', { by })
  expect(await sessionsBefore(platform)).toBe(now + 10)
  expect(await registry.getProject('shop')).not.toHaveProperty('sessionsBefore')
})

it('is what resuming a project does, too, and only where it was suspended', async () => {
  const platform = await managedShop()
  const { registry, clock } = platform
  await registry.resumeProject('shop', { by })
  expect(await sessionsBefore(platform)).toBeUndefined()
  await registry.suspendProject('shop', { by })
  clock.now += 100
  await registry.resumeProject('shop', { by })
  expect(await sessionsBefore(platform)).toBe(now + 110)
})

it('never brings back what has ended, by a clock that was set back', async () => {
  const platform = await managedShop()
  const { registry, clock } = platform
  await registry.endSessions('shop', { by })
  clock.now -= 50
  await registry.endSessions('shop', { by })
  await registry.suspendProject('shop', { by })
  await registry.resumeProject('shop', { by })
  expect(await sessionsBefore(platform)).toBe(now + 10)
})
