import { secondsSince } from '../../time/clock.js'
import type { ExpiringKeySource } from '../../types.js'
import { Counts } from './counts.js'
import type { EventMeter, MeterInstrumentOptions } from './event-meter.js'
import { expiringKeys } from './expiring-keys.js'
import { FailingSets } from './failing-sets.js'
import * as series from './series.js'

const durations = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const ages = [0, 1, 2, 5, 10, 30, 60, 120, 300]
/** 6 of the 10 seconds that clocks may differ by are where an alert is raised. */
const leads = [1, 2, 4, 6, 8, 10, 30, 60]

export const projectLabel = 'reverse_jwt.project.id'

/** Something that drops events when it cannot keep up, and says how many. */
export interface EventSink {
  readonly dropped: number
}

/** All instruments, by what they measure. */
export class Instruments {
  readonly verifications
  readonly sessionExchanges
  readonly sessionVerifications
  readonly keySetReads
  readonly alerts
  readonly duration
  readonly tokenAge
  readonly tokenAhead
  readonly storeDuration
  readonly failingSets = new FailingSets()
  /** When the list of ended sessions was new, in milliseconds by the monotonic clock. */
  revocationsSince: number | undefined

  constructor(meter: EventMeter) {
    const counter = (name: string, options: MeterInstrumentOptions) =>
      meter.createObservableCounter(`reverse_jwt.${name}`, options)
    const histogram = (name: string, description: string, explicitBucketBoundaries: number[]) =>
      meter.createHistogram(`reverse_jwt.${name}`, {
        description,
        unit: 's',
        advice: { explicitBucketBoundaries },
      })
    const counts = <Key extends string>(
      name: string,
      description: string,
      unit: string,
      of: Readonly<Record<Key, Readonly<Record<string, string>>>>,
    ) => new Counts(counter(name, { description, unit }), of, projectLabel)

    this.verifications = counts(
      'verifications',
      'Project tokens that were looked at',
      '{token}',
      series.verifications,
    )
    this.sessionExchanges = counts(
      'session.exchanges',
      'Exchanges of a project token for a session',
      '{exchange}',
      series.outcomes,
    )
    this.sessionVerifications = counts(
      'session.verifications',
      'Sessions that were looked at',
      '{session}',
      series.sessionVerifications,
    )
    this.keySetReads = counts('key_set.reads', 'Reads of key sets', '{read}', series.answers)
    this.alerts = counts('alerts', 'Alerts that were raised', '{alert}', series.alerts)
    this.duration = histogram(
      'verification.duration',
      'How long a token or a session was looked at',
      durations,
    )
    this.tokenAge = histogram('token.age', 'How old accepted tokens were', ages)
    this.tokenAhead = histogram(
      'token.ahead',
      'How far in the future accepted tokens were issued, where they were',
      leads,
    )
    this.storeDuration = histogram('store.duration', 'How long a store was waited for', durations)
    meter
      .createObservableGauge('reverse_jwt.revocations.age', {
        description: 'How old the list of ended sessions is',
        unit: 's',
      })
      .addCallback((result) => {
        if (this.revocationsSince !== undefined) result.observe(secondsSince(this.revocationsSince))
      })
    meter
      .createObservableGauge('reverse_jwt.key_set.failing', {
        description: 'Projects whose key set cannot be read',
        unit: '{project}',
      })
      .addCallback((result) => {
        result.observe(this.failingSets.count)
      })
  }
}

export function observeExpiringKeys(meter: EventMeter, store: ExpiringKeySource): void {
  const count = expiringKeys(store)
  meter
    .createObservableGauge('reverse_jwt.keys.expiring', {
      description: 'Keys that end within 7 days and have no successor',
      unit: '{key}',
    })
    .addCallback(async (result) => {
      const known = await count()
      if (known !== undefined) result.observe(known)
    })
}

export function observeSinks(meter: EventMeter, sinks: Readonly<Record<string, EventSink>>): void {
  meter
    .createObservableCounter('reverse_jwt.events.dropped', {
      description: 'Events that could not be kept',
      unit: '{event}',
    })
    .addCallback((result) => {
      for (const [name, sink] of Object.entries(sinks))
        result.observe(sink.dropped, { 'reverse_jwt.sink': name })
    })
}
