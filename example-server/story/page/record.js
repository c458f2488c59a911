/** One call, as it was: what was sent, what was answered, and what the platform saw of it. */

import { child } from './child.js'
import { highlighted } from './json-view.js'
import { nameOf, showSeen } from './seen.js'
import { partsOf } from './token-parts.js'
import { meaningOf } from './display.js'

/** `slot` is an element, or its id. */
const elementOf = (slot) => (typeof slot === 'string' ? document.getElementById(slot) : slot)

export function clearRecord(slot) {
  elementOf(slot).hidden = true
  elementOf(slot).replaceChildren()
}

/**
 * `response` and `body` are undefined where the browser keeps the answer from whoever called. `changed`: what is wrong with the claims.
 * Resolves to the platform's event, if it lists one.
 */
export function showRecord(slot, { method, url, token, form, origin, response, body, noAnswer, changed }) {
  const { claims } = partsOf(token)
  const sent = panel('Sent')
  sent.append(
    child('pre', requestText({ method, url, token, form, origin }), 'request'),
    decoded(claims, changed),
  )
  const answered = panel('Answered')
  answered.append(...(response === undefined ? [child('p', noAnswer, 'outcome')] : answer(response, body)))
  const seen = panel('')
  seen.classList.add('seen')
  elementOf(slot).replaceChildren(sent, answered, seen)
  elementOf(slot).hidden = false
  return showSeen(seen, nameOf(body, claims.jti))
}

function panel(title) {
  const made = child('div', '', 'panel')
  made.append(child('h3', title))
  return made
}

/** As it goes over the wire, with the beginning of the token. */
function requestText({ method, url, token, form, origin = location.origin }) {
  const { host, pathname } = new URL(url)
  const short = `${token.slice(0, 10)}… (${token.length} characters)`
  const rest = form ? ['', `${form}=${short}`] : [`Authorization: Bearer ${short}`]
  return [`${method} ${pathname}`, `Host: ${host}`, `Origin: ${origin}`, ...rest].join('\n')
}

/** Open where something is wrong with it. */
function decoded(claims, changed = []) {
  const json = child('pre', '')
  json.append(...highlighted(claims, changed))
  const details = folded('The claims of the token', json)
  details.open = changed.length > 0
  return details
}

function folded(summary, content) {
  const details = child('details', '')
  details.append(child('summary', summary), content)
  return details
}

function answer(response, body) {
  const pill = child('strong', `${response.status} ${response.statusText}`.trim(), 'pill')
  pill.dataset.mood = response.ok ? 'good' : 'refused'
  const outcome = child('p', '', 'outcome')
  const meaning = child('span', '', 'meaning')
  meaning.append(...meaningOf(response.status, body))
  outcome.append(pill, ' ', meaning)
  const json = child('pre', '', 'body')
  json.append(...highlighted(body))
  const type = response.headers.get('content-type').split(';')[0]
  const parts = [outcome, child('h4', type), json]
  const challenge = response.headers.get('www-authenticate')
  if (challenge !== null) parts.push(folded('WWW-Authenticate', child('pre', challenge, 'challenge')))
  return parts
}
