import { beforeAll, describe, expect, it } from '@jest/globals'
import { codesOf, read, sectionOf, tablesOf } from './markdown.js'
import { allEvents } from '../events/meter/all-events.js'
import { metered } from '../events/meter/metered.js'
import { acceptedEvent, refusedEvent } from '../helpers/events.js'
import { scraped, scraping } from './scraped.js'
import { logEvents, type EventLogEntry } from '../../lib/events/index.js'
import { eventLine } from '../../lib/index.js'

const page = read('docs/metrics.md')
const [instruments = [], attributes = []] = tablesOf(sectionOf(page, '## Metrics'))
const names = tablesOf(sectionOf(page, '### Names in Prometheus'))[0] ?? []

interface Exported {
  readonly name: string
  readonly unit: string
  readonly kind: string
  readonly attributes: readonly string[]
  readonly values: ReadonlyMap<string, ReadonlySet<string>>
}

/** What the real SDK exports after all that can happen has. */
let exported: readonly Exported[]
beforeAll(async () => {
  const store = { expiringKeys: () => Promise.resolve([]) }
  const { listener, read } = metered({ projects: 1, store, sinks: { record: { dropped: 1 } } })
  for (const event of allEvents()) listener(event)
  exported = Array.from(await read(), ([name, { unit, kind, points }]) => {
    const values = new Map<string, Set<string>>()
    for (const { attributes } of points) {
      for (const [label, value] of Object.entries(attributes))
        values.set(label, (values.get(label) ?? new Set()).add(String(value)))
    }
    return { name, unit, kind, attributes: [...values.keys()], values }
  })
})

describe('docs/metrics.md', () => {
  it('names each instrument with its kind, unit and attributes, and no other', () => {
    const shown = instruments.map(([name = '', kindAndUnit = '', attributesOf = '']) => [
      codesOf(name)[0],
      `${kindAndUnit.split(',')[0] ?? ''} ${codesOf(kindAndUnit)[0] ?? ''}`,
      codesOf(attributesOf).toSorted(),
    ])
    const real = exported.map(({ name, kind, unit, attributes }) => [
      name,
      `${kind} ${unit}`,
      attributes.filter((label) => label !== 'reverse_jwt.project.id').toSorted(),
    ])
    expect(shown.toSorted()).toEqual(real.toSorted())
  })

  it('names each attribute', () => {
    const real = new Set(exported.flatMap(({ attributes }) => attributes))
    expect(attributes.map(([name = '']) => codesOf(name)[0]).toSorted()).toEqual([...real].toSorted())
  })

  it.each(['reverse_jwt.outcome', 'reverse_jwt.face', 'reverse_jwt.store'])(
    'names the values of %s',
    (name) => {
      const [, values = ''] = attributes.find(([cell]) => cell === `\`${name}\``) ?? []
      const real = new Set(exported.flatMap(({ values }) => [...(values.get(name) ?? [])]))
      expect(codesOf(values).toSorted()).toEqual([...real].toSorted())
    },
  )

  it('names the codes of sessions that are told apart', () => {
    const [, values = ''] = attributes.find(([cell]) => cell === '`error.type`') ?? []
    const { values: ofSessions } = exported.find(({ name }) => name.endsWith('session.verifications')) ?? {}
    expect(codesOf(values).toSorted()).toEqual([...(ofSessions?.get('error.type') ?? [])].toSorted())
  })

  it('names metrics as OpenTelemetry names them for Prometheus', () => {
    const shown = names.map((row) => row.map((cell) => codesOf(cell)[0]))
    const real = exported.map(({ name, unit, kind }) => [
      name,
      name.replaceAll('.', '_') + (unit === 's' ? '_seconds' : '') + (kind === 'counter' ? '_total' : ''),
    ])
    expect(shown.toSorted()).toEqual(real.toSorted())
  })
})

describe('the recipe for prom-client', () => {
  it('gives the names and the labels of the page', async () => {
    const metrics = await scraped()
    const ofHistograms = /_(bucket|sum|count)$/
    expect(new Set([...metrics.keys()].map((name) => name.replace(ofHistograms, '')))).toEqual(
      new Set(names.map(([, metric = '']) => codesOf(metric)[0])),
    )
    const labels = new Set(Array.from(metrics.values()).flatMap((of) => [...of.keys()]))
    labels.delete('le')
    expect([...labels].toSorted()).toEqual(
      attributes.map(([name = '']) => codesOf(name)[0]?.replaceAll('.', '_')).toSorted(),
    )
  })

  it('counts and times as OpenTelemetry does', async () => {
    const { listener, registry } = await scraping({ sinks: { record: { dropped: 3 } } })
    listener(acceptedEvent({ duration: 0.002 }))
    listener(refusedEvent({ duration: 0.002 }))
    listener(refusedEvent({ duration: 0.7 }))
    for (let scrape = 0; scrape < 2; scrape++) {
      const lines = (await registry.metrics()).split('\n')
      expect(lines).toEqual(
        expect.arrayContaining([
          'reverse_jwt_verifications_total{reverse_jwt_outcome="accepted",reverse_jwt_face="verify"} 1',
          'reverse_jwt_verifications_total{reverse_jwt_outcome="refused",error_type="token_not_verified"} 2',
          'reverse_jwt_verification_duration_seconds_bucket{le="0.0025",reverse_jwt_outcome="refused"} 1',
          'reverse_jwt_verification_duration_seconds_count{reverse_jwt_outcome="refused"} 2',
          'reverse_jwt_alerts_total{reverse_jwt_rule="revoked_key_used"} 0',
          'reverse_jwt_events_dropped_total{reverse_jwt_sink="record"} 3',
        ]),
      )
    }
  })
})

describe('the recipes for loggers', () => {
  const levels = ['info', 'warn', 'error'] as const
  type Write = (level: (typeof levels)[number]) => (entry: EventLogEntry, text: string) => void
  const loggerOf = (write: Write) => ({ info: write('info'), warn: write('warn'), error: write('error') })

  it('of winston gives one object, as its `log` takes it', () => {
    const logged: object[] = []
    const winston = { log: (entry: object) => logged.push(entry) }
    const level: Write = (level) => (entry, message) => winston.log({ level, message, ...entry })
    logEvents(loggerOf(level))(refusedEvent({ signature: 'good' }))
    const message = 'A token was refused: token_not_verified'
    expect(logged).toEqual([{ level: 'warn', message, event: refusedEvent({ signature: 'good' }) }])
    expect(page).toContain('winston.log({ level, message, ...entry })')
  })

  it('of the console gives one line', () => {
    const lines: string[] = []
    const level: Write = (level) => (entry, text) => lines.push(`${level} ${text} ${eventLine(entry.event)}`)
    logEvents(loggerOf(level))(refusedEvent())
    expect(lines).toEqual([`info A token was refused: token_not_verified ${eventLine(refusedEvent())}`])
    expect(page).toContain('console[level](`${text} ${eventLine(entry.event)}`)')
  })
})
