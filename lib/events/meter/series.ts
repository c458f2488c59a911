import { outages, refusals, type OutageCode, type RefusalCode } from '../../http/refusals.js'
import { ruleNames } from '../alerts/rules.js'
import type { EventFace } from '../verifier-event.js'
import type { MeterAttributes } from './event-meter.js'

/*
 * All series that there are: what an attribute can be is written down here, and nothing that a caller wrote is in it. Code times
 * face would be a hundred, so faces are told apart where a token was accepted, and codes where it was not.
 */

type Series<Key extends string> = Readonly<Record<Key, MeterAttributes>>

type TokenFace = Exclude<EventFace, 'session'>
export const outcome = 'reverse_jwt.outcome'

const refused = (code: string) => ({ [outcome]: 'refused', 'error.type': code })
const unavailable = (code: string) => ({ [outcome]: 'unavailable', 'error.type': code })
const acceptedBy = (face: TokenFace) => ({ [outcome]: 'accepted', 'reverse_jwt.face': face })

function each<Key extends string>(
  keys: readonly Key[],
  attributesOf: (key: Key) => MeterAttributes,
): Series<Key> {
  return Object.fromEntries(keys.map((key) => [key, attributesOf(key)])) as Series<Key>
}

const faces: Readonly<Record<TokenFace, true>> = {
  express: true,
  passport: true,
  verify: true,
  exchange: true,
}
const tokenCodes = (Object.keys(refusals) as RefusalCode[]).filter((code) => code !== 'session_revoked')

/** By the face of who accepted it, or by the code of who did not. */
export const verifications: Series<string> = {
  ...each(Object.keys(faces) as TokenFace[], acceptedBy),
  ...each(tokenCodes, refused),
  ...each(Object.keys(outages) as OutageCode[], unavailable),
}

export const outcomes = each(['accepted', 'refused', 'unavailable'], (name) => ({ [outcome]: name }))

/** The codes by which it shows that sessions are ended, run out or are forged. */
const sessionCodes = ['session_revoked', 'token_expired', 'token_not_verified', '_OTHER'] as const
export type SessionKey = 'accepted' | 'store_unavailable' | (typeof sessionCodes)[number]

export const sessionVerifications: Series<SessionKey> = {
  accepted: outcomes.accepted,
  store_unavailable: unavailable('store_unavailable'),
  ...each(sessionCodes, refused),
}

export function sessionKeyOf(code: RefusalCode): SessionKey {
  return sessionCodes.find((known) => known === code) ?? '_OTHER'
}

/** Whether what was asked gave an answer. */
export const answers = each(['answered', 'failed'], (name) => ({ [outcome]: name }))

const ofStore = (store: string) =>
  each(['answered', 'failed'], (name) => ({ 'reverse_jwt.store': store, [outcome]: name }))

export const stores = { key: ofStore('key'), replay: ofStore('replay') }

export const alerts = each(ruleNames, (rule) => ({ 'reverse_jwt.rule': rule }))
