import { within } from '../../time/time-limit.js'
import type { Finding } from '../finding.js'
import { reasonOf } from './failure-reason.js'

const check = 'signing-keys'
const timeoutMs = 15_000

/** Can sessions be signed, and is it known which have ended? One text is signed that is no session, and nothing is stored. */
export async function signingKeyFindings(issuer: { ready(): Promise<unknown> }): Promise<Finding[]> {
  try {
    const asked = (async () => issuer.ready())()
    await within(timeoutMs, asked, `it did not answer within ${timeoutMs} ms`)
    return [{ check, result: 'ok', text: 'the issuer signs sessions, and its public key verifies them' }]
  } catch (error) {
    const { text, fix = 'Correct signingKeys, or what the issuer needs for its revocations.' } =
      reasonOf(error)
    return [{ check, result: 'FAIL', text: `the issuer is not ready (${text})`, fix }]
  }
}
