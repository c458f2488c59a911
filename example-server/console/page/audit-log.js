import * as api from './api.js'
import { ago, byId, element } from './dom.js'
import { placeOf, returnFocus } from './focus.js'
import { guarded } from './guarded.js'
import { current } from './project-list.js'
import { idElement, nameElement, visibleJson, visibleName } from '/visible-text.js'

const sentences = {
  'project.created': 'made the project',
  'project.updated': 'changed the settings',
  'project.suspended': 'suspended the project',
  'project.resumed': 'resumed the project',
  'project.deleted': 'deleted the project',
  'sessions.ended': 'ended the sessions',
  'key.generated': 'created a key pair',
  'key.registered': 'registered a key and asked for a proof',
  'key.confirmed': 'activated a key, given the proof',
  'key.rotated': 'rotated a key',
  'key.revoked': 'revoked a key',
  'key_set.registered': 'registered a key set and asked for a proof',
  'key_set.confirmed': 'accepted a key set, given the proof',
  'key_set.changed': 'found other keys in the key set',
  'key_set.removed': 'removed the key set',
}

let next

/** Shows the newest entries, or those before one. */
export async function loadAudit(before) {
  const all = byId('audit-all').checked || current() === ''
  const page = await api.audit(all ? undefined : current(), before)
  const list = byId('audit')
  const place = placeOf(document.activeElement)
  const open = Array.from(list.querySelectorAll('li:has(details[open])'), ({ dataset }) => dataset.place)
  const items = auditItems(page.records, all)
  for (const item of items) if (open.includes(item.dataset.place)) item.querySelector('details').open = true
  if (before === undefined) list.replaceChildren(...items)
  else list.append(...items)
  next = page.next
  byId('more-audit').hidden = next === undefined
  returnFocus(place)
}

byId('more-audit').addEventListener(
  'click',
  guarded('audit', () => loadAudit(next)),
)
byId('audit-all').addEventListener(
  'change',
  guarded('audit', () => loadAudit()),
)
byId('refresh-audit').addEventListener(
  'click',
  guarded('audit', () => loadAudit()),
)

function auditItems(records, showProject) {
  if (records.length === 0) return [element('li', { className: 'empty' }, 'Nothing has happened yet.')]
  return records.map((record) => {
    const { at, by, action, projectId, kid, reason, before, after } = record
    return element(
      'li',
      { data: { place: `entry ${record.id}` } },
      element(
        'p',
        {},
        element('strong', {}, nameElement(by)),
        ` ${sentences[action] ?? visibleName(action)}`,
        showProject ? element('span', {}, ' of ', idElement(projectId)) : undefined,
        ...(reason === undefined ? [] : [' (', nameElement(reason), ')']),
        element('span', { className: 'when' }, ' ', ago(at)),
      ),
      kid === undefined ? undefined : element('p', { className: 'about' }, idElement(kid, 'kid')),
      element(
        'details',
        {},
        element('summary', {}, `What changed (entry ${record.id})`),
        element('pre', { tabIndex: 0 }, visibleJson({ before, after })),
      ),
    )
  })
}
