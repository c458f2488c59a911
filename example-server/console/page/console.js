/** The console: one project at a time, named in the address after #. */
import { watchAlerts } from './alerts.js'
import * as api from './api.js'
import { auditItems } from './audit-log.js'
import { openDialog } from './dialog.js'
import { button, byId, element, pill } from './dom.js'
import { askToCreateKey } from './key-dialogs.js'
import { keyItems } from './key-list.js'
import { askForNewProject, askForSettings, askToDelete, askToSuspend } from './project-dialogs.js'
import { askToRegister } from './registration-dialogs.js'
import { idElement, nameElement, projectTitle, visibleName } from '/visible-text.js'

const refreshEveryMs = 3_000
let projects = []
let nextProjects
let keys = []
let shownKeys = ''
let nextAudit
let stopAlerts

function current() {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return ''
  }
}

/** Shows another project. What is said afterwards stays. */
async function go(id) {
  history.pushState(null, '', `#${encodeURIComponent(id)}`)
  await showProject()
}

byId('login-form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const trouble = byId('login-form').querySelector('[role=alert]')
  trouble.hidden = true
  try {
    await api.logIn(byId('password').value)
    byId('password').value = ''
    await start()
  } catch (error) {
    trouble.textContent = visibleName(error.message)
    trouble.dataset.mood = error.status === 0 ? 'trouble' : 'refused'
    trouble.hidden = false
    byId('password').select()
  }
})
byId('log-out').addEventListener('click', () =>
  openDialog({
    title: 'Log out?',
    parts: [
      element(
        'p',
        {},
        'Your session ends, here and in every process of the platform. The password was good for one login: for a new one, start the demo again.',
      ),
    ],
    action: 'Log out',
    submit: async () => {
      await api.logOut()
      // Loaded anew, the page keeps nothing of what it showed.
      location.replace(location.pathname)
    },
  }),
)
byId('new-project').addEventListener('click', () =>
  askForNewProject(async (project) => {
    await loadProjects()
    await go(project.id)
    say('good', ['The project ', idElement(project.id), ' is made. It needs a key now.'])
  }),
)
byId('more-projects').addEventListener(
  'click',
  guarded(() => loadProjects(nextProjects)),
)
byId('more-audit').addEventListener(
  'click',
  guarded(() => loadAudit(nextAudit)),
)
byId('audit-all').addEventListener(
  'change',
  guarded(() => loadAudit()),
)
byId('create-key').addEventListener('click', () => askToCreateKey(current(), changed))
byId('register-key').addEventListener('click', () => askToRegister(current(), keys, changed))
addEventListener('hashchange', guarded(showProject))
setInterval(() => {
  // A dialog may be about to delete what would be asked for.
  if (!byId('console').hidden && !byId('keys').hidden && !byId('dialog').open && !document.hidden)
    void loadKeys().catch((error) => {
      if (error.status === 403) showLogin(true)
    })
}, refreshEveryMs)

void guarded(start)()

/** Without a session the first question is refused; then comes the login. */
async function start() {
  try {
    await loadProjects()
  } catch (error) {
    if (error.status !== 403) throw error
    showLogin(true)
    byId('password').focus()
    return
  }
  showLogin(false)
  if (current() === '' && projects.length > 0)
    history.replaceState(null, '', `#${encodeURIComponent(projects[0].id)}`)
  await showProject()
}

function showLogin(isNeeded) {
  byId('login').hidden = !isNeeded
  byId('console').hidden = isNeeded
  byId('log-out').hidden = isNeeded
  if (isNeeded) stopAlerts?.()
  stopAlerts = isNeeded ? undefined : (stopAlerts ?? watchAlerts())
}

async function loadProjects(after) {
  const page = await api.listProjects(after)
  projects = after === undefined ? page.projects : [...projects, ...page.projects]
  nextProjects = page.next
  byId('more-projects').hidden = nextProjects === undefined
  byId('projects').replaceChildren(...projects.map(projectLink))
}

function projectLink({ id, name, suspended }) {
  const isCurrent = id === current()
  const parts = [projectTitle({ id, name })]
  if (name !== undefined && name !== id) parts.push(idElement(id))
  if (suspended) parts.push(pill('suspended', 'trouble'))
  const link = element('a', { href: `#${encodeURIComponent(id)}` }, ...parts)
  if (isCurrent) link.setAttribute('aria-current', 'page')
  return element('li', {}, link)
}

async function showProject() {
  say()
  byId('projects').replaceChildren(...projects.map(projectLink))
  byId('keys').hidden = true
  shownKeys = ''
  const id = current()
  if (id === '') {
    const text = projects.length === 0 ? 'There is no project yet. Make the first one.' : 'Choose a project.'
    byId('project').replaceChildren(element('h2', {}, text))
  } else {
    try {
      renderProject(await api.readProject(id))
      await loadKeys()
      byId('keys').hidden = false
    } catch (error) {
      if (error.status !== 404) throw error
      byId('project').replaceChildren(element('h2', {}, 'There is no such project.'))
    }
  }
  await loadAudit()
}

function renderProject(project) {
  const { id, suspended, suspensionReason, allowedOrigins, scopes, issuer } = project
  const after = (text) => changed(text, 'good')
  const resume = guarded(async () => {
    await api.resumeProject(id)
    await after('The project is resumed.')
  })
  const list = element('dl', { className: 'facts' })
  const add = (term, ...value) =>
    list.append(element('div', {}, element('dt', {}, term), element('dd', {}, ...value)))
  add('Id', idElement(id))
  if (issuer !== id) add('Issuer', idElement(issuer))
  add('Allowed origins', ...(allowedOrigins === undefined ? ['any'] : idsOrNone(allowedOrigins)))
  add('Scopes', ...idsOrNone(scopes))
  if (suspensionReason !== undefined) add('Suspended because', nameElement(suspensionReason))
  byId('project').replaceChildren(
    element(
      'div',
      { className: 'title' },
      element('h2', {}, projectTitle(project)),
      suspended ? pill('suspended', 'trouble') : pill('open', 'good'),
    ),
    list,
    element(
      'div',
      { className: 'buttons' },
      button('Settings', () => askForSettings(project, after)),
      suspended ? button('Resume', resume) : button('Suspend', () => askToSuspend(project, after)),
      button('Delete', () => askToDelete(project, gone), 'small danger-quiet'),
    ),
  )
}

function idsOrNone(ids = []) {
  return ids.length === 0
    ? ['none']
    : ids.flatMap((id, index) => [...(index > 0 ? ['  '] : []), idElement(id)])
}

async function gone() {
  byId('keys').hidden = true
  await loadProjects()
  await go(projects[0]?.id ?? '')
  say('good', 'The project is deleted.')
}

/** Shows keys anew only when there is something new, and not under somebody's fingers. */
async function loadKeys() {
  const id = current()
  const answer = await api.listKeys(id)
  if (id !== current()) return
  keys = answer.keys
  const text = JSON.stringify([keys, Math.floor(Date.now() / 60_000)])
  const list = byId('key-list')
  if (text === shownKeys || (shownKeys !== '' && list.contains(document.activeElement))) return
  shownKeys = text
  list.replaceChildren(...keyItems(id, keys, changed))
}

async function loadAudit(before) {
  const all = byId('audit-all').checked || current() === ''
  const { records, next } = await api.audit(all ? undefined : current(), before)
  const items = auditItems(records, all)
  if (before === undefined) byId('audit').replaceChildren(...items)
  else byId('audit').append(...items)
  nextAudit = next
  byId('more-audit').hidden = next === undefined
}

/** After a change: shows what is so now, and says what was done. */
async function changed(text, mood = 'good') {
  shownKeys = ''
  await loadProjects()
  await showProject()
  if (text !== undefined) say(mood, text)
}

/** A text, or a list of texts and elements. */
function say(mood, text) {
  const status = byId('status')
  status.hidden = text === undefined
  status.replaceChildren(...[text ?? ''].flat())
  status.dataset.mood = mood ?? 'calm'
}

/** Says what went wrong. */
function guarded(work) {
  return async (...given) => {
    try {
      await work(...given)
    } catch (error) {
      if (error.status === 403 && byId('login').hidden) {
        showLogin(true)
        return
      }
      say('refused', visibleName(error.message))
    }
  }
}
