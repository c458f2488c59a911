/** The alerts: those still going on first, each once, with what became of it. */
import { byId, element, moment } from './dom.js'
import { followEvents } from './live.js'
import { idElement, nameElement } from '/visible-text.js'

const maxShown = 40
const titles = {
  revoked_key_used: 'A revoked key is in use',
  replay_burst: 'Many used tokens come again',
  origin_mismatch_burst: 'Calls from pages that are not the project’s',
  times_refused: 'Times of tokens are refused',
  clock_ahead: 'A clock is ahead',
  clock_behind: 'A clock is behind, or tokens are kept',
  project_refused: 'Many calls of a project are refused',
  store_unavailable: 'A store cannot be asked',
  key_near_expiry: 'A key ends soon',
  key_set_failing: 'A key set cannot be read',
  private_key_published: 'A private key stands in a key set',
  revocations_stale: 'The list of ended sessions is old',
  probing: 'Somebody tries names',
}
const severities = { critical: 'refused', warning: 'trouble', info: 'calm' }
const order = ['critical', 'warning', 'info']

const alerts = new Map()
let shown = ''
let shownFeed
let stop

const keyOf = ({ rule, projectId, unverifiedProjectId }) =>
  JSON.stringify([rule, projectId, unverifiedProjectId])

/** Strangers can raise those that are not verified: they push out no other. */
function firstToLeave() {
  const all = Array.from(alerts.values())
  return all.find(({ unverifiedProjectId }) => unverifiedProjectId !== undefined) ?? all[0]
}

export function takeAlerts(events, { feed }) {
  // The platform has begun anew: what is still going on is raised again.
  if (feed !== shownFeed) alerts.clear()
  shownFeed = feed
  for (const event of events) {
    const key = keyOf(event)
    if (event.type === 'alert.raised') {
      alerts.delete(key)
      alerts.set(key, { ...event, key })
    } else if (event.type === 'alert.ended' && alerts.has(key)) {
      alerts.set(key, { ...alerts.get(key), endedAt: event.time })
    }
  }
  while (alerts.size > maxShown) alerts.delete(firstToLeave().key)
  show()
}

function show() {
  const rank = ({ severity, endedAt }) => (endedAt === undefined ? 0 : 10) + order.indexOf(severity)
  const list = Array.from(alerts.values()).sort((a, b) => rank(a) - rank(b) || b.time - a.time)
  const text = JSON.stringify(list)
  if (text === shown) return
  shown = text
  byId('alerts').hidden = list.length === 0
  // Each that stays keeps its element, or all of them would be read out again.
  const old = new Map(Array.from(byId('alert-list').children, (item) => [item.dataset.state, item]))
  byId('alert-list').replaceChildren(...list.map((alert) => old.get(stateOf(alert)) ?? alertItem(alert)))
}

const projectLink = (id) => element('a', { href: `/console/#${encodeURIComponent(id)}` }, idElement(id))

const stateOf = ({ id, endedAt }) => `${id} ${endedAt ?? ''}`

function alertItem(alert) {
  const { rule, severity, projectId, unverifiedProjectId, kid, text, time, endedAt } = alert
  const isOver = endedAt !== undefined
  return element(
    'li',
    { data: { state: stateOf(alert), ...(isOver ? { over: '' } : {}) } },
    element(
      'p',
      { className: 'alert-head' },
      element(
        'strong',
        { className: 'pill', data: { mood: isOver ? 'calm' : severities[severity] } },
        severity,
      ),
      element('strong', {}, Object.hasOwn(titles, rule) ? titles[rule] : nameElement(rule)),
      ...(projectId === undefined ? [] : [' ', projectLink(projectId)]),
      ...(kid === undefined ? [] : [' key ', idElement(kid)]),
      ...(unverifiedProjectId === undefined
        ? []
        : [' says: ', idElement(unverifiedProjectId), ' ', element('em', {}, 'not verified')]),
    ),
    element('p', {}, nameElement(text)),
    element(
      'p',
      { className: 'when' },
      moment(time),
      ...(isOver ? [', ended ', moment(endedAt)] : [', still going on']),
    ),
  )
}

/** For a page that shows the alerts alone, as long as it is wanted. */
export function watchAlerts(isWanted) {
  if (!isWanted) stop?.()
  stop = isWanted ? (stop ?? followEvents({ onEntries: takeAlerts, onState: () => undefined })) : undefined
}
