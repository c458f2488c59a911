/** What the platform saw of a call. Only a demo can show that: see seen-calls.ts. */

import { highlighted } from './json-view.js'
import { wordsFor } from './reasons.js'
import { child } from './child.js'
import { timeOfDay } from './time-of-day.js'
import { partsOf } from './token-parts.js'
import { visibleId } from '/visible-text.js'

/** By the id of the refusal, `{ id }`, or of the token, `{ jti }`. Undefined: the log lists no such call. */
export async function seenOf(name) {
  try {
    const response = await fetch(`/story/seen?${new URLSearchParams(name)}`)
    return (await response.json()).event ?? undefined
  } catch {
    return undefined
  }
}

/** The refusal of an answer has the id of the event; of a call that was accepted the token has one. */
export const nameOf = (body, jti) => {
  const [, id] = /^urn:uuid:(.+)$/.exec(body?.instance) ?? []
  return id === undefined ? { jti } : { id }
}

const moods = { accepted: 'good', refused: 'refused', unavailable: 'trouble' }

export async function showSeen(panel, name) {
  const title = child('h3', 'What the platform saw')
  panel.hidden = false
  panel.replaceChildren(title, child('p', 'Looking into its log …', 'empty'))
  const event = await seenOf(name)
  if (event === undefined) {
    panel.replaceChildren(
      title,
      child('p', 'Its log does not list this call: of many it lists some.', 'empty'),
    )
    return undefined
  }
  const pill = child('strong', event.type, 'pill')
  pill.dataset.mood = moods[event.type]
  const outcome = child('p', '', 'outcome')
  outcome.append(pill, ` ${wordsFor(event)[0]}`)
  const details = child('details', '')
  const json = child('pre', '')
  json.append(...highlighted(event))
  details.append(child('summary', 'The event in its log'), json)
  panel.replaceChildren(title, outcome, factsOf(event), details)
  return event
}

/** Of the token that is exchanged for a session. */
export function showExchange(id, token) {
  return showSeen(document.getElementById(id), { jti: partsOf(token).claims.jti })
}

function factsOf({ time, code, reason = code, signature, origin, duration }) {
  const list = child('dl', '', 'facts')
  const fact = (name, value) => {
    if (value !== undefined) list.append(child('dt', name), child('dd', visibleId(value)))
  }
  fact('True reason', reason)
  fact('Told to the caller', code)
  fact('Signature', signature)
  fact('From a page of', origin)
  fact('At', timeOfDay(new Date(time * 1000)))
  fact('Took', `${(duration * 1000).toFixed(1)} ms`)
  return list
}
