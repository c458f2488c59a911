/** What the page says. A success leaves by itself; what went wrong stays until it is dismissed or has worked. */
import { button, byId, element } from './dom.js'
import { visibleName } from '/visible-text.js'

const successMs = 10_000
let leaving

/** Says what was done, in place of what was said before; without a text nothing. A text, or a list of texts and elements. */
export function say(mood, text) {
  clearTimeout(leaving)
  const said = byId('status')
  said.replaceChildren(...(text === undefined ? [] : [message(mood, text)]))
  const leave = () => {
    // Not while somebody reads it.
    if (said.matches(':hover, :focus-within')) leaving = setTimeout(leave, successMs)
    else said.replaceChildren()
  }
  if (mood === 'good') leaving = setTimeout(leave, successMs)
}

/** Says what went wrong with something, by its name, once. */
export function sayProblem(name, error) {
  worked(name)
  const shown = message('refused', visibleName(error.message))
  shown.dataset.about = isOutage(error) ? outage : name
  byId('problems').append(shown)
}

/** It has worked now. So the platform can be reached, too. */
export function worked(name) {
  for (const shown of byId('problems').querySelectorAll('[data-about]'))
    if ([name, outage].includes(shown.dataset.about)) shown.remove()
}

const outage = 'outage'
const isOutage = ({ status }) => status === 0 || status === 503

function message(mood, text) {
  let before
  const shown = element('p', { className: 'status', data: { mood } }, element('span', {}, ...[text].flat()))
  const dismiss = button('Dismiss', () => {
    shown.remove()
    if (before?.isConnected) before.focus()
    else byId('project').querySelector('h2')?.focus()
  })
  dismiss.addEventListener('focus', ({ relatedTarget }) => (before = relatedTarget))
  shown.append(dismiss)
  return shown
}
