/** What the portal shows. Names come from the service, and go in as text. */

import { idElement, projectTitle } from '/visible-text.js'

const byId = (id) => document.getElementById(id)
const rows = new Map()

export function showStatus(mood, text) {
  byId('status').dataset.mood = mood
  byId('status').textContent = text
  byId('again').hidden = true
  byId('out').hidden = true
}

export function showTrouble({ mood, text, isOut = false, isAlone = false }) {
  showStatus(mood, text)
  byId('again').hidden = isAlone
  byId('out').hidden = !isAlone
  if (!isOut) return
  byId('caller').hidden = true
  byId('apps').hidden = true
}

export function showCaller(project, embedder) {
  byId('project').replaceChildren(projectTitle(project))
  byId('embedder').replaceChildren(idElement(embedder))
  byId('caller').hidden = false
  byId('apps').hidden = false
}

/** Adds an app to the list, or shows what has changed with it. */
export function showApp({ id, name, purpose, connected }, onChange) {
  const row = rows.get(id) ?? newRow(id, name, purpose)
  const control = row.querySelector('input')
  control.checked = connected
  if (onChange === undefined) return
  control.onclick = (event) => {
    // It stays as it is until the service has answered.
    event.preventDefault()
    onChange()
  }
}

function newRow(id, name, purpose) {
  const row = byId('app').content.firstElementChild.cloneNode(true)
  row.querySelector('strong').textContent = name
  row.querySelector('.quiet').textContent = purpose
  byId('app-list').append(row)
  rows.set(id, row)
  return row
}
