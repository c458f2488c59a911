/** The page of calls: alerts, look-up, the list and the counts. */
import { takeAlerts } from './alerts.js'
import { showCounts } from './call-counts.js'
import { takeCalls } from './call-list.js'
import { byId, element } from './dom.js'
import { followEvents } from './live.js'
import { lookUp } from './lookup.js'

followEvents({
  onEntries(events, message) {
    takeAlerts(events)
    takeCalls(events)
    showCounts(message)
  },
  onState: showState,
})

byId('lookup-form').addEventListener('submit', (event) => {
  event.preventDefault()
  void lookUp(byId('lookup').value)
})
byId('filters').addEventListener('submit', (event) => {
  event.preventDefault()
})

function showState(state) {
  const line = byId('connection')
  if (line.dataset.state === state) return
  line.dataset.state = state
  line.hidden = state === 'live'
  line.dataset.mood = 'trouble'
  line.replaceChildren(
    ...(state === 'ended'
      ? ['You are not logged in. ', element('a', { href: '/console/' }, 'Log in'), ' at the console first.']
      : ['The platform does not answer. What is shown is old; trying again ...']),
  )
}
