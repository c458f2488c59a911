import { beforeEach, expect, it } from '@jest/globals'
import { EventCollector, type EventBatch } from '../../../../example-server/console/calls/event-collector.js'
import { acceptedEvent, refusedEvent } from '../../../helpers/events.js'

let batches: EventBatch[]
let collector: EventCollector

beforeEach(() => {
  batches = []
  collector = new EventCollector((batch) => batches.push(batch))
})

const flushed = (): EventBatch => {
  collector.flush()
  return batches.at(-1) ?? { events: [], counts: [], unlisted: NaN }
}

it('passes on what a console shows, as it is, and nothing of reads that went well', () => {
  const accepted = acceptedEvent()
  const alert = { type: 'alert.ended', id: 'a', time: 1, rule: 'probing' }
  const issued = { type: 'session.issued', id: 's', time: 1, projectId: 'shop' }
  for (const event of [accepted, alert, issued, { type: 'revocations.read' }, { type: 'registry.changed' }])
    collector.onEvent(event)
  expect(flushed().events).toEqual([accepted, alert, issued])
  expect(flushed()).toEqual({ events: [], counts: [], unlisted: 0 })
})

it('counts calls by verified project, code and true reason, and none by a name that is not verified', () => {
  collector.onEvent(acceptedEvent())
  collector.onEvent(acceptedEvent())
  collector.onEvent(refusedEvent({ unverifiedProjectId: 'shop' }))
  collector.onEvent(refusedEvent({ unverifiedProjectId: 'other' }))
  collector.onEvent(refusedEvent({ reason: 'key_revoked', signature: 'good', projectId: 'shop' }))
  expect(flushed().counts).toEqual([
    { outcome: 'accepted', projectId: 'shop', calls: 2 },
    { outcome: 'refused', code: 'token_not_verified', reason: 'key_unknown', calls: 2 },
    { outcome: 'refused', code: 'token_not_verified', reason: 'key_revoked', projectId: 'shop', calls: 1 },
  ])
})

it('lists five of a project at a time, counts the others, and goes on listing other projects', () => {
  for (let count = 0; count < 1000; count++) collector.onEvent(acceptedEvent())
  for (let count = 0; count < 3; count++) collector.onEvent(acceptedEvent({ projectId: 'small' }))
  const { events, counts, unlisted } = flushed()
  const listed = (name: string) => events.filter(({ projectId }) => projectId === name).length
  expect([listed('shop'), listed('small')]).toEqual([5, 3])
  expect(unlisted).toBe(995)
  expect(counts.map(({ calls }) => calls)).toEqual([1000, 3])
})

it('keeps no more counts than it has room for, however many projects there are, and loses no call', () => {
  for (let count = 0; count < 10_000; count++) collector.onEvent(acceptedEvent({ projectId: `p${count}` }))
  const { counts } = flushed()
  expect(counts.length).toBeLessThanOrEqual(201)
  expect(counts.reduce((sum, { calls }) => sum + calls, 0)).toBe(10_000)
  expect(counts.at(-1)).toEqual({ outcome: 'accepted', isOfOthers: true, calls: 9_800 })
})

it('joins what several processes have collected, within the same bounds', () => {
  const events = Array.from({ length: 4 }, () => acceptedEvent())
  const counts = [{ outcome: 'accepted', projectId: 'shop', calls: 7 }]
  for (let process = 0; process < 2; process++) collector.merge({ events, counts, unlisted: 3 })
  expect(flushed()).toEqual({
    events: events.concat(events).slice(0, 5),
    counts: [{ outcome: 'accepted', projectId: 'shop', calls: 14 }],
    unlisted: 9,
  })
})
