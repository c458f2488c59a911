/** What the customer's page says of the portal that it has opened. */

import { showExchange } from './seen.js'
import { visibleId } from '/visible-text.js'

const byId = (id) => document.getElementById(id)
/** How often something was said: what takes time is told only where nothing else was said meanwhile. */
let said = 0

export function show(mood, text) {
  said += 1
  byId('portal-status').dataset.mood = mood
  byId('portal-status').textContent = text
}

/** Says that no portal is there any more, or not yet. */
export function showNone(text) {
  show('calm', text)
  byId('portal-seen').hidden = true
}

const outcomes = {
  refused: ['refused', 'The platform has refused it'],
  unavailable: ['trouble', 'The platform cannot check it just now'],
}

/** No page learns what the platform does with a token that the portal got. Only a demo can look into the platform's log. */
export async function showGiven(token, count) {
  const asked = 'The portal has asked this page for a token, and got one.'
  const counted = `${asked} Tokens that it got so far: ${count}.`
  show('calm', counted)
  const saidNow = said
  const event = await showExchange('portal-seen', token)
  // The log lists some calls of many.
  if (event === undefined || said !== saidNow) return
  if (event.type === 'accepted') {
    show('good', counted)
    return
  }
  const [mood, outcome] = outcomes[event.type]
  show(mood, `${asked} ${outcome}: ${visibleId(event.code)}.`)
}
