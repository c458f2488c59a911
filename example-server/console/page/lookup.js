/** From the id that a caller got to the true reason, in one step. */
import { readRefusal } from './api.js'
import { knownCall } from './call-list.js'
import { byId, element } from './dom.js'
import { eventDetails, outcomePill } from './call-details.js'
import { nameElement } from '/visible-text.js'

const uuid = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/i

/** Out of an id, a URN, or a whole answer in which one stands. */
export function idIn(text) {
  const urn = new RegExp(`urn:uuid:(${uuid.source})`, 'i').exec(text)
  return (urn?.[1] ?? uuid.exec(text)?.[0])?.toLowerCase()
}

export async function lookUp(text) {
  const id = idIn(text)
  if (id === undefined)
    return say(
      'refused',
      'There is no id in this. An id looks like urn:uuid:0b9c7a52-5f2e-4c37-9d0e-6a1d1f6f9b11.',
    )
  const known = knownCall(id)
  if (known !== undefined) return show(known)
  say('calm', 'Looking ...')
  try {
    const { at, ...kept } = await readRefusal(id)
    show({ time: at, ...kept })
  } catch (error) {
    if (error.status !== 404) return say('refused', nameElement(error.message))
    say(
      'trouble',
      'No call with this id is kept. Refusals that anyone can cause are kept a few a second, and everything for a time. Is it an id of this platform?',
    )
  }
}

const say = (mood, ...text) => answer(element('p', { className: 'status', data: { mood } }, ...text))

const show = (event) => answer(outcomePill(event), eventDetails(event))

/** Where it can be seen: the form may stand at the lower end of the window. */
function answer(...parts) {
  byId('lookup-answer').replaceChildren(...parts)
  byId('lookup-answer').scrollIntoView({ block: 'nearest' })
}
