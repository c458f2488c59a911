import { ownText } from '../encoding/own-text.js'
import { isOutage, type RefusalFacts } from '../errors.js'
import { limits } from '../protocol.js'
import type { Authentication, UnverifiedToken } from '../types.js'
import type { VerifierEvent } from './verifier-event.js'

export function acceptedEvent({ project, projectToken }: Authentication, time: number): VerifierEvent {
  const { kid, header } = projectToken
  return Object.freeze({ type: 'accepted', time, projectId: project.id, kid, alg: header.alg })
}

export function refusedEvent(
  { code, serverTime, description, cause }: RefusalFacts,
  unverified: UnverifiedToken | undefined,
  origin: string | null | undefined,
): VerifierEvent {
  const members = {
    time: serverTime,
    description,
    ...text('cause', messageOf(cause)),
    ...text('unverifiedProjectId', unverified?.unverifiedClaims.proj_id),
    ...text('unverifiedKid', unverified?.unverifiedHeader.kid),
    // What the platform needs to see whose configuration is wrong.
    ...(code === 'audience_mismatch' && text('unverifiedAudience', unverified?.unverifiedClaims.aud)),
    ...(code === 'origin_not_allowed' && text('origin', origin)),
  }
  return Object.freeze(
    isOutage(code) ? { type: 'unavailable', code, ...members } : { type: 'refused', code, ...members },
  )
}

/** Stores throw anything, also what cannot even be asked what it is. */
function messageOf(cause: unknown): unknown {
  try {
    return cause instanceof Error ? cause.message : cause
  } catch {
    return undefined
  }
}

function text<Name extends string>(name: Name, value: unknown): { readonly [name in Name]?: string } {
  return typeof value === 'string' ? ({ [name]: bounded(value) } as { [name in Name]: string }) : {}
}

/** Listeners may keep an event for as long as they like: its texts are short, and keep no token. */
function bounded(value: string): string {
  const cut = value.slice(0, limits.identifierLength)
  const splitsPair = /[\uD800-\uDBFF]$/.test(cut) && /^[\uDC00-\uDFFF]/.test(value.slice(cut.length))
  return ownText(splitsPair ? cut.slice(0, -1) : cut)
}
