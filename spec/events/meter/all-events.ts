import {
  outageReasons,
  outages,
  refusals,
  type OutageCode,
  type RefusalCode,
} from '../../../lib/http/refusals.js'
import type { AnyEvent } from '../../../lib/events/index.js'
import { alerts } from '../../../lib/events/meter/series.js'
import { acceptedEvent, refusedEvent, unavailableEvent } from '../../helpers/events.js'
import { now } from '../../helpers/mint.js'
import { alertRaised, told } from '../observed-events.js'

const faces = ['express', 'passport', 'verify', 'exchange', 'session'] as const
const storeSeconds = { key: 0.002, replay: 0.003 }

/** Every code, reason, face, store and rule that there is. */
export function* allEvents(): Generator<AnyEvent> {
  for (const face of faces) {
    for (const issuedAt of [now - 5, now + 5]) yield acceptedEvent({ face, storeSeconds, issuedAt })
    for (const code of Object.keys(refusals) as RefusalCode[]) {
      for (const signature of ['good', 'bad', 'unchecked'] as const)
        yield refusedEvent({ face, code, reason: code, signature, storeSeconds })
    }
    for (const code of Object.keys(outages) as OutageCode[]) {
      for (const reason of outageReasons) yield unavailableEvent({ face, code, reason, storeSeconds })
    }
  }
  for (const rule of Object.keys(alerts) as (keyof typeof alerts)[]) yield alertRaised(rule)
  yield told('alert.ended', { rule: 'probing' })
  yield told('session.issued')
  yield told('session.revoked')
  yield told('session.failed')
  yield told('signing_keys.failed')
  yield told('key_set.read')
  yield told('key_set.failed')
  yield told('key_set.read', { projectId: 'shop', droppedKeys: [{ reason: 'private' }] })
  yield told('key_set.failed', { projectId: 'shop' })
  yield told('revocations.failed', { age: 9 })
  yield told('revocations.read')
  yield told('registry.changed')
  yield told('mine')
}
