/** What the customer's page shows of its token, of the way that it takes, and of each step. */

import { highlighted } from './json-view.js'
import { timeLeft } from './time-left.js'
import { bytesOf, partsOf } from './token-parts.js'
import { nameElement, visibleName } from '/visible-text.js'

const byId = (id) => document.getElementById(id)

const left = timeLeft('left', () =>
  showStatus('get', 'calm', 'This token has expired, unused. The next call gets another one.'),
)
export const hasExpired = left.isOver

// As requests name a server.
for (const one of document.querySelectorAll('[data-host]')) one.textContent = new URL(one.dataset.host).host

export function meaningOf(status, body) {
  if (status === 200) {
    const { name, id } = body.project
    return ['The platform knows that ', nameElement(name ?? id), ' is calling.']
  }
  return [visibleName(`Refused: ${body.code}.`)]
}

export function showToken(token) {
  const { segments, header, claims } = partsOf(token)
  const [headerText, claimsText, signatureText] = segments
  byId('segment-header').textContent = headerText
  byId('segment-claims').textContent = claimsText
  byId('segment-signature').textContent = signatureText
  byId('header').replaceChildren(...highlighted(header))
  byId('claims').replaceChildren(...highlighted(claims))
  byId('signature').textContent = `${visibleName(header.alg)}, ${bytesOf(signatureText).length} bytes`
  byId('token').hidden = false
  left.start(claims.exp - claims.iat)
}

/** How long it would have been good says nothing any more. */
export function showUsed() {
  left.end('used: it works once')
  showStatus('get', 'calm', 'This token has been sent. It works once, so the next call gets another one.')
}

/** Of the three stations above; a style adds the word. */
export function showProgress(states) {
  for (const station of document.querySelectorAll('[data-station]')) {
    station.dataset.state = states[station.dataset.station] ?? ''
  }
}

export function showStatus(step, mood, ...texts) {
  byId(`${step}-status`).dataset.mood = mood
  byId(`${step}-status`).replaceChildren(...texts)
}
