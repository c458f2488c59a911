/** The customer's page: asks its own backend for a token, and presents it to the platform. */

import { nameElement, visibleJson, visibleName } from '/visible-text.js'

const platform = document.body.dataset.platform
const byId = (id) => document.getElementById(id)
const callButton = byId('call')
const againButton = byId('again')
const patience = 10_000

/** The token of the last call, and when it ends by this page's monotonic clock. It is kept nowhere else. */
let current

callButton.addEventListener('click', () => whileWaiting(callButton, callWithFreshToken))
againButton.addEventListener('click', () => whileWaiting(againButton, sendAgain))
setInterval(showTimeLeft, 250)

async function callWithFreshToken() {
  say('calm', 'Asking Demo Shop for a token …')
  stations({ backend: 'busy' })
  const token = await askForToken()
  current = { token, ...takeApart(token) }
  showToken(current)
  emptyAnswer('second', 'Not sent yet. A token works once, so this one will be refused.')
  stations({ backend: 'done', page: 'done', platform: 'busy' })
  await present('first')
}

async function sendAgain() {
  stations({ page: 'done', platform: 'busy' })
  await present('second')
}

async function askForToken() {
  let response
  try {
    // fetch sends the session cookie and the Origin along, because this is the page's own backend.
    response = await fetch('/token', { method: 'POST', signal: AbortSignal.timeout(patience) })
  } catch {
    throw new Trouble('Demo Shop\'s backend cannot be reached. Is the demo ("npm start") still running?')
  }
  const answer = await response.json().catch(() => ({}))
  if (response.ok && typeof answer.token === 'string') return answer.token
  throw new Trouble(
    `Demo Shop gave no token (${response.status}). ${visibleName(answer.detail ?? 'Try again.')}`,
  )
}

/** One request with the token in its one place, and what came back. */
async function present(slot) {
  const route = document.querySelector('input[name=route]:checked').value
  emptyAnswer(slot, 'Waiting for the platform …')
  say('calm', 'Calling the platform …')
  let response, body
  try {
    response = await fetch(`${platform}${route}`, {
      headers: { authorization: `Bearer ${current.token}` },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    })
    body = await response.json()
  } catch {
    emptyAnswer(slot, 'No answer.')
    throw new Trouble(
      'The platform cannot be reached, or its answer is not for this page. Is the demo ("npm start") still running?',
    )
  }
  showAnswer(slot, { route, response, body })
  stations({
    backend: slot === 'first' ? 'done' : '',
    page: 'done',
    platform: response.ok ? 'done' : 'refused',
  })
  say(response.ok ? 'good' : 'refused', `${response.status}: `, ...meaningOf(response.status, body))
}

function meaningOf(status, body) {
  if (status === 200) {
    const { name, id } = body.project
    return ['The platform knows that ', nameElement(name ?? id), ' is calling.']
  }
  if (body.code === 'token_replayed')
    return [
      'Refused as it should be (token_replayed). The token has been used, so a copy of it is worth nothing.',
    ]
  if (body.code === 'token_expired')
    return [
      'Refused as it should be (token_expired). The token is too old, so a copy of it is worth nothing.',
    ]
  return [visibleName(`Refused (${body.code}). ${body.detail}`)]
}

/** Something to tell the visitor. */
class Trouble extends Error {}

async function whileWaiting(button, work) {
  callButton.disabled = true
  againButton.disabled = true
  document.body.setAttribute('aria-busy', 'true')
  try {
    await work()
  } catch (error) {
    stations({})
    say('trouble', error instanceof Trouble ? error.message : 'Something went wrong in this page. Reload it.')
    if (!(error instanceof Trouble)) throw error
  } finally {
    document.body.removeAttribute('aria-busy')
    callButton.disabled = false
    againButton.disabled = current === undefined
    // A disabled button loses the focus; whoever works by keyboard wants to go on from it.
    if (document.activeElement === document.body) button.focus()
  }
}

// --- the token, taken apart -------------------------------------------------------------------------------------

/** Reads without verifying: that is the platform's business, and this page has no key to do it with. */
function takeApart(token) {
  const segments = token.split('.')
  const [header, claims] = segments
    .slice(0, 2)
    .map((segment) => JSON.parse(new TextDecoder().decode(bytesOf(segment))))
  const lifetime = claims.exp - claims.iat
  // The visitor's clock may be wrong, so only the time that has passed since counts.
  return { segments, header, claims, lifetime, endsAt: performance.now() + lifetime * 1000 }
}

function bytesOf(base64url) {
  const base64 = base64url.replaceAll('-', '+').replaceAll('_', '/')
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

function showToken({ segments, header, claims, lifetime }) {
  const [headerText, claimsText, signatureText] = segments
  byId('segment-header').textContent = headerText
  byId('segment-claims').textContent = claimsText
  byId('segment-signature').textContent = signatureText
  byId('header').replaceChildren(...highlighted(header))
  byId('claims').replaceChildren(...highlighted(claims))
  byId('signature').textContent = `${visibleName(header.alg)}, ${bytesOf(signatureText).length} bytes`
  byId('left-bar').max = lifetime
  byId('token').hidden = false
  byId('left').hidden = false
  document.querySelector('[data-empty]').hidden = true
  showTimeLeft()
}

function showTimeLeft() {
  if (current === undefined) return
  const left = Math.max(0, (current.endsAt - performance.now()) / 1000)
  byId('left-bar').value = left
  byId('left-text').textContent = left > 0 ? `${Math.ceil(left)} s left` : 'expired'
}

// --- the answers ------------------------------------------------------------------------------------------------

function emptyAnswer(slot, text) {
  const paragraph = document.createElement('p')
  paragraph.className = 'empty'
  paragraph.textContent = text
  byId(slot).replaceChildren(byId(slot).querySelector('h3'), paragraph)
}

function showAnswer(slot, { route, response, body }) {
  const answer = byId('answer').content.cloneNode(true)
  const fill = (selector, ...content) => answer.querySelector(selector).replaceChildren(...content)
  fill('.pill', `${response.status} ${response.statusText}`.trim())
  fill('.meaning', ...meaningOf(response.status, body))
  fill('.request', `GET ${route}\nAuthorization: Bearer ${current.token.slice(0, 10)}…`)
  fill('.type', response.headers.get('content-type').split(';')[0])
  fill('.body', ...highlighted(body))
  const challenge = response.headers.get('www-authenticate')
  if (challenge === null)
    answer.querySelectorAll('.challenge-name, .challenge-text').forEach((part) => part.remove())
  else fill('.challenge', challenge)
  answer.querySelector('.pill').dataset.mood = response.ok ? 'good' : 'refused'
  byId(slot).replaceChildren(byId(slot).querySelector('h3'), answer)
}

/** JSON with its member names marked. Text nodes only: nothing that arrives becomes markup. */
function highlighted(value) {
  return visibleJson(value)
    .split(/^(\s*"[^"]*")(?=:)/m)
    .map((text, index) => {
      if (index % 2 === 0) return text
      const name = document.createElement('span')
      name.className = 'name'
      name.textContent = text
      return name
    })
}

function stations(states) {
  for (const station of document.querySelectorAll('[data-station]')) {
    station.dataset.state = states[station.dataset.station] ?? ''
  }
}

function say(mood, ...texts) {
  byId('status').dataset.mood = mood
  byId('status').replaceChildren(...texts)
}
