import { ago, element } from './dom.js'
import { idElement, nameElement, visibleJson, visibleName } from '/visible-text.js'

const sentences = {
  'project.created': 'made the project',
  'project.updated': 'changed the settings',
  'project.suspended': 'suspended the project',
  'project.resumed': 'resumed the project',
  'project.deleted': 'deleted the project',
  'key.generated': 'created a key pair',
  'key.registered': 'registered a key and asked for a proof',
  'key.confirmed': 'activated a key, given the proof',
  'key.rotated': 'rotated a key',
  'key.revoked': 'revoked a key',
}

export function auditItems(records, showProject) {
  if (records.length === 0) return [element('li', { className: 'empty' }, 'Nothing has happened yet.')]
  return records.map((record) => {
    const { at, by, action, projectId, kid, reason, before, after } = record
    return element(
      'li',
      {},
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
