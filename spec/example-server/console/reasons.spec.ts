import { expect, it } from '@jest/globals'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { consoleFolder } from '../../../example-server/page-folder.js'
import type { OutageReason, RefusalReason } from '../../../lib/http/refusals.js'
import { refusedEvent } from '../../helpers/events.js'

type Words = readonly [happened: string, todo: string]
interface ReasonsModule {
  readonly reasons: Readonly<Record<string, Words>>
  readonly wordsFor: (event: object) => Words
}

const { reasons, wordsFor } = (await import(
  pathToFileURL(join(consoleFolder, 'reasons.js')).href
)) as ReasonsModule

/** The compiler keeps it whole. */
const all: Record<RefusalReason | OutageReason, true> = {
  credentials_missing: true,
  request_malformed: true,
  token_malformed: true,
  algorithm_not_allowed: true,
  token_type_not_allowed: true,
  claim_missing: true,
  claim_invalid: true,
  token_lifetime_too_long: true,
  audience_mismatch: true,
  token_not_verified: true,
  issuer_mismatch: true,
  token_expired: true,
  token_not_active: true,
  session_revoked: true,
  token_replayed: true,
  origin_not_allowed: true,
  project_suspended: true,
  scope_insufficient: true,
  key_unknown: true,
  key_foreign: true,
  key_algorithm: true,
  key_revoked: true,
  key_expired: true,
  key_not_active: true,
  signature_bad: true,
  origin_missing: true,
  origin_not_claimed: true,
  origin_not_of_project: true,
  key_store_failed: true,
  key_store_late: true,
  replay_store_failed: true,
  replay_store_late: true,
  replay_store_full: true,
  replay_project_rate: true,
  busy: true,
  clock: true,
  crypto: true,
  key_set_failed: true,
  revocations_failed: true,
  revocations_stale: true,
  signer_failed: true,
}

it('says in words what happened and what to do, for every reason that there is', () => {
  expect(Object.keys(reasons).toSorted()).toEqual(Object.keys(all).toSorted())
  for (const [happened, todo] of Object.values(reasons)) {
    expect(happened).toMatch(/^[A-Z].*\.$/)
    expect(todo).toMatch(/^[A-Z].*[.?]$/)
  }
})

it('tells a key that is still used from tokens that were signed before its revocation', () => {
  const revoked = { reason: 'key_revoked', signature: 'good', projectId: 'shop', revokedAt: 1000 } as const
  const after = 'Somebody who holds this key signed it after you revoked it.'
  expect(wordsFor(refusedEvent({ ...revoked, issuedAt: 1011 }))[0]).toBe(after)
  for (const issuedAt of [990, 1010, undefined]) {
    const event = { ...refusedEvent({ ...revoked, time: 1310 }), issuedAt }
    expect(wordsFor(event)).toEqual(reasons.key_revoked)
    // Whatever was signed before has expired.
    expect(wordsFor({ ...event, time: 1311 })[0]).toBe(after)
  }
})

it('has words for a code without a reason, and for events that have neither', () => {
  expect(wordsFor({ type: 'refused', code: 'token_replayed' })).toEqual(reasons.token_replayed)
  expect(wordsFor({ type: 'session.issued' })[0]).toBe('A session was given for a token.')
  for (const odd of ['constructor', '__proto__', 'new_one'])
    expect(wordsFor({ type: 'refused', code: odd, reason: odd })).toEqual(['', ''])
})
