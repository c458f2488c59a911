/**
 * The customer's page. For each call its client asks its own backend for a token, and presents it to the platform:
 *
 *     POST /token        ->  { "token": "eyJ..." }          its own backend, which knows the session
 *     GET  /api/plain        Authorization: Bearer eyJ...   the platform, which learns the project
 *
 * How it shows that is in display.js.
 */

import { createProjectClient, ProjectClientError } from '/reverse-jwt/index.js'
import { clearAnswer, meaningOf, showAnswer, showProgress, showStatus, showToken } from '/story/display.js'
import { visibleName } from '/visible-text.js'

const { platform } = document.body.dataset

// All that a page needs:
//   const client = createProjectClient({ platform, tokenUrl: '/token' })
//   const answer = await client.fetch('/api/plain')
// This one takes a step more, to show the token on its way, and asks for no more than the call needs.
const backend = createProjectClient({ platform, tokenUrl: '/token', scope: 'portal:read' })
const client = createProjectClient({
  platform,
  getToken: async ({ signal }) => {
    token = await backend.token({ signal })
    showToken(token)
    showProgress({ backend: 'done', page: 'done', platform: 'busy' })
    showStatus('calm', 'Calling the platform …')
    return token
  },
})

const callButton = document.getElementById('call')
const againButton = document.getElementById('again')
const timeoutMs = 10_000

/** The token of the last call, for the button that sends it again. It is kept nowhere else: not in storage, a cookie or a URL. */
let token

callButton.addEventListener('click', () => whileDisabled(callButton, callWithNewToken))
againButton.addEventListener('click', () => whileDisabled(againButton, callWithSameToken))

async function callWithNewToken() {
  showStatus('calm', 'Asking Demo Shop for a token …')
  showProgress({ backend: 'busy' })
  clearAnswer('first', 'Waiting for the platform …')
  clearAnswer('second', 'Not sent yet. A token works once, so this one will be refused.')
  await show('first', (route, init) => client.fetch(route, init))
}

/** What somebody does who has copied a token. The client would not: it refuses a token that it has sent before. */
async function callWithSameToken() {
  showProgress({ page: 'done', platform: 'busy' })
  showStatus('calm', 'Calling the platform …')
  clearAnswer('second', 'Waiting for the platform …')
  const headers = { authorization: `Bearer ${token}` }
  await show('second', (route, init) =>
    fetch(`${platform}${route}`, { ...init, headers, credentials: 'omit' }),
  )
}

/** Calls, and shows what came back, as the first or the second answer. */
async function show(slot, call) {
  const route = document.querySelector('input[name=route]:checked').value
  let response, body
  try {
    response = await call(route, { signal: AbortSignal.timeout(timeoutMs) })
    body = await response.json()
  } catch (error) {
    clearAnswer(slot, 'No answer.')
    throw new VisibleError(textFor(error))
  }
  showAnswer(slot, { route, token, response, body })
  showProgress({
    backend: slot === 'first' ? 'done' : '',
    page: 'done',
    platform: response.ok ? 'done' : 'refused',
  })
  showStatus(response.ok ? 'good' : 'refused', `${response.status}: `, ...meaningOf(response.status, body))
}

/** For the visitor, by the code: the sentences of errors are for developers. */
function textFor(error) {
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

/** Its message is written for the visitor. */
class VisibleError extends Error {}

/** Disables the buttons during a call, and shows what went wrong with it. */
async function whileDisabled(button, call) {
  callButton.disabled = true
  againButton.disabled = true
  document.body.setAttribute('aria-busy', 'true')
  try {
    await call()
  } catch (error) {
    showProgress({})
    const isVisible = error instanceof VisibleError
    showStatus('trouble', isVisible ? error.message : 'Something went wrong in this page. Reload it.')
    if (!isVisible) throw error
  } finally {
    document.body.removeAttribute('aria-busy')
    callButton.disabled = false
    againButton.disabled = token === undefined
    // A disabled button loses the focus; whoever works by keyboard wants to go on from it.
    if (document.activeElement === document.body) button.focus()
  }
}
