/** The list of projects, and the search in it. */
import * as api from './api.js'
import { byId, element, pill } from './dom.js'
import { guarded } from './guarded.js'
import { idElement, projectTitle, visibleId, visibleName } from '/visible-text.js'

const pageSize = 500
/** Of those found, so many are shown; so many are looked at. */
const maxShown = 100
const maxSearched = 20_000
let projects = []
let next

/** The id in the address after #. */
export function current() {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return ''
  }
}

export const firstProject = () => projects[0]

/** The first page of the list; all pages while somebody searches. */
export async function loadProjects() {
  const page = await api.listProjects()
  projects = page.projects
  next = page.next
  drawProjects()
  if (query() !== '') await search()
}

async function loadMore(limit) {
  const after = next
  const page = await api.listProjects(after, limit)
  // Another search, or a change, may have been faster.
  if (after !== next) return
  projects = [...projects, ...page.projects]
  next = page.next
}

export function drawProjects() {
  const words = query()
    .split(' ')
    .filter((word) => word !== '')
  const found = projects.filter((project) => words.every((word) => textOf(project).includes(word)))
  byId('projects').replaceChildren(
    ...found.slice(0, words.length === 0 ? found.length : maxShown).map(projectLink),
  )
  byId('more-projects').hidden = next === undefined || words.length > 0
  byId('found').textContent = words.length === 0 ? '' : foundText(found.length)
}

function foundText(count) {
  if (next !== undefined && projects.length < maxSearched)
    return `Searching: ${count} of ${projects.length} so far.`
  const all = next === undefined ? `${projects.length}` : `the first ${projects.length}`
  const rest = count > maxShown ? `, ${maxShown} shown: type more` : ''
  return `${count} of ${all}${rest}.`
}

const query = () => plain(byId('search').value.trim())
const plain = (text) => text.normalize('NFKC').toLowerCase()
/** As it is, and as it is shown. */
const textOf = ({ id, name = id }) => plain([id, visibleId(id), name, visibleName(name)].join('\n'))

async function search() {
  drawProjects()
  while (query() !== '' && next !== undefined && projects.length < maxSearched) {
    await loadMore(pageSize)
    drawProjects()
  }
}

function projectLink({ id, name, suspended }) {
  const parts = [projectTitle({ id, name })]
  if (name !== undefined && name !== id) parts.push(idElement(id))
  if (suspended) parts.push(pill('suspended', 'trouble'))
  const link = element('a', { href: `#${encodeURIComponent(id)}` }, ...parts)
  if (id === current()) link.setAttribute('aria-current', 'page')
  return element('li', {}, link)
}

byId('search').addEventListener('input', guarded('search', search))
byId('more-projects').addEventListener(
  'click',
  guarded('list', async () => {
    await loadMore()
    drawProjects()
  }),
)
/** From the search into the list and back by arrows; Enter opens the first one, Escape begins anew. */
byId('project-list').addEventListener('keydown', (event) => {
  const links = Array.from(byId('projects').querySelectorAll('a'))
  const stops = [byId('search'), ...links]
  const at = stops.indexOf(event.target)
  if (at === -1) return
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step !== undefined) stops[at + step]?.focus()
  else if (event.key === 'Enter' && at === 0) links[0]?.click()
  else if (event.key === 'Escape') {
    byId('search').value = ''
    drawProjects()
    byId('search').focus()
  } else return
  event.preventDefault()
})
