import { integer, objectWith } from '../../options/kinds.js'
import { argumentReader, optionsReader, type Option, type OptionsOf } from '../../options/options.js'
import type { ExpiringKeySource } from '../../types.js'
import type { AnyEvent, ObservedEvent } from '../observed-event.js'
import type { VerifierEvent } from '../verifier-event.js'
import type { EventMeter } from './event-meter.js'
import { Instruments, observeExpiringKeys, observeSinks, type EventSink } from './instruments.js'
import { outcomes, sessionKeyOf, stores } from './series.js'

export interface MeterEventsOptions {
  /**
   * For how many projects tokens are counted apart, with the attribute `reverse_jwt.project.id`: the first so many whose tokens are
   * verified; the others are `other`. Each has up to 23 series. Default: 0, at most 1,000.
   */
  readonly projects?: number
  /** The project store, for `reverse_jwt.keys.expiring`. It is asked once a minute at most, while metrics are read. */
  readonly store?: ExpiringKeySource
  /** What drops events when it cannot keep up, by name, for `reverse_jwt.events.dropped`: `{ record: recorder }`. At most 8. */
  readonly sinks?: Readonly<Record<string, EventSink>>
}

const maxProjects = 1_000
const maxSinks = 8

const readMeter = argumentReader(
  'meterEvents',
  'meter',
  objectWith<EventMeter>(
    ['createHistogram', 'createObservableCounter', 'createObservableGauge'],
    "a Meter of OpenTelemetry: metrics.getMeter('reverse-jwt')",
  ),
)

const projectStore = objectWith<ExpiringKeySource>(
  'expiringKeys',
  'a project store, such as new PostgresProjectStore({ db })',
)

const sinks: Option<Readonly<Record<string, EventSink>>> = (given, wrong) => {
  const entries = Object.entries((given ?? {}) as Record<string, EventSink | undefined>)
  const isList = entries.every(([name, sink]) => sinkName.test(name) && typeof sink?.dropped === 'number')
  if (typeof (given ?? {}) === 'object' && isList && entries.length <= maxSinks)
    return Object.fromEntries(entries) as Record<string, EventSink>
  throw wrong(
    `must be an object of at most ${maxSinks} names, each with what says how many events it dropped: { record: recorder }`,
  )
}
const sinkName = /^[a-z]\w{0,39}$/i

const readOptions = optionsReader('meterEvents', {
  projects: integer({ default: 0, min: 0, max: maxProjects, of: 'projects' }),
  store: (given, wrong) => (given === undefined ? undefined : projectStore(given, wrong)),
  sinks,
} satisfies OptionsOf<MeterEventsOptions>)

/**
 * Makes a listener that counts and times events with a `Meter` of OpenTelemetry, or with anything of its shape.
 *
 *     reverse_jwt.verifications { reverse_jwt.outcome: "refused", error.type: "token_expired" } 3
 *
 * The instruments, their units and attributes are in docs/metrics.md. There are at most 60 series, however many projects call, and
 * all that can be counted are there from the beginning on, at 0. An attribute never holds what a caller wrote, and no name of a
 * project that was not verified.
 *
 * Make one for a process, and give it to all that have `onEvent`: verifiers, issuers, verifiers of sessions, `JwksKeyStore`, alerts. Throws a
 * `TypeError` for a wrong meter or option.
 *
 * @example
 * const meter = meterEvents(metrics.getMeter('reverse-jwt'))
 * const verifier = createVerifier({ audience, keyStore, replayStore, onEvent: [meter] })
 */
export function meterEvents(meter: EventMeter, options: MeterEventsOptions = {}): (event: AnyEvent) => void {
  const target = readMeter(meter)
  const { projects, store, sinks } = readOptions(options)
  const instruments = new Instruments(target)
  if (store !== undefined) observeExpiringKeys(target, store)
  observeSinks(target, sinks)
  const labelOf = labels(projects)
  return (event) => {
    note(instruments, event as ObservedEvent, labelOf)
  }
}

type LabelOf = (projectId: string | undefined) => string | undefined

/** The first verified projects have their names, all others one. */
function labels(max: number): LabelOf {
  if (max === 0) return () => undefined
  const named = new Set<string>()
  return (projectId) => {
    if (projectId === undefined) return undefined
    if (named.size < max) named.add(projectId)
    return named.has(projectId) ? projectId : 'other'
  }
}

function note(instruments: Instruments, event: ObservedEvent, labelOf: LabelOf): void {
  switch (event.type) {
    case 'accepted':
    case 'refused':
    case 'unavailable':
      noteDurations(instruments, event)
      if (event.face === 'session') noteSession(instruments, event)
      else noteToken(instruments, event, labelOf)
      return
    case 'session.issued':
      instruments.sessionExchanges.add('accepted')
      return
    case 'session.failed':
      instruments.sessionExchanges.add('unavailable')
      return
    case 'key_set.read':
    case 'key_set.failed':
      instruments.keySetReads.add(event.type === 'key_set.read' ? 'answered' : 'failed')
      if (event.projectId !== undefined)
        instruments.failingSets.note(event.projectId, event.type === 'key_set.failed')
      return
    case 'revocations.read':
      instruments.revocationsSince = performance.now()
      return
    case 'revocations.failed':
      if (event.age !== undefined) instruments.revocationsSince = performance.now() - event.age * 1000
      return
    case 'alert.raised':
      instruments.alerts.add(event.rule)
  }
}

function noteDurations({ duration, storeDuration }: Instruments, event: VerifierEvent): void {
  duration.record(event.duration, outcomes[event.type])
  const { key, replay } = event.storeSeconds ?? {}
  const failed = event.type === 'unavailable' ? event.reason : ''
  if (key !== undefined)
    storeDuration.record(key, stores.key[failed.startsWith('key_store') ? 'failed' : 'answered'])
  if (replay !== undefined)
    storeDuration.record(replay, stores.replay[failed.startsWith('replay_store') ? 'failed' : 'answered'])
}

function noteSession({ sessionVerifications }: Instruments, event: VerifierEvent): void {
  if (event.type === 'accepted') sessionVerifications.add('accepted')
  else if (event.type === 'refused') sessionVerifications.add(sessionKeyOf(event.code))
  else sessionVerifications.add('store_unavailable')
}

function noteToken(instruments: Instruments, event: VerifierEvent, labelOf: LabelOf): void {
  const { verifications, sessionExchanges } = instruments
  verifications.add(event.type === 'accepted' ? event.face : event.code, labelOf(event.projectId))
  if (event.type === 'accepted') noteAge(instruments, event)
  // Of one that was accepted the issuer tells what became of the session.
  else if (event.face === 'exchange') sessionExchanges.add(event.type)
}

/** OpenTelemetry drops what is below 0. */
function noteAge(
  { tokenAge, tokenAhead }: Instruments,
  { time, issuedAt = NaN }: { time: number; issuedAt?: number },
) {
  const age = time - issuedAt
  if (age >= 0) tokenAge.record(age)
  else if (age < 0) tokenAhead.record(-age)
}
