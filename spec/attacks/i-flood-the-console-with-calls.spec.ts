import { expect, it } from '@jest/globals'
import { createVerifier } from '../../lib/index.js'
import { EventCollector } from '../../example-server/console/calls/event-collector.js'
import { EventFeed } from '../../example-server/console/calls/event-feed.js'
import { expectRefusal } from '../helpers/refusals.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'

/** The platform of a customer, and how many tokens a stranger makes up for it. */
async function flooded(made: number) {
  const feed = new EventFeed()
  const collector = new EventCollector((batch) => {
    feed.add(batch)
  })
  const verifier = createVerifier({ ...platform().options, onEvent: collector.onEvent })
  const used = mint()
  await verifier.verify(used)
  await expectRefusal(verifier.verify(used), 'token_replayed')
  collector.flush()
  for (let count = 0; count < made; count++) {
    const odd = `<img src=x>\u202e\n${count}${'x'.repeat(400)}`
    await verifier.verify(mint({ header: { kid: odd } })).catch(() => undefined)
    // As when the flood goes on for a day.
    if (count % 20 === 19) collector.flush()
  }
  collector.flush()
  return feed.all()
}

it('pushes out no call of a customer, and is counted to the last', async () => {
  const { entries, counts } = await flooded(400)
  const types = entries.slice(0, 2).map(({ event }) => [event.type, event.projectId])
  expect(types).toEqual([
    ['accepted', 'shop'],
    ['refused', 'shop'],
  ])
  expect(entries).toHaveLength(62)
  expect(counts).toContainEqual({
    outcome: 'refused',
    code: expect.any(String),
    reason: expect.any(String),
    calls: 400,
  })
  expect(JSON.stringify(entries).length).toBeLessThan(100_000)
})

it('costs a console no more than it can show, however many calls there are at once', async () => {
  const feed = new EventFeed()
  const collector = new EventCollector((batch) => {
    feed.add(batch)
  })
  const verifier = createVerifier({ ...platform().options, onEvent: collector.onEvent })
  for (let count = 0; count < 2_000; count++) await verifier.verify('nothing').catch(() => undefined)
  collector.flush()
  const { entries, unlisted } = feed.all()
  expect([entries.length, unlisted]).toEqual([20, 1_980])
})
