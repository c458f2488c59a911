import type { AlertRule, AlertSeverity } from '../alert-event.js'

interface RuleFacts {
  readonly severity: AlertSeverity
  /** Seconds over which it counts. When nothing has happened for two of them, the alert ends. */
  readonly window: number
}

/** What each rule fires at stands in project-rules.ts, platform-rules.ts, key-set-rules.ts and expiring-keys.ts. */
export const rules = {
  revoked_key_used: { severity: 'critical', window: 300 },
  replay_burst: { severity: 'warning', window: 60 },
  origin_mismatch_burst: { severity: 'warning', window: 300 },
  times_refused: { severity: 'warning', window: 300 },
  clock_ahead: { severity: 'warning', window: 300 },
  clock_behind: { severity: 'warning', window: 300 },
  project_refused: { severity: 'warning', window: 300 },
  store_unavailable: { severity: 'critical', window: 30 },
  key_near_expiry: { severity: 'warning', window: 86_400 },
  key_set_failing: { severity: 'warning', window: 900 },
  private_key_published: { severity: 'critical', window: 900 },
  revocations_stale: { severity: 'warning', window: 60 },
  probing: { severity: 'info', window: 60 },
} as const satisfies Record<AlertRule, RuleFacts>

export const ruleNames = Object.keys(rules) as AlertRule[]
