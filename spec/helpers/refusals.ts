import { expect } from '@jest/globals'
import type { Response } from 'supertest'
import type { OutageCode, RefusalCode } from '../../lib/index.js'

type Code = RefusalCode | OutageCode

/** What the platform's users have written down: code -> status, OAuth error, retry. Kept apart from the table in lib on purpose. */
export const answers: Readonly<
  Record<Code, readonly [status: number, error: string | undefined, retry: string]>
> = {
  credentials_missing: [401, undefined, 'fresh-token'],
  request_malformed: [400, 'invalid_request', 'no'],
  token_malformed: [401, 'invalid_token', 'no'],
  algorithm_not_allowed: [401, 'invalid_token', 'no'],
  token_type_not_allowed: [401, 'invalid_token', 'no'],
  claim_missing: [401, 'invalid_token', 'no'],
  claim_invalid: [401, 'invalid_token', 'no'],
  token_lifetime_too_long: [401, 'invalid_token', 'no'],
  audience_mismatch: [401, 'invalid_token', 'no'],
  token_not_verified: [401, 'invalid_token', 'no'],
  issuer_mismatch: [401, 'invalid_token', 'no'],
  token_expired: [401, 'invalid_token', 'fresh-token'],
  token_not_active: [401, 'invalid_token', 'fresh-token'],
  token_replayed: [401, 'invalid_token', 'fresh-token'],
  origin_not_allowed: [403, 'access_denied', 'no'],
  project_suspended: [403, 'access_denied', 'no'],
  scope_insufficient: [403, 'insufficient_scope', 'no'],
  store_unavailable: [503, 'temporarily_unavailable', 'later'],
  replay_store_full: [503, 'temporarily_unavailable', 'later'],
}

/** Rejects with exactly this code, status and challenge. `description` is the text of the challenge. */
export async function expectRefusal(
  outcome: Promise<unknown>,
  code: Code,
  description?: string,
): Promise<void> {
  const [status, error, retry] = answers[code]
  const thrown: unknown = await outcome.then(
    () => new Error('accepted'),
    (reason: unknown) => reason,
  )
  expect(thrown).toMatchObject({
    code,
    status,
    error,
    retry,
    ...(description !== undefined && { description }),
  })
  expect((thrown as { challenge?: string }).challenge).toBe(challengeOf(code, (thrown as Error).message))
}

/** The exact WWW-Authenticate of a code with the default realm; undefined where there is none. */
export function challengeOf(code: Code, description: string): string | undefined {
  const [, error] = answers[code]
  if (error === undefined) return 'Bearer realm="reverse-jwt"'
  if (error !== 'invalid_request' && error !== 'invalid_token') return undefined
  return `Bearer realm="reverse-jwt", error="${error}", error_description="${description}"`
}

/** Is exactly the answer of this code, problem details and headers included. */
export function expectAnswer(response: Response, code: Code): void {
  const [status, error, retry] = answers[code]
  const body = response.body as { detail: string }
  expect(body).toMatchObject({ status, code, retry, ...(error !== undefined && { error }) })
  expect(response.status).toBe(status)
  expect(response.headers['www-authenticate']).toBe(challengeOf(code, body.detail))
  expect(response.headers['cache-control']).toBe('no-store')
  expect(response.headers['content-type']).toBe('application/problem+json')
  expect(response.headers['retry-after']).toBe(status === 503 ? '5' : undefined)
}
