import type { AlertRaisedEvent, AlertRule, AlertSeverity } from '../../lib/events/index.js'
import { now } from '../helpers/mint.js'

const id = '0b9c7a52-5f2e-4c37-9d0e-6a1d1f6f9b11'

const common = { id, time: now }

/** An event of another source than a verifier. */
export const told = (type: string, members: object = {}) => ({ type, ...common, ...members })

export const alertRaised = (rule: AlertRule, severity: AlertSeverity = 'warning'): AlertRaisedEvent => ({
  type: 'alert.raised',
  id,
  time: now,
  rule,
  severity,
  text: 'Look at it.',
  count: 1,
})

export const changed = {
  type: 'registry.changed',
  ...common,
  record: {
    id: 1,
    at: now,
    by: 'ops@platform.example',
    action: 'key.registered',
    projectId: 'shop',
    kid: 'key-1',
    before: {},
    after: { key: { jwk: { kty: 'EC' } } },
  },
}
