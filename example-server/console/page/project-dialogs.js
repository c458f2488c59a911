import * as api from './api.js'
import { closeDialog, openDialog } from './dialog.js'
import { element, field } from './dom.js'
import { idElement, nameElement, projectTitle, visibleId, visibleName } from '/visible-text.js'

const lines = (text) => text.split(/[\s,]+/).filter((line) => line !== '')

function settingsFields(project = {}) {
  const name = element('input', { value: project.name ?? '', maxLength: 256, autocomplete: 'off' })
  const origins = element('textarea', {
    value: (project.allowedOrigins ?? []).join('\n'),
    rows: 3,
    placeholder: 'https://shop.example',
    spellcheck: false,
  })
  const any = element('input', {
    type: 'checkbox',
    checked: project.id !== undefined && !project.allowedOrigins,
  })
  const toggle = () => (origins.disabled = any.checked)
  any.addEventListener('change', toggle)
  toggle()
  const scopes = element('input', {
    value: (project.scopes ?? []).join(' '),
    placeholder: 'portal:read portal:write',
    autocomplete: 'off',
    spellcheck: false,
  })
  const parts = [
    field('Name', name, nameHint(project.name)),
    field(
      'Allowed origins',
      origins,
      'Where its pages are, one a line: https://host, nothing after it. None: no page may call.',
    ),
    element('label', { className: 'switch' }, any, ' any origin may call'),
    field('Scopes', scopes, 'What its tokens may be granted at most, with spaces between.'),
  ]
  const values = () => ({
    name: name.value.trim() || null,
    allowedOrigins: any.checked ? null : lines(origins.value),
    scopes: lines(scopes.value),
  })
  return { parts, values, fields: { name, allowedOrigins: origins, scopes } }
}

/** A field shows a name as it is. What cannot be seen in it is shown below. */
function nameHint(name = '') {
  return visibleName(name) === name ? 'For people.' : ['For people. Now: ', nameElement(name)]
}

const withoutNulls = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))

export function askForNewProject(done) {
  const id = element('input', { maxLength: 256, autocomplete: 'off', spellcheck: false, placeholder: 'shop' })
  const { parts, values, fields } = settingsFields()
  openDialog({
    title: 'New project',
    parts: [
      field('Id', id, 'proj_id of its tokens. Empty: a random one. It can never be changed or used again.'),
      ...parts,
    ],
    fields: { id, ...fields },
    action: 'Create project',
    submit: async () => {
      const given = id.value.trim() === '' ? {} : { id: id.value.trim() }
      const project = await api.createProject({ ...given, ...withoutNulls(values()) })
      closeDialog()
      await done(project)
    },
  })
}

export function askForSettings(project, done) {
  const { parts, values, fields } = settingsFields(project)
  openDialog({
    title: ['Settings of ', projectTitle(project)],
    parts,
    fields,
    action: 'Save',
    submit: async () => {
      await api.updateProject(project.id, values())
      closeDialog()
      await done('The settings are saved.')
    },
  })
}

export function askToSuspend(project, done) {
  const reason = element('input', { maxLength: 256, autocomplete: 'off' })
  openDialog({
    title: ['Suspend ', projectTitle(project), '?'],
    parts: [
      element(
        'p',
        {},
        'Its tokens are refused with 403 project_suspended until you resume it, and its sessions end. Its keys stay.',
      ),
      field('Reason (optional)', reason, 'For the audit log.'),
    ],
    fields: { reason },
    action: 'Suspend',
    mood: 'danger',
    submit: async () => {
      const text = reason.value.trim()
      await api.suspendProject(project.id, text === '' ? {} : { reason: text })
      closeDialog()
      await done('The project is suspended.')
    },
  })
}

export function askToDelete(project, done) {
  const typed = element('input', { autocomplete: 'off', spellcheck: false, required: true })
  openDialog({
    title: ['Delete ', projectTitle(project), '?'],
    parts: [
      element(
        'p',
        { className: 'status', data: { mood: 'trouble' } },
        'For good. All its tokens are refused at once, and neither its id nor its keys can ever be used again.',
      ),
      field(['Type the id to confirm: ', idElement(project.id)], typed),
    ],
    fields: { typed },
    action: 'Delete for good',
    mood: 'danger',
    submit: async () => {
      // Nobody can type what cannot be seen but as it is shown.
      if (![project.id, visibleId(project.id)].includes(typed.value))
        throw Object.assign(new Error('This is not the id of the project.'), { field: 'typed' })
      await api.deleteProject(project.id)
      closeDialog()
      await done()
    },
  })
}
