import {
  alertEvents,
  type AlertEvent,
  type AlertOptions,
  type AlertRaisedEvent,
} from '../../../lib/events/index.js'
import type { VerifierAcceptedEvent, VerifierRefusedEvent } from '../../../lib/index.js'
import { acceptedEvent, refusedEvent } from '../../helpers/events.js'
import { now } from '../../helpers/mint.js'

/** A listener of alerts with what it told. */
export function alerting(options: Partial<AlertOptions> = {}) {
  const alerts: AlertEvent[] = []
  const see = alertEvents({ onAlert: (alert) => alerts.push(alert), ...options })
  return {
    see,
    alerts,
    raised: () => alerts.filter((alert): alert is AlertRaisedEvent => alert.type === 'alert.raised'),
    rules: () => alerts.map(({ rule }) => rule),
  }
}

let tokens = 0

/** A token that was accepted so many seconds after the tests' moment, signed two seconds before. */
export function accepted(after: number, override: Partial<VerifierAcceptedEvent> = {}) {
  return acceptedEvent({
    time: now + after,
    jti: `token-${(tokens += 1)}`,
    issuedAt: now + after - 2,
    ...override,
  })
}

/** A token that the project signed and that was refused. */
export function refused(
  after: number,
  reason: VerifierRefusedEvent['reason'],
  override: Partial<VerifierRefusedEvent> = {},
) {
  return refusedEvent({
    time: now + after,
    code: 'token_not_verified',
    reason,
    signature: 'good',
    projectId: 'shop',
    kid: 'key-es256',
    jti: `token-${(tokens += 1)}`,
    issuedAt: now + after - 2,
    ...override,
  })
}
