/** What the portal says of what went wrong: by the code, for the sentences of errors are for developers. */

/** An answer of the orders service that is no success. */
export class Refusal extends Error {
  constructor(code) {
    super(code)
    this.code = code
  }
}

/** The page that opened the portal has got no token. Its own word. */
const withoutToken = {
  no_session: 'You are not signed in at the page that opened this one, or not any more. Sign in there.',
  token_denied: 'The page that opened this one may not open it for you.',
  rate_limited: 'That was often. Wait a minute.',
}

/** The platform has given no session for the token. */
const withoutSession = {
  origin_not_allowed: 'No page of this project has that address, so it may not open the portal.',
  project_suspended: 'The platform has suspended this project.',
  token_not_verified: 'The key of this project is not good at the platform: it is unknown, or was revoked.',
}

const ofService = {
  scope_insufficient: 'The page that opened this one lets you look, and change nothing.',
  store_unavailable: 'The service cannot check who you are just now. Try again in a moment.',
}

const unopened =
  'No page has opened this one. Customers of the platform show it in a frame or a popup of their own page, which says who is there, so that nobody has to log in.'
const silent =
  'The page that opened this one does not answer. It may have been closed: open the portal there again.'
const unreachable = 'The platform cannot be reached. Is the demo ("npm start") still running?'

/** `{ mood, text }`. `isOut`: whoever is there may not see the apps. `isAlone`: no page opened this one. `isDefect`: nobody foresaw it. */
export function sayingOf(error) {
  const { code, problem, name } = error
  if (error instanceof Refusal)
    return { mood: 'refused', text: textOf(ofService, code, 'The orders service refuses that.') }
  if (code === 'portal_silent' && isAlone())
    return { mood: 'calm', text: unopened, isOut: true, isAlone: true }
  if (code === 'portal_silent') return { mood: 'trouble', text: silent, isOut: true }
  if (code === 'token_refused') {
    const text = textOf(withoutToken, problem?.code, 'The page that opened this one has no token for it.')
    return { mood: 'refused', text, isOut: true }
  }
  if (code === 'session_refused') {
    const text = textOf(withoutSession, problem?.code, 'The platform gives no session.')
    return { mood: 'refused', text, isOut: true }
  }
  if (code !== undefined || name === 'TimeoutError') return { mood: 'trouble', text: unreachable }
  return { mood: 'trouble', text: 'Something went wrong in this page. Reload it.', isDefect: true }
}

/** With the code, which the developers of the page that opened this one look up. */
function textOf(texts, code, otherwise) {
  const text = Object.hasOwn(texts, code) ? texts[code] : otherwise
  // Any page can open this one, and could write a sentence there that seems to be the platform's.
  return /^[a-z_]{1,40}$/.test(code) ? `${text} (${code})` : text
}

function isAlone() {
  return window.parent === window && window.opener === null
}
