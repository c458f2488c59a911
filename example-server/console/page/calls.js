/** The page of calls: alerts, look-up, the list and the counts. */
import { takeAlerts } from './alerts.js'
import { readSession } from './api.js'
import { showCounts } from './call-counts.js'
import { takeCalls } from './call-list.js'
import { byId } from './dom.js'
import { followEvents } from './live.js'
import { lookUp } from './lookup.js'
import { showOperator } from './operator.js'

void readSession().then(
  ({ operator }) => {
    showOperator(operator)
  },
  // The stream of events tells it, too.
  () => undefined,
)

followEvents({
  onEntries(events, message) {
    takeAlerts(events, message)
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
  // There one can log in; nothing of what was shown stays.
  if (state === 'ended') location.replace('/console/')
  byId('connection').hidden = state === 'live'
}
