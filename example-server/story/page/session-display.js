/** What the customer's page shows of a session: its time, its claims, and what came of the calls. */

import { highlighted } from './json-view.js'
import { timeLeft } from './time-left.js'
import { timeOfDay } from './time-of-day.js'

const byId = (id) => document.getElementById(id)
const left = timeLeft('session-left')
let answeredAt = ''
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

/** How long it would have lasted says nothing any more, and what was answered for it is old. */
export function showEnd() {
  byId('session-left').hidden = true
  byId('session-answered').textContent = `last at ${answeredAt}`
  for (const part of ['body', 'claims'])
    byId(`session-${part}`).textContent = 'Nothing any more: the session has ended.'
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
  answeredAt = timeOfDay(new Date())
  byId('session-answered').textContent = `at ${answeredAt}`
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
