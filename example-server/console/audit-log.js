import { ago, element } from './dom.js'

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
        element('strong', {}, by),
        ` ${sentences[action] ?? action}`,
        showProject ? element('span', {}, ' of ', element('code', {}, projectId)) : undefined,
        reason === undefined ? undefined : ` (${reason})`,
        element('span', { className: 'when' }, ' ', ago(at)),
      ),
      kid === undefined
        ? undefined
        : element('p', { className: 'about' }, element('code', { className: 'kid' }, kid)),
      element(
        'details',
        {},
        element('summary', {}, `What changed (entry ${record.id})`),
        element('pre', { tabIndex: 0 }, JSON.stringify({ before, after }, null, 2)),
      ),
    )
  })
}
