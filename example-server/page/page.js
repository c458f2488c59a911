/**
 * The customer's page. Its client asks its own backend for a token for each call, and presents it to the platform:
 *
 *     POST /token        ->  { "token": "eyJ..." }          its own backend, which knows the session
 *     GET  /api/plain        Authorization: Bearer eyJ...   the platform, which learns the project
 *
 * How it shows that is in /story.
 */

import { createProjectClient } from '/reverse-jwt/index.js'
import { clearRecord, showRecord } from '/story/record.js'
import { hasExpired, meaningOf, showProgress, showStatus, showToken, showUsed } from '/story/display.js'
import { textFor } from '/story/sayings.js'

const { platform } = document.body.dataset

// All that a page needs:
//   const client = createProjectClient({ platform, tokenUrl: '/token' })
//   const answer = await client.fetch('/api/plain')
// This one takes a step more, to show the token on its way, and asks for no more than the call needs.
const backend = createProjectClient({ platform, tokenUrl: '/token', scope: 'portal:read' })
const client = createProjectClient({ platform, getToken: tokenToSend })

/** The last token, for the button that sends it again. It is kept nowhere else: not in storage, a cookie or a URL. */
let token
let wasSent = false

const button = (id) => document.getElementById(id)
const timeoutMs = 10_000

button('get').addEventListener('click', () => whileDisabled('get', getToken))
button('call').addEventListener('click', () => whileDisabled('call', () => call('call', 'first')))
button('again').addEventListener('click', () => whileDisabled('again', callWithSameToken))
button('after').addEventListener('click', () => whileDisabled('after', callAfterRevocation))

async function getToken(signal) {
  showProgress({ backend: 'busy' })
  showStatus('get', 'calm', 'Asking Demo Shop for a token …')
  try {
    token = await backend.token({ signal })
  } catch (error) {
    showStatus('get', 'trouble', textFor(error))
    throw error
  }
  wasSent = false
  showToken(token)
  clearRecord('second')
  showStatus('again', 'calm', 'Call the platform first.')
  showProgress({ backend: 'done', page: 'done' })
  showStatus(
    'get',
    'good',
    'Demo Shop has signed a token for this page. It is good for one use: call the platform with it.',
  )
}

/** The one in hand, where it can still be used. */
async function tokenToSend({ signal }) {
  if (token === undefined || wasSent || hasExpired()) await getToken(signal)
  wasSent = true
  showUsed()
  showProgress({ backend: 'done', page: 'done', platform: 'busy' })
  showStatus('again', 'calm', 'Not sent a second time yet. The token works once, so it will be refused.')
  return token
}

function call(step, slot) {
  showStatus(step, 'calm', 'Calling the platform …')
  clearRecord('second')
  return show(step, slot, (route, init) => client.fetch(route, init))
}

async function callAfterRevocation() {
  wasSent = true
  const { code, project } = await call('after', 'third')
  if (code === 'token_not_verified')
    showStatus(
      'after',
      'good',
      'As it should be once the key is revoked: refused with token_not_verified. The true reason is told to the platform alone.',
    )
  else if (project)
    showStatus('after', 'good', '200: The key is still good. Revoke it as said above, and call again.')
}

/** What somebody does who has copied a token. The client would not: it refuses a token that it has sent before. */
async function callWithSameToken() {
  showProgress({ page: 'done', platform: 'busy' })
  showStatus('again', 'calm', 'Calling the platform …')
  const headers = { authorization: `Bearer ${token}` }
  const body = await show('again', 'second', (route, init) =>
    fetch(`${platform}${route}`, { ...init, headers, credentials: 'omit' }),
  )
  if (body.code === 'token_replayed')
    showStatus(
      'again',
      'good',
      'As it should be: refused with token_replayed. A copy of it is worth nothing.',
    )
}

/** Calls, and shows what was sent and what came back, which it resolves to. */
async function show(step, slot, send) {
  clearRecord(slot)
  const route = document.querySelector('input[name=route]:checked').value
  const response = await send(route, { signal: AbortSignal.timeout(timeoutMs) })
  const body = await response.json()
  showRecord(slot, { method: 'GET', url: `${platform}${route}`, token, response, body })
  showProgress({ backend: 'done', page: 'done', platform: response.ok ? 'done' : 'refused' })
  const mood = response.ok ? 'good' : 'refused'
  showStatus(step, mood, `${response.status}: `, ...meaningOf(response.status, body))
  return body
}

/** Disables the buttons during a call, and shows what went wrong with it. */
async function whileDisabled(step, task) {
  const buttons = ['get', 'call', 'again', 'after'].map(button)
  for (const one of buttons) one.disabled = true
  document.body.setAttribute('aria-busy', 'true')
  try {
    await task()
  } catch (error) {
    showProgress({})
    showStatus(step, 'trouble', textFor(error))
  } finally {
    document.body.removeAttribute('aria-busy')
    for (const one of buttons) one.disabled = false
    button('again').disabled = !wasSent
    // A disabled button loses the focus; whoever works by keyboard wants to go on from it.
    if (document.activeElement === document.body) button(step).focus()
  }
}
