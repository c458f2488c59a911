/** What the customer's page shows of a session: its time, its claims, and what came of the calls. */

import { highlighted } from './json-view.js'
import { timeLeft } from './time-left.js'

const byId = (id) => document.getElementById(id)
const left = timeLeft('session-left')
const counts = { tokens: 0, sessions: 0, calls: 0 }
/** As many as are seen in a moment. */
const maxCalls = 12

export function countToken() {
  count('tokens')
}

export function showSession(expiresIn) {
  count('sessions')
  left.start(expiresIn)
}

/** How long it would have lasted says nothing any more. */
export function showEnd() {
  byId('session-left').hidden = true
}

export function countCall(status, code = '') {
  count('calls')
  const item = document.createElement('li')
  item.className = 'pill'
  item.dataset.mood = code === '' ? 'good' : 'refused'
  item.textContent = `${status} ${code}`.trim()
  const list = byId('calls-made')
  list.append(item)
  if (list.children.length > maxCalls) list.firstElementChild.remove()
}

function count(what) {
  counts[what] += 1
  byId(`count-${what}`).textContent = counts[what]
}

/** The page has the claims from the service, which has verified them. */
export function showOrders({ claims, ...body }) {
  byId('session-claims').replaceChildren(...highlighted(claims))
  byId('session-body').replaceChildren(...highlighted(body))
  byId('session').hidden = false
}

export function showCalls(mood, text) {
  // What stays as it is shall not be read out again each second.
  if (byId('calls').textContent === text) return
  byId('calls').dataset.mood = mood
  byId('calls').textContent = text
}
