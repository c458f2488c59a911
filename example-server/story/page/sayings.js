/** What a visitor reads where there is no answer. By the code: the sentences of errors are for developers. */

import { ProjectClientError } from '/reverse-jwt/index.js'
import { visibleName } from '/visible-text.js'

export function textFor(error) {
  const { code, status, problem } = error instanceof ProjectClientError ? error : {}
  if (code === 'token_refused')
    return `Demo Shop gave no token (${status}). ${reasons[problem?.code] ?? visibleName(problem?.detail ?? 'Try again.')}`
  if (code?.startsWith('token_') || code === 'timeout')
    return 'Demo Shop\'s backend cannot be reached. Is the demo ("npm start") still running?'
  return 'The platform cannot be reached, or its answer is not for this page. Is the demo ("npm start") still running?'
}

const reasons = {
  no_session: 'You have no session at Demo Shop. Reload the page.',
  rate_limited: 'That was often. Wait a minute.',
}
