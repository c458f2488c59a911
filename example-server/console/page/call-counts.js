import { byId, element } from './dom.js'
import { outcomePill, reasonElement } from './call-details.js'
import { idElement } from '/visible-text.js'

const maxRows = 50

/** Those that are not accepted first: few, among many. */
const isAccepted = ({ outcome }) => Number(outcome === 'accepted')

export function showCounts({ counts, unlisted }) {
  const rows = counts.toSorted((a, b) => isAccepted(a) - isAccepted(b)).slice(0, maxRows)
  byId('counts').replaceChildren(...rows.map(item))
  byId('no-counts').hidden = rows.length > 0
  byId('unlisted').hidden = unlisted === 0
  byId('unlisted').textContent =
    `${unlisted.toLocaleString()} more in the last five minutes came too fast to be listed. They are counted above.`
}

function item({ projectId, isOfOthers, outcome, code, reason, calls }) {
  const project =
    projectId !== undefined ? idElement(projectId) : isOfOthers ? 'other projects' : 'not verified'
  return element(
    'li',
    { className: 'call-row' },
    element('span', { className: 'number' }, `${calls.toLocaleString()} ${calls === 1 ? 'call' : 'calls'}`),
    outcomePill({ type: outcome }),
    element('span', {}, project),
    reasonElement({ code, reason }),
  )
}
