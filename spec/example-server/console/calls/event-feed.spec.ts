import { beforeEach, expect, it } from '@jest/globals'
import { EventFeed } from '../../../../example-server/console/calls/event-feed.js'
import type { ObservedEvent } from '../../../../example-server/console/calls/observed-events.js'
import { recentCalls } from '../../../../example-server/console/calls/recent-calls.js'
import { acceptedEvent, refusedEvent } from '../../../helpers/events.js'

let time: number
let feed: EventFeed

beforeEach(() => {
  time = 1_790_000_000
  feed = new EventFeed(() => time)
})

const add = (...events: ObservedEvent[]) => {
  feed.add({ events, counts: [], unlisted: 0 })
}
const one = (id: string, projectId = 'shop') => refusedEvent({ id, signature: 'good', projectId })
const idsOf = (from = feed, since?: string) => from.all(since).entries.map(({ event }) => event.id)

it('tells a reader what has come since, and everything to who has seen nothing or another start', () => {
  add(one('a'), one('b'))
  const { position } = feed
  add(one('c'))
  expect(idsOf(feed, position)).toEqual(['c'])
  for (const seen of [
    undefined,
    '',
    'x',
    position.replace(/^./, '-'),
    position.split(' ')[0],
    `${position}x`,
  ])
    expect(idsOf(feed, seen)).toEqual(['a', 'b', 'c'])
})

it('has in another process the same events with the same numbers, also in one that began later', () => {
  const early = new EventFeed()
  feed.listen((message) => {
    early.take(message)
  })
  add(one('a'))
  const late = new EventFeed()
  late.take(feed.all())
  feed.listen((message) => {
    late.take(message)
  })
  add(one('b'))
  expect([early.all().entries, late.all().entries]).toEqual([feed.all().entries, feed.all().entries])
  expect([early.position, late.position]).toEqual([feed.position, feed.position])
})

it('keeps the latest of each group, so that accepted calls push out no refusal', () => {
  add(one('kept'))
  for (let count = 0; count < 500; count++) add(acceptedEvent({ projectId: `p${count % 100}` }))
  expect(idsOf()).toHaveLength(61)
  expect(idsOf()[0]).toBe('kept')
})

it('lets a project that floods it push out only its own', () => {
  add(one('kept', 'small'))
  for (let count = 0; count < 500; count++) add(one(`flood-${count}`))
  expect(idsOf()).toHaveLength(100)
  expect([idsOf()[0], idsOf()[1], idsOf().at(-1)]).toEqual(['kept', 'flood-401', 'flood-499'])
})

it('keeps an alert that is true beside alerts that strangers can raise', () => {
  const alert = { type: 'alert.raised', time, rule: 'store_unavailable' }
  add({ ...alert, id: 'true' })
  for (let count = 0; count < 500; count++)
    add({
      ...alert,
      id: `${count}`,
      rule: 'times_refused',
      unverifiedProjectId: `p${count}`,
    } as ObservedEvent)
  expect(idsOf()).toContain('true')
  expect(idsOf().at(-1)).toBe('499')
})

it('counts what happened in five minutes, the greatest number first', () => {
  const count = (code: string, calls: number) => {
    feed.add({ events: [], counts: [{ outcome: 'refused', code, calls }], unlisted: 1 })
  }
  count('token_expired', 1)
  time += 240
  count('token_replayed', 2)
  expect(feed.all()).toMatchObject({
    counts: [
      { code: 'token_replayed', calls: 2 },
      { code: 'token_expired', calls: 1 },
    ],
    unlisted: 2,
  })
  time += 60
  expect(feed.all()).toMatchObject({ counts: [{ code: 'token_replayed' }], unlisted: 1 })
  time += 300
  expect(feed.all()).toMatchObject({ counts: [], unlisted: 0 })
  // A clock that was set back.
  count('token_replayed', 2)
  time -= 3600
  expect(feed.all().counts).toEqual([])
})

it('shows the public ten calls with what each caller was told, and nothing else of them', () => {
  add({ type: 'session.issued', id: 's', time: 1, projectId: 'shop' })
  for (let second = 0; second < 20; second++) {
    add(
      refusedEvent({
        time: second + 0.75,
        cause: 'unknown project or key',
        origin: 'https://secret.example',
        unverifiedProjectId: 'secret',
      }),
    )
  }
  add(acceptedEvent({ time: 30, projectId: 'secret' }))
  const calls = recentCalls(feed)
  expect(calls).toHaveLength(10)
  expect(calls.slice(0, 2)).toEqual([
    { time: 30, outcome: 'accepted' },
    { time: 19, outcome: 'refused', code: 'token_not_verified' },
  ])
  expect(JSON.stringify(calls)).not.toMatch(/secret|key_unknown|shop|0b9c/)
})
