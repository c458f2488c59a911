import { LRUCache } from 'lru-cache'
import { secondsSince } from '../../time/clock.js'
import type { AlertEvent, AlertRaisedEvent, AlertRule, AlertSeverity } from '../alert-event.js'
import { rules } from './rules.js'

/** What a rule has found: an alert, but for what all alerts have. */
export type Finding = Omit<AlertRaisedEvent, 'type' | 'id' | 'time' | 'severity'> & {
  /** Where it is not always that of its rule. */
  readonly severity?: AlertSeverity
}

interface ActiveAlert {
  readonly rule: AlertRule
  readonly about: Pick<AlertRaisedEvent, 'projectId' | 'unverifiedProjectId'>
  severity: AlertSeverity
  /** When somebody was told last. */
  raisedAt: number
  /** When it was found last. */
  foundAt: number
}

/** Seconds after which somebody is told again, where the window of the rule is not longer. */
const repeatAfter = 900
const maxActive = 10_000
/** Seconds between two looks for what has ended. */
const sweepInterval = 10

/**
 * Which alerts are on. Each is told once for a rule and a project, again after a quarter of an hour while it is still going on or at once
 * where it became critical, and once more when it has ended. Time is that of the events; between them it passes by itself.
 */
export class ActiveAlerts {
  private readonly active = new LRUCache<string, ActiveAlert>({ max: maxActive })
  private readonly tell: (event: AlertEvent) => void
  private timer: NodeJS.Timeout | undefined
  private now = NaN
  private saidAt = NaN
  private sweptAt = NaN

  constructor(tell: (event: AlertEvent) => void) {
    this.tell = tell
  }

  /** It is at least so late. */
  passTo(now: number): void {
    this.now = now
    this.saidAt = performance.now()
    if (this.active.size > 0 && !(Math.abs(now - this.sweptAt) < sweepInterval)) this.sweep(now)
  }

  raise(finding: Finding): void {
    const { rule, projectId, unverifiedProjectId } = finding
    const { now } = this
    const severity = finding.severity ?? rules[rule].severity
    const about = {
      ...(projectId !== undefined && { projectId }),
      ...(unverifiedProjectId !== undefined && { unverifiedProjectId }),
    }
    const name = `${rule} ${JSON.stringify(about)}`
    const known = this.active.get(name)
    const alert = known ?? { rule, about, severity, raisedAt: -Infinity, foundAt: now }
    alert.foundAt = now
    // A clock that was set back must not keep an alert from being repeated.
    const silence = Math.abs(now - alert.raisedAt)
    const isWorse = severity === 'critical' && alert.severity !== 'critical'
    if (silence < Math.max(repeatAfter, rules[rule].window) && !isWorse) return
    alert.raisedAt = now
    alert.severity = severity
    if (known === undefined) this.active.set(name, alert)
    this.watch()
    this.tell(
      Object.freeze({ type: 'alert.raised', id: crypto.randomUUID(), time: now, ...finding, severity }),
    )
  }

  private sweep(now: number): void {
    this.sweptAt = now
    for (const [name, { rule, about, foundAt }] of this.active.entries()) {
      if (Math.abs(now - foundAt) < 2 * rules[rule].window) continue
      this.active.delete(name)
      this.tell(Object.freeze({ type: 'alert.ended', id: crypto.randomUUID(), time: now, rule, ...about }))
    }
    if (this.active.size > 0) return
    clearInterval(this.timer)
    this.timer = undefined
  }

  /** Where no event comes any more, an alert ends as well. Keeps no process alive. */
  private watch(): void {
    this.timer ??= setInterval(() => {
      this.sweep(this.now + secondsSince(this.saidAt))
    }, sweepInterval * 1000).unref()
  }
}
