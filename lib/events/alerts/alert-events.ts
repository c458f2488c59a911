import { LRUCache } from 'lru-cache'
import { objectWith, seconds } from '../../options/kinds.js'
import { optionsReader, type Option, type OptionsOf } from '../../options/options.js'
import { limits } from '../../protocol.js'
import type { ExpiringKeySource } from '../../types.js'
import type { AlertEvent, AlertRule } from '../alert-event.js'
import { emit, eventListeners } from '../listeners.js'
import type { AnyEvent, ObservedEvent } from '../observed-event.js'
import type { VerifierAcceptedEvent, VerifierRefusedEvent } from '../verifier-event.js'
import { ActiveAlerts, type Finding } from './active-alerts.js'
import { ExpiringKeys } from './expiring-keys.js'
import { KeySetRules } from './key-set-rules.js'
import { PlatformRules } from './platform-rules.js'
import {
  clockAhead,
  clockBehind,
  originMismatchBurst,
  projectRefused,
  replayBurst,
  revokedKeyUsed,
  timesRefused,
} from './project-rules.js'
import { ProjectTraffic } from './project-traffic.js'
import { ruleNames } from './rules.js'

export interface AlertOptions {
  /** Gets each alert, once it is raised and once it has ended. One listener, or a list of them. */
  readonly onAlert: ((event: AlertEvent) => unknown) | readonly ((event: AlertEvent) => unknown)[]
  /** The rules to keep. Default: all of them. */
  readonly rules?: readonly AlertRule[]
  /** Where keys are kept, such as `new PostgresProjectStore({ db })`. Without it there is no `key_near_expiry`. */
  readonly store?: ExpiringKeySource
  /** Seconds, as the verifiers have it. Default 10. */
  readonly clockTolerance?: number
  /** Seconds, as the verifiers have it. Default 300. */
  readonly maxLifetime?: number
}

const ruleList: Option<ReadonlySet<AlertRule>> = (given, wrong) => {
  if (given === undefined) return new Set(ruleNames)
  const list: unknown[] = Array.isArray(given) ? Array.from(given) : []
  if (list.length > 0 && list.every((name) => ruleNames.includes(name as AlertRule)))
    return new Set(list as AlertRule[])
  throw wrong(`must be a list of rules: ${ruleNames.join(', ')}`)
}

const listeners = eventListeners<AlertEvent>()

const readOptions = optionsReader('alertEvents', {
  onAlert: (given, wrong) => {
    const list = listeners(given, wrong)
    if (list.length > 0) return list
    throw wrong('is missing: a function that tells somebody, or a list of functions')
  },
  rules: ruleList,
  store: (given, wrong) =>
    given === undefined
      ? undefined
      : objectWith<ExpiringKeySource>(
          'expiringKeys',
          'a project store, such as new PostgresProjectStore({ db })',
        )(given, wrong),
  clockTolerance: seconds({
    min: 0,
    max: limits.clockTolerance.max,
    default: limits.clockTolerance.default,
  }),
  maxLifetime: seconds({ max: limits.lifetime.max, default: limits.lifetime.default }),
} satisfies OptionsOf<AlertOptions>)

const maxProjects = 10_000

/** Others may have the time of another clock. */
const seenTypes = new Set([
  'accepted',
  'refused',
  'unavailable',
  'session.failed',
  'revocations.read',
  'revocations.failed',
  'key_set.read',
  'key_set.failed',
])

function isSeen(event: AnyEvent): event is ObservedEvent {
  return seenTypes.has(event.type) && Number.isFinite((event as ObservedEvent).time)
}

/**
 * Tells when something happens that somebody should look at: a listener for `onEvent` of a verifier, of a session issuer, of who
 * verifies sessions and of a `JwksKeyStore`. Without a database and without a metrics server; each process counts by itself. docs/operations.md says what
 * each rule fires at, and what to do.
 *
 * Alerts go to `onAlert`. Each comes once for a rule and a project, again after 15 minutes while it is still going on, and as `alert.ended` when
 * it has not happened for two of the rule's windows.
 *
 *     { "type": "alert.raised", "id": "0b9c...", "time": 1790000000, "rule": "revoked_key_used", "severity": "critical",
 *       "projectId": "shop", "kid": "key-1", "count": 1, "text": "Project \"shop\": somebody signed a token with ..." }
 *     { "type": "alert.ended", "id": "7d1f...", "time": 1790000900, "rule": "revoked_key_used", "projectId": "shop" }
 *
 * A project is named only where the signature was verified, so nobody raises an alert for a project without its key, nor keeps one
 * from another project; `times_refused` alone goes by what tokens say, and has `unverifiedProjectId`. Counts 10,000 projects, those
 * that called last. Alerts hold no token and no key; `text` is printable ASCII.
 *
 * Throws a TypeError for a wrong option, and names it.
 *
 * @example
 * const alerts = alertEvents({ onAlert: ({ type, rule }) => console.error(type, rule) })
 * const verifier = createVerifier({ audience, keyStore, replayStore, onEvent: [alerts] })
 */
export function alertEvents(options: AlertOptions): (event: AnyEvent) => void {
  const { onAlert, rules, store, clockTolerance, maxLifetime } = readOptions(options)
  const active = new ActiveAlerts((event) => {
    emit(onAlert, event)
  })
  const raise = (finding: Finding | undefined) => {
    if (finding !== undefined && rules.has(finding.rule)) active.raise(finding)
  }
  const tolerances = { clockTolerance, maxLifetime }
  const platform = new PlatformRules()
  const keySets = new KeySetRules()
  const expiringKeys = store === undefined ? undefined : new ExpiringKeys(store, raise)
  const projects = new LRUCache<string, ProjectTraffic>({ max: maxProjects })

  /** Only for a project whose key has signed: a stranger must not displace one. */
  function trafficOf(projectId: string): ProjectTraffic {
    const known = projects.get(projectId)
    if (known !== undefined) return known
    const traffic = new ProjectTraffic()
    projects.set(projectId, traffic)
    return traffic
  }

  function seeAccepted(event: VerifierAcceptedEvent, now: number): void {
    const { projectId } = event
    const traffic = trafficOf(projectId)
    traffic.accept(event, now)
    const seen = { event, projectId, traffic, now, tolerances }
    raise(clockAhead(seen))
    raise(clockBehind(seen))
    raise(projectRefused(seen))
    expiringKeys?.see(event, now)
  }

  function seeRefused(event: VerifierRefusedEvent, now: number): void {
    const { projectId, unverifiedProjectId, code } = event
    if (projectId !== undefined) {
      const traffic = trafficOf(projectId)
      const seen = { event, projectId, traffic, now, tolerances }
      raise(originMismatchBurst(seen))
      // A session is used many times, and is not signed by the project.
      if (event.face === 'session') return
      traffic.refuse(event, now)
      raise(revokedKeyUsed(seen))
      raise(replayBurst(seen))
      raise(projectRefused(seen))
    }
    const named = projectId ?? unverifiedProjectId
    const traffic = named === undefined ? undefined : projects.peek(named)
    if (named === undefined || traffic === undefined || event.face === 'session') return
    if (code === 'token_expired' || code === 'token_not_active')
      raise(timesRefused({ event, projectId: named, traffic, now, tolerances }))
  }

  return (event) => {
    if (!isSeen(event)) return
    const now = event.time
    active.passTo(now)
    raise(platform.see(event, now))
    if (event.type === 'key_set.read' || event.type === 'key_set.failed') raise(keySets.see(event, now))
    if (event.type === 'accepted' && event.face !== 'session') seeAccepted(event, now)
    if (event.type === 'refused') seeRefused(event, now)
  }
}
