/** What the customer's page shows of a single call: a token and its parts, the time that it has left, and the platform's answers. */

import { timeLeft } from './time-left.js'
import { nameElement, visibleJson, visibleName } from '/visible-text.js'

const byId = (id) => document.getElementById(id)

const startTimeLeft = timeLeft('left')

export function meaningOf(status, body) {
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

/** Reads without verifying: that is for the platform to do, with the public key. */
function parse(token) {
  const segments = token.split('.')
  const [header, claims] = segments
    .slice(0, 2)
    .map((segment) => JSON.parse(new TextDecoder().decode(bytesOf(segment))))
  const lifetime = claims.exp - claims.iat
  return { segments, header, claims, lifetime }
}

function bytesOf(base64url) {
  const base64 = base64url.replaceAll('-', '+').replaceAll('_', '/')
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

export function showToken(token) {
  const { segments, header, claims, lifetime } = parse(token)
  const [headerText, claimsText, signatureText] = segments
  byId('segment-header').textContent = headerText
  byId('segment-claims').textContent = claimsText
  byId('segment-signature').textContent = signatureText
  byId('header').replaceChildren(...highlighted(header))
  byId('claims').replaceChildren(...highlighted(claims))
  byId('signature').textContent = `${visibleName(header.alg)}, ${bytesOf(signatureText).length} bytes`
  byId('token').hidden = false
  document.querySelector('[data-empty]').hidden = true
  startTimeLeft(lifetime)
}

export function clearAnswer(slot, text) {
  const paragraph = document.createElement('p')
  paragraph.className = 'empty'
  paragraph.textContent = text
  byId(slot).replaceChildren(byId(slot).querySelector('h3'), paragraph)
}

export function showAnswer(slot, { route, token, response, body }) {
  const answer = byId('answer').content.cloneNode(true)
  const fill = (selector, ...content) => answer.querySelector(selector).replaceChildren(...content)
  fill('.pill', `${response.status} ${response.statusText}`.trim())
  fill('.meaning', ...meaningOf(response.status, body))
  fill('.request', `GET ${route}\nAuthorization: Bearer ${token.slice(0, 10)}…`)
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
export function highlighted(value) {
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

export function showProgress(states) {
  for (const station of document.querySelectorAll('[data-station]')) {
    station.dataset.state = states[station.dataset.station] ?? ''
  }
}

export function showStatus(mood, ...texts) {
  byId('status').dataset.mood = mood
  byId('status').replaceChildren(...texts)
}
