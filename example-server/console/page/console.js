/** The console: one project at a time, named in the address after #. */
import * as api from './api.js'
import { loadAudit } from './audit-log.js'
import { byId, element } from './dom.js'
import { drawAnew, placeOf, returnFocus } from './focus.js'
import { guarded } from './guarded.js'
import { askToCreateKey } from './key-dialogs.js'
import { keyItems } from './key-list.js'
import { forgetKeySet, hideKeySet, showKeySet } from './key-set.js'
import { isLoggedIn, listenForLogin, readSession, session, showLogin } from './login.js'
import { say } from './messages.js'
import { askForNewProject } from './project-dialogs.js'
import { current, drawProjects, firstProject, loadProjects } from './project-list.js'
import { showProjectView } from './project-view.js'
import { askToRegister } from './registration-dialogs.js'
import { idElement } from '/visible-text.js'

const refreshEveryMs = 3_000
/** A set is read once in minutes. */
const refreshKeySetEveryMs = 30_000
/** The project that is shown, with the audience of its tokens. */
let shown
let keys = []
let shownKeys = ''

/** Shows another project. */
async function go(id) {
  history.pushState(null, '', `#${encodeURIComponent(id)}`)
  await showProject()
}

listenForLogin(start)
byId('new-project').addEventListener('click', () =>
  askForNewProject(async (project) => {
    await loadProjects()
    await go(project.id)
    say('good', ['The project ', idElement(project.id), ' is made. It needs a key now.'])
  }),
)
byId('create-key').addEventListener('click', () => askToCreateKey(shown, changed))
byId('register-key').addEventListener('click', () => askToRegister(shown, keys, changed))
addEventListener('hashchange', guarded('show', showProject))
keepFresh(loadKeys, refreshEveryMs)
keepFresh(loadKeySet, refreshKeySetEveryMs)

void guarded('show', start)()

function keepFresh(load, everyMs) {
  setInterval(() => {
    // A dialog may be about to delete what would be asked for.
    if (isLoggedIn() && !byId('keys').hidden && !byId('dialog').open && !document.hidden)
      void load().catch((error) => {
        if (error.status === 403) showLogin()
      })
  }, everyMs)
}

async function start() {
  if (!(await readSession())) return
  await loadProjects()
  const first = firstProject()
  if (current() === '' && first !== undefined)
    history.replaceState(null, '', `#${encodeURIComponent(first.id)}`)
  await showProject()
}

async function showProject() {
  say()
  drawProjects()
  const id = current()
  // What is only drawn anew stays in sight: a dialog that closes meanwhile gives the focus back to a button there.
  if (shown?.id !== id) hideKeys()
  shownKeys = ''
  forgetKeySet()
  if (id === '') {
    const text =
      firstProject() === undefined ? 'There is no project yet. Make the first one.' : 'Choose a project.'
    byId('project').replaceChildren(element('h2', {}, text))
  } else {
    try {
      shown = { ...(await api.readProject(id)), audience: session.audience }
      showProjectView(shown, changed, gone)
      await Promise.all([loadKeys(), showKeySet(shown, changed)])
      byId('keys').hidden = false
    } catch (error) {
      if (error.status !== 404) throw error
      hideKeys()
      byId('project').replaceChildren(element('h2', {}, 'There is no such project.'))
    }
  }
  await loadAudit()
}

function hideKeys() {
  byId('keys').hidden = true
  shown = undefined
  hideKeySet()
}

async function gone() {
  hideKeys()
  await loadProjects()
  await go(firstProject()?.id ?? '')
  say('good', 'The project is deleted.')
  byId('project').querySelector('h2')?.focus()
}

/** Shows keys anew only when there is something new, and not under somebody's fingers. */
async function loadKeys() {
  const id = current()
  const answer = await api.listKeys(id)
  if (id !== current()) return
  keys = answer.keys
  const text = JSON.stringify([keys, shown.keySet, Math.floor(Date.now() / 60_000)])
  const list = byId('key-list')
  if (text === shownKeys || (shownKeys !== '' && list.contains(document.activeElement))) return
  shownKeys = text
  drawAnew(list, keyItems(shown, keys, changed))
}

async function loadKeySet() {
  const id = current()
  const project = await api.readProject(id)
  if (id !== current()) return
  shown = { ...project, audience: session.audience }
  await showKeySet(shown, changed)
}

/** After a change: shows what is so now, and says what was done. */
async function changed(text, mood = 'good') {
  const place = placeOf(document.activeElement)
  await guarded('show', async () => {
    await loadProjects()
    await showProject()
  })()
  returnFocus(place)
  if (text !== undefined) say(mood, text)
}
