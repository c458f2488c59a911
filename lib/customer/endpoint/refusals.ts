import { Fault, type FaultAnswer } from '../../http/fault.js'

/** Why a page gets no token, one line a code. */
// prettier-ignore
export const refusals = {
  method_not_allowed: [405, 'Method not allowed', 'A token is asked for with POST.'],
  foreign_origin: [403, 'Foreign origin', 'Only a page of this origin may ask for a token.'],
  content_type_unsupported: [415, 'Content type not supported', 'Send Content-Type: application/json, not compressed, with the body {} or {"scope":"..."}.'],
  request_malformed: [400, 'Malformed request', 'The body must be {} or {"scope":"..."}, names with one space between, in UTF-8 and at most 4096 bytes.'],
  no_session: [401, 'No session', 'Whoever asks has no session here. Log in, then ask again.'],
  token_denied: [403, 'Token denied', 'Whoever asks may not have such a token.'],
  rate_limited: [429, 'Too many tokens', 'Too many tokens were asked for. Wait as long as Retry-After says.'],
} as const satisfies Record<string, FaultAnswer>

export type TokenRefusalCode = keyof typeof refusals

const headersOf: { readonly [Code in TokenRefusalCode]?: Readonly<Record<string, string>> } = {
  method_not_allowed: { Allow: 'POST' },
  rate_limited: { 'Retry-After': '60' },
}

/** `detail` is the sentence of the answer, where it can say more than that of the table. */
export function refusal(code: TokenRefusalCode, detail?: string): Fault {
  const [status, title, sentence] = refusals[code]
  const headers = headersOf[code]
  return new Fault(code, [status, title, detail ?? sentence], headers === undefined ? {} : { headers })
}
