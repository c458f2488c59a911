import { byId, element } from './dom.js'
import { outcomePill, reasonElement } from './call-details.js'
import { idElement } from '/visible-text.js'

const maxRows = 50

export function showCounts({ counts, unlisted }) {
  const rows = counts.slice(0, maxRows)
  byId('counts').tBodies[0].replaceChildren(...rows.map(row))
  byId('counts').hidden = rows.length === 0
  byId('no-counts').hidden = rows.length > 0
  byId('unlisted').hidden = unlisted === 0
  byId('unlisted').textContent =
    `${unlisted.toLocaleString()} more in the last five minutes came too fast to be listed. They are counted below.`
}

function row({ projectId, isOfOthers, outcome, code, reason, calls }) {
  const project =
    projectId !== undefined ? idElement(projectId) : isOfOthers ? 'other projects' : 'not verified'
  return element(
    'tr',
    {},
    element('td', {}, project),
    element('td', {}, outcomePill({ type: outcome })),
    element('td', {}, reasonElement({ code, reason })),
    element('td', { className: 'number' }, calls.toLocaleString()),
  )
}
