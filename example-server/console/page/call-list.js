/** The list of calls: bounded, the newest first, and still under somebody's fingers. */
import { byId, element } from './dom.js'
import {
  eventDetails,
  faceText,
  outcomePill,
  outcomeText,
  projectElement,
  reasonElement,
} from './call-details.js'
import { wordsFor } from './reasons.js'
import { idElement, visibleId } from '/visible-text.js'

/** Of each kind, so that much of one pushes out nothing of another. */
const maxOfKind = 50
const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' })
/** Each shown event with its item, the oldest first. */
const shown = new Map()
/** What waits while the list is held. */
let waiting = []
let isPaused = false

const list = byId('call-list')
const filters = {
  outcome: byId('filter-outcome'),
  project: byId('filter-project'),
  code: byId('filter-code'),
}
const notVerified = 'not verified'
/** What is shown first: few calls, which would not be seen among many that are accepted. */
const notAccepted = 'all but accepted'

const valuesOf = (event) => ({
  outcome: [outcomeText(event), ...(kindOf(event) === 'accepted' ? [] : [notAccepted])],
  // No id is the other value.
  project: [event.projectId === undefined ? notVerified : `id ${event.projectId}`],
  code: [event.code, event.reason].filter((value) => value !== undefined),
})

for (const filter of Object.values(filters)) filter.addEventListener('change', applyFilters)
byId('show-all').addEventListener('click', () => {
  for (const filter of Object.values(filters)) filter.value = ''
  applyFilters()
  // The button is gone.
  filters.outcome.focus()
})
byId('pause').addEventListener('click', () => {
  isPaused = !isPaused
  byId('pause').textContent = isPaused ? 'Go on' : 'Pause'
  if (!isPaused) showWaiting()
})
byId('newer').addEventListener('click', showWaiting)
list.addEventListener('focusout', () => {
  // The focus is nowhere until it has arrived.
  setTimeout(() => {
    if (!isHeld()) showWaiting()
  })
})
offerChoices()
filters.outcome.value = notAccepted

const isHeld = () => isPaused || list.contains(document.activeElement)

export function takeCalls(events) {
  waiting.push(...events.filter(({ type }) => !type.startsWith('alert.')))
  waiting = waiting.filter(isAmongLatest(waiting))
  if (isHeld()) showNewer()
  else showWaiting()
}

/** An event that is shown, or waits to be. */
export function knownCall(id) {
  return shown.get(id)?.event ?? waiting.find((event) => event.id === id)
}

function kindOf({ type, projectId }) {
  if (type === 'accepted' || type === 'session.issued') return 'accepted'
  return projectId === undefined ? 'unverified' : 'verified'
}

/** Takes events, the oldest first. */
function isAmongLatest(events) {
  const byKind = Object.groupBy(events, kindOf)
  const latest = new Set(Object.values(byKind).flatMap((ofKind) => ofKind.slice(-maxOfKind)))
  return (event) => latest.has(event)
}

function isWanted(event) {
  const values = valuesOf(event)
  return Object.entries(filters).every(([name, { value }]) => value === '' || values[name].includes(value))
}

function showNewer() {
  const count = waiting.filter(isWanted).length
  byId('newer').hidden = count === 0
  byId('newer').textContent = `Show ${count} newer`
}

function showWaiting() {
  for (const event of waiting) {
    const item = callItem(event)
    // A call for which two events are told is the later one.
    shown.get(event.id)?.item.remove()
    shown.set(event.id, { event, item })
    list.prepend(item)
  }
  waiting = []
  const events = Array.from(shown.values(), ({ event }) => event)
  const stays = isAmongLatest(events)
  for (const event of events) {
    if (stays(event)) continue
    shown.get(event.id).item.remove()
    shown.delete(event.id)
  }
  offerChoices()
  applyFilters()
}

function callItem(event) {
  const [happened] = wordsFor(event)
  const date = new Date(event.time * 1000)
  const details = element(
    'details',
    {},
    element(
      'summary',
      { className: 'call-row' },
      element('time', { dateTime: date.toISOString(), title: date.toISOString() }, clockFormat.format(date)),
      outcomePill(event),
      projectElement(event),
      element(
        'span',
        { className: 'why' },
        ...(event.type === 'accepted' ? [`by ${faceText(event)}`] : [reasonElement(event), ` ${happened}`]),
      ),
      element(
        'span',
        { className: 'origin' },
        ...(event.origin === undefined ? [] : [idElement(event.origin)]),
      ),
    ),
  )
  // Made only when somebody looks.
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(eventDetails(event))
  })
  return element('li', { data: { id: event.id } }, details)
}

function applyFilters() {
  let count = 0
  for (const { event, item } of shown.values()) {
    item.hidden = !isWanted(event)
    if (!item.hidden) count += 1
  }
  byId('no-calls').hidden = count > 0
  byId('no-calls').textContent = shown.size === 0 ? 'No call yet.' : 'No call like that among the latest.'
  byId('left-out').hidden = count === shown.size
  byId('left-out').firstElementChild.textContent = `${count} of the latest ${shown.size} calls are shown.`
  showNewer()
}

/** What there is to choose from: what is shown, and what is chosen already. */
function offerChoices() {
  const all = Array.from(shown.values(), ({ event }) => valuesOf(event))
  for (const [name, filter] of Object.entries(filters)) {
    const values = new Set(all.flatMap((one) => one[name]))
    const { value } = filter
    if (value !== '') values.add(value)
    if (name === 'outcome') values.add(notAccepted)
    const wanted = ['', ...Array.from(values).sort()]
    const offered = Array.from(filter.options, (option) => option.value)
    if (JSON.stringify(wanted) === JSON.stringify(offered)) continue
    filter.replaceChildren(
      ...wanted.map((one) =>
        element(
          'option',
          { value: one },
          one === '' ? 'all' : visibleId(name === 'project' ? one.replace(/^id /, '') : one),
        ),
      ),
    )
    filter.value = value
  }
}
