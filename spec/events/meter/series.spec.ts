import { expect, it } from '@jest/globals'
import { allEvents } from './all-events.js'
import { metered, type Metric } from './metered.js'

const store = { expiringKeys: () => Promise.resolve([]) }
const sinks = { record: { dropped: 0 } }
const seriesIn = (metrics: ReadonlyMap<string, Metric>) =>
  Array.from(metrics.values()).reduce((sum, { points }) => sum + points.length, 0)

it('are 60, whatever happens', async () => {
  const { listener, read } = metered({ store, sinks })
  for (const event of allEvents()) listener(event)
  const metrics = await read()
  expect(Array.from(metrics, ([name, { unit, points }]) => [name, unit, points.length])).toEqual([
    ['reverse_jwt.verifications', '{token}', 23],
    ['reverse_jwt.session.exchanges', '{exchange}', 3],
    ['reverse_jwt.session.verifications', '{session}', 6],
    ['reverse_jwt.key_set.reads', '{read}', 2],
    ['reverse_jwt.alerts', '{alert}', 13],
    ['reverse_jwt.verification.duration', 's', 3],
    ['reverse_jwt.token.age', 's', 1],
    ['reverse_jwt.token.ahead', 's', 1],
    ['reverse_jwt.store.duration', 's', 4],
    ['reverse_jwt.revocations.age', 's', 1],
    ['reverse_jwt.key_set.failing', '{project}', 1],
    ['reverse_jwt.keys.expiring', '{key}', 1],
    ['reverse_jwt.events.dropped', '{event}', 1],
  ])
  expect(seriesIn(metrics)).toBe(60)
  for (const event of allEvents()) listener(event)
  expect(seriesIn(await read())).toBe(60)
})

it('of counters are there from the beginning on, at 0: the first increase shows', async () => {
  const { read } = metered({ store, sinks })
  const metrics = await read()
  const counters = ['verifications', 'session.exchanges', 'session.verifications', 'key_set.reads', 'alerts']
  const values = counters.flatMap((name) => metrics.get(`reverse_jwt.${name}`)?.points ?? [])
  expect(values).toHaveLength(47)
  expect(values.every(({ value }) => value === 0)).toBe(true)
})
