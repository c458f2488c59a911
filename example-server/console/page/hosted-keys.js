/** The keys that were ever in a customer's set. */
import { copyable, copyableId } from './copy.js'
import { ago, button, element, factList, moment, pill } from './dom.js'
import { showHandOver } from './hand-over.js'
import { askToRevoke } from './key-dialogs.js'
import { revocation } from './key-list.js'
import { visibleId, visibleJson } from '/visible-text.js'

export const moods = { active: 'good', removed: 'calm', revoked: 'refused' }
const order = ['active', 'removed', 'revoked']
const newSeconds = 7 * 86_400

/** Those that whoever publishes the set has added, of late: each signs for the project, and nobody was asked. */
export function newKeysOf(keySet, keys) {
  const since = Date.now() / 1000 - newSeconds
  return keys.filter(
    ({ state, firstSeen }) => state !== 'revoked' && firstSeen > keySet.confirmedAt && firstSeen > since,
  )
}

/** The items of their list: those that can be used first, the newest first. */
export function hostedKeyItems(project, keys, done) {
  const news = new Set(newKeysOf(project.keySet, keys))
  return keys
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.firstSeen - a.firstSeen)
    .map((key) => hostedKeyItem(project, key, news.has(key), done))
}

function hostedKeyItem(project, key, isNew, done) {
  const { kid, state, publicJwk } = key
  const name = visibleId(kid)
  const offer = (text, ask, className = 'small') => button(text, ask, className, `${text} ${name}`)
  return element(
    'li',
    { className: 'key', data: { state, place: `hosted ${kid}`, ...(isNew && { new: '' }) } },
    element(
      'div',
      { className: 'key-head' },
      copyableId('kid', kid, 'kid'),
      element('span', {}, pill(state, moods[state]), isNew ? pill('new', 'trouble') : undefined),
    ),
    facts(key),
    state === 'revoked'
      ? undefined
      : element(
          'div',
          { className: 'buttons' },
          state === 'active' ? offer('Hand over', () => showHandOver(project, key)) : undefined,
          offer('Revoke', () => askToRevoke(project, key, done), 'small danger-quiet'),
        ),
    publicJwk &&
      element(
        'details',
        {},
        element('summary', {}, 'Public key'),
        copyable(`Public key of ${name}`, visibleJson(publicJwk)),
      ),
  )
}

function facts(key) {
  const { state, alg, firstSeen, removedAt } = key
  return factList(
    alg !== undefined && ['Algorithm', alg],
    // One that was revoked before it came.
    ['First seen', alg === undefined ? 'never: it was in no set that was read' : ago(firstSeen)],
    removedAt !== undefined && [
      'Removed since',
      moment(removedAt),
      state === 'removed' ? ' (active again if it comes back)' : '',
    ],
    state === 'revoked' && revocation(key),
  )
}
