import { day, warnBefore } from '../../events/alerts/expiring-keys.js'
import { hasMethod } from '../../options/kinds.js'
import { escaped } from '../../options/quoted.js'
import { systemClock, type Clock } from '../../time/clock.js'
import { within } from '../../time/time-limit.js'
import type { ExpiringKey, ExpiringKeySource } from '../../types.js'
import type { Finding } from '../finding.js'
import { reasonOf } from './failure-reason.js'

const check = 'keys'
const timeoutMs = 15_000
const maxNamed = 3

/** Which projects will soon be without a key? By the bounds of the alert `key_near_expiry`. */
export async function keyFindings(
  store: Partial<ExpiringKeySource>,
  clock: Clock = systemClock,
): Promise<Finding[]> {
  if (!hasMethod(store, 'expiringKeys'))
    return [{ check, result: 'skip', text: 'this store has no expiringKeys(before) to ask' }]
  const source = store as ExpiringKeySource
  const now = clock()
  let ending: readonly ExpiringKey[]
  try {
    const asked = (async () => source.expiringKeys(now + warnBefore))()
    ending = await within(timeoutMs, asked, `the store did not answer within ${timeoutMs} ms`)
  } catch (error) {
    const { text, fix = 'See what the check of the database says.' } = reasonOf(error)
    return [{ check, result: 'FAIL', text: `the store cannot say which keys end soon (${text})`, fix }]
  }
  const critical = ending.filter(({ notAfter }) => notAfter <= now + day)
  const others = ending.filter((key) => !critical.includes(key))
  const findings = [
    ...finding('FAIL', critical, 'end within 24 hours'),
    ...finding('warn', others, 'end within 7 days'),
  ]
  if (findings.length > 0) return findings
  return [{ check, result: 'ok', text: 'no project will be without a key within 7 days' }]
}

function finding(result: 'FAIL' | 'warn', keys: readonly ExpiringKey[], when: string): Finding[] {
  if (keys.length === 0) return []
  const named = keys
    .slice(0, maxNamed)
    .map(({ projectId, kid }) => `${escaped(kid)} of ${escaped(projectId)}`)
    .join(', ')
  const more = keys.length > maxNamed ? ` and ${keys.length - maxNamed} more` : ''
  return [
    {
      check,
      result,
      text: `keys ${when}, and their projects have no other one: ${named}${more}`,
      fix: 'Tell these customers to register the next key now, or all of their tokens are refused then.',
    },
  ]
}
