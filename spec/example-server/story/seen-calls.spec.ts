import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { EventFeed } from '../../../example-server/console/calls/event-feed.js'
import type { ObservedEvent } from '../../../example-server/console/calls/observed-events.js'
import { SeenCalls } from '../../../example-server/story/seen-calls.js'

let feed: EventFeed
let seen: SeenCalls

beforeEach(() => {
  jest.useFakeTimers()
  feed = new EventFeed()
  seen = new SeenCalls(feed, 'demo-shop')
})

afterEach(() => {
  jest.useRealTimers()
})

function happened(event: Record<string, unknown>): ObservedEvent {
  const observed = { type: 'refused', id: 'id-1', time: 1, ...event } as ObservedEvent
  feed.add({ events: [observed], counts: [], unlisted: 0 })
  return observed
}

/** What is answered at the latest when the time to wait is over. */
async function found(name: Parameters<SeenCalls['find']>[0]) {
  const finding = seen.find(name)
  jest.advanceTimersByTime(3_000)
  return finding
}

it('finds a refusal by its id, and a token that was accepted by its own', async () => {
  const refused = happened({ id: 'id-1', projectId: 'demo-shop' })
  const accepted = happened({ type: 'accepted', id: 'id-2', projectId: 'demo-shop', jti: 'jti-2' })
  expect(await found({ id: 'id-1' })).toBe(refused)
  expect(await found({ jti: 'jti-2' })).toBe(accepted)
})

it('finds what a token says of itself where its signature is bad', async () => {
  const event = happened({ unverifiedProjectId: 'demo-shop', reason: 'signature_bad' })
  expect(await found({ id: 'id-1' })).toBe(event)
})

it('waits for what comes soon, and listens no more then', async () => {
  const finding = seen.find({ id: 'id-1' })
  happened({ id: 'id-0', projectId: 'demo-shop' })
  const event = happened({ projectId: 'demo-shop' })
  expect(await finding).toBe(event)
  expect(jest.getTimerCount()).toBe(0)
})

it.each([
  ['of another project', { projectId: 'other' }],
  ['in which a token of nobody names another project', { unverifiedProjectId: 'other' }],
  ['of another project that names this one', { projectId: 'other', unverifiedProjectId: 'demo-shop' }],
  ['that is no call', { type: 'session.issued', projectId: 'demo-shop' }],
])('finds none %s', async (_what, event) => {
  happened(event)
  expect(await found({ id: 'id-1' })).toBeUndefined()
})

it('finds none for no name', async () => {
  happened({ projectId: 'demo-shop' })
  expect(await found({})).toBeUndefined()
})

it('lets fifty wait, and tells whoever comes then at once', async () => {
  const waiting = Array.from({ length: 50 }, () => seen.find({ id: 'never' }))
  expect(await seen.find({ id: 'never' })).toBeUndefined()
  jest.advanceTimersByTime(3_000)
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([undefined]))
  const finding = seen.find({ id: 'id-1' })
  const event = happened({ projectId: 'demo-shop' })
  expect(await finding).toBe(event)
})
