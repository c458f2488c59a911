import * as api from './api.js'
import { copyableId } from './copy.js'
import { button, byId, element, factList, pill } from './dom.js'
import { guarded } from './guarded.js'
import { askForSettings, askToDelete, askToSuspend } from './project-dialogs.js'
import { idElement, nameElement, projectTitle } from '/visible-text.js'

/** Shows a project. `changed` is called after a change, with what to say, `gone` when it is deleted. */
export function showProjectView(project, changed, gone) {
  const { id, suspended, suspensionReason, allowedOrigins, scopes, issuer, audience } = project
  const resume = guarded(`resume ${id}`, async () => {
    await api.resumeProject(id)
    await changed('The project is resumed.')
  })
  byId('project').replaceChildren(
    element(
      'div',
      { className: 'title' },
      element('h2', { tabIndex: -1 }, projectTitle(project)),
      suspended ? pill('suspended', 'trouble') : pill('open', 'good'),
    ),
    factList(
      ['Id', copyableId('project id', id)],
      issuer !== id && ['Issuer', copyableId('issuer', issuer)],
      ['Audience', copyableId('audience', audience)],
      ['Allowed origins', ...(allowedOrigins === undefined ? ['any'] : idsOrNone(allowedOrigins))],
      ['Scopes', ...idsOrNone(scopes)],
      suspensionReason !== undefined && ['Suspended because', nameElement(suspensionReason)],
    ),
    element(
      'div',
      { className: 'buttons' },
      button('Settings', () => askForSettings(project, changed)),
      suspended ? button('Resume', resume) : button('Suspend', () => askToSuspend(project, changed)),
      button('Delete', () => askToDelete(project, gone), 'small danger-quiet'),
    ),
  )
}

function idsOrNone(ids = []) {
  return ids.length === 0
    ? ['none']
    : ids.flatMap((id, index) => [...(index > 0 ? ['  '] : []), idElement(id)])
}
