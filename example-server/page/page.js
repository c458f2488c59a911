/**
 * The customer's page. For each call it asks its own backend for a token, and presents it to the platform:
 *
 *     POST /token        ->  { "token": "eyJ..." }          its own backend, which knows the session
 *     GET  /api/plain        Authorization: Bearer eyJ...   the platform, which learns the project
 *
 * How it shows that is in display.js.
 */

import { clearAnswer, meaningOf, showAnswer, showProgress, showStatus, showToken } from './display.js'
import { visibleName } from '/visible-text.js'

const platform = document.body.dataset.platform
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
  const received = await askForToken()
  showToken(received)
  token = received
  clearAnswer('second', 'Not sent yet. A token works once, so this one will be refused.')
  showProgress({ backend: 'done', page: 'done', platform: 'busy' })
  await callPlatform('first')
}

async function callWithSameToken() {
  showProgress({ page: 'done', platform: 'busy' })
  await callPlatform('second')
}

async function askForToken() {
  let response
  try {
    // fetch sends the session cookie and the Origin along, because this is the page's own backend.
    response = await fetch('/token', { method: 'POST', signal: AbortSignal.timeout(timeoutMs) })
  } catch {
    throw new VisibleError('Demo Shop\'s backend cannot be reached. Is the demo ("npm start") still running?')
  }
  const answer = await response.json().catch(() => ({}))
  if (response.ok && typeof answer.token === 'string') return answer.token
  throw new VisibleError(
    `Demo Shop gave no token (${response.status}). ${visibleName(answer.detail ?? 'Try again.')}`,
  )
}

/** One request with the token in its one place, and what came back, shown as the first or the second answer. */
async function callPlatform(slot) {
  const route = document.querySelector('input[name=route]:checked').value
  clearAnswer(slot, 'Waiting for the platform …')
  showStatus('calm', 'Calling the platform …')
  let response, body
  try {
    response = await fetch(`${platform}${route}`, {
      headers: { authorization: `Bearer ${token}` },
      // The token says who calls. Cookies of the platform say nothing here, and CORS allows none.
      credentials: 'omit',
      // The token is meant for this address and no other.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    body = await response.json()
  } catch {
    clearAnswer(slot, 'No answer.')
    throw new VisibleError(
      'The platform cannot be reached, or its answer is not for this page. Is the demo ("npm start") still running?',
    )
  }
  showAnswer(slot, { route, token, response, body })
  showProgress({
    backend: slot === 'first' ? 'done' : '',
    page: 'done',
    platform: response.ok ? 'done' : 'refused',
  })
  const status = response.ok ? 'good' : 'refused'
  showStatus(status, `${response.status}: `, ...meaningOf(response.status, body))
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
