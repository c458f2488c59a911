import { flag, objectWith } from '../options/kinds.js'
import { argumentReader, optionsReader, type OptionsOf } from '../options/options.js'
import type { AlertSeverity } from './alert-event.js'
import type { AnyEvent, ObservedEvent } from './observed-event.js'
import type { KeySetReadEvent } from './read-event.js'

/** What a log line holds beside its text. Below a name of its own, because loggers have a `time` and a `type` themselves. */
export interface EventLogEntry {
  readonly event: AnyEvent
}

/** A logger that takes an object and a text: pino, bunyan. */
export interface EventLogger {
  info(entry: EventLogEntry, text: string): unknown
  warn(entry: EventLogEntry, text: string): unknown
  error(entry: EventLogEntry, text: string): unknown
}

export interface LogEventsOptions {
  /** Whether to log what is as it should be, too: each accepted token and session, each read of what has ended or of a project's keys. Default: false. */
  readonly accepted?: boolean
}

type Level = keyof EventLogger

const readLogger = argumentReader(
  'logEvents',
  'logger',
  objectWith<EventLogger>(
    ['info', 'warn', 'error'],
    'a logger with info, warn and error, which take an object and a text: pino() is one',
  ),
)

const readOptions = optionsReader('logEvents', { accepted: flag } satisfies OptionsOf<LogEventsOptions>)

/**
 * Makes a listener that writes a log line for each event, with the event as it is:
 *
 *     { "level": 30, "time": 1790000000123, "event": { "type": "refused", "id": "0b9c...", "code": "token_expired", ... },
 *       "msg": "A token was refused: token_expired" }
 *
 * | level | events |
 * | --- | --- |
 * | `info` | refusals that anyone can cause, sessions issued and ended, changes of projects and keys, alerts that are for information or have ended |
 * | `warn` | refusals with `signature: 'good'`, reads that failed, key sets of projects with keys that cannot be used, alerts with the severity `warning` |
 * | `error` | what could not be checked or signed, alerts with the severity `critical` |
 *
 * The text is made of fixed words. The event holds what callers wrote, raw: the logger must write it as JSON, as pino and bunyan do;
 * for `console` use `eventLine`. Of a change of a project the line has neither the state before nor that after: the audit has them.
 * A logger that throws refuses no request. Throws a `TypeError` for a wrong logger or option.
 *
 * @example
 * const verifier = createVerifier({ audience, keyStore, replayStore, onEvent: [logEvents(pino())] })
 */
export function logEvents(logger: EventLogger, options: LogEventsOptions = {}): (event: AnyEvent) => unknown {
  const target = readLogger(logger)
  const { accepted } = readOptions(options)
  return (event) => {
    const observed = event as ObservedEvent
    if (!accepted && isAsItShouldBe(observed)) return undefined
    // What it returns is looked at by whoever tells of the event: it may be a promise that fails.
    return target[levelOf(observed)]({ event: withoutStates(event) }, textOf(observed))
  }
}

/** What happens all day where nothing is wrong. */
function isAsItShouldBe(event: ObservedEvent): boolean {
  if (event.type === 'accepted' || event.type === 'revocations.read') return true
  // Of a project's set, of which there may be thousands.
  return event.type === 'key_set.read' && event.projectId !== undefined && !hasNews(event)
}

function hasNews({ droppedKeys = [], newKids = [] }: KeySetReadEvent): boolean {
  return droppedKeys.length > 0 || newKids.length > 0
}

const levelsOfAlerts: Readonly<Record<AlertSeverity, Level>> = {
  critical: 'error',
  warning: 'warn',
  info: 'info',
}

function levelOf(event: ObservedEvent): Level {
  switch (event.type) {
    case 'refused':
      return event.signature === 'good' ? 'warn' : 'info'
    case 'unavailable':
    case 'session.failed':
    case 'signing_keys.failed':
      return 'error'
    case 'key_set.failed':
    case 'revocations.failed':
      return 'warn'
    case 'key_set.read':
      return (event.droppedKeys ?? []).length > 0 ? 'warn' : 'info'
    case 'alert.raised':
      return levelsOfAlerts[event.severity]
    default:
      return 'info'
  }
}

const texts: Readonly<Record<string, string>> = {
  'session.issued': 'A session was issued',
  'session.revoked': 'Sessions were ended',
  'session.failed': 'A session could not be signed',
  'signing_keys.failed': 'The keys that sign sessions could not be read',
  'key_set.read': 'A key set was read',
  'key_set.failed': 'A key set could not be read',
  'revocations.read': 'The list of ended sessions was read',
  'revocations.failed': 'The list of ended sessions could not be read',
  'registry.changed': 'A project or a key was changed',
}

function textOf(event: ObservedEvent): string {
  switch (event.type) {
    case 'accepted':
      return `${subjectOf(event)} was accepted`
    case 'refused':
      return `${subjectOf(event)} was refused: ${event.code}`
    case 'unavailable':
      return `${subjectOf(event)} could not be checked: ${event.code}`
    case 'alert.raised':
      return `An alert was raised: ${event.rule}`
    case 'alert.ended':
      return `An alert has ended: ${event.rule}`
    default:
      return texts[event.type] ?? 'Something else happened'
  }
}

function subjectOf({ face }: { readonly face: string }): string {
  return face === 'session' ? 'A session' : 'A token'
}

/** The record of a change has whole projects, and keys, before and after. */
function withoutStates(event: AnyEvent & { readonly record?: unknown }): AnyEvent {
  if (event.type !== 'registry.changed') return event
  const members = Object.entries(event.record as object)
  const record = Object.fromEntries(members.filter(([name]) => name !== 'before' && name !== 'after'))
  return { ...event, record } as AnyEvent
}
