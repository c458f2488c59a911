import { expect } from '@jest/globals'
import type {
  VerifierAcceptedEvent,
  VerifierRefusedEvent,
  VerifierUnavailableEvent,
} from '../../lib/index.js'
import { now } from './mint.js'

const told = {
  id: '0b9c7a52-5f2e-4c37-9d0e-6a1d1f6f9b11',
  time: now,
  duration: 0.001,
  face: 'verify',
} as const

/** Events as a verifier makes them, with a few differences. */
export const acceptedEvent = (override: Partial<VerifierAcceptedEvent> = {}): VerifierAcceptedEvent => ({
  type: 'accepted',
  ...told,
  projectId: 'shop',
  kid: 'key-es256',
  alg: 'ES256',
  jti: 'use-1',
  scopes: [],
  expiresAt: now + 110,
  ...override,
})

export const refusedEvent = (override: Partial<VerifierRefusedEvent> = {}): VerifierRefusedEvent => ({
  type: 'refused',
  ...told,
  code: 'token_not_verified',
  reason: 'key_unknown',
  description: 'The token could not be verified.',
  signature: 'unchecked',
  ...override,
})

export const unavailableEvent = (
  override: Partial<VerifierUnavailableEvent> = {},
): VerifierUnavailableEvent => ({
  type: 'unavailable',
  ...told,
  code: 'store_unavailable',
  reason: 'replay_store_failed',
  description: 'The token cannot be checked right now.',
  signature: 'unchecked',
  ...override,
})

export const anyUuid = expect.stringMatching(
  /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
)

/** What each event has, by whatever verification. */
export const toldBy = (face: 'express' | 'passport' | 'verify') => ({
  id: anyUuid,
  time: expect.any(Number),
  duration: expect.any(Number),
  face,
})
