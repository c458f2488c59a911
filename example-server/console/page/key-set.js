/** The section of a project about the keys that its customer hosts: where they are, whether that is proved, and which there were. */
import * as api from './api.js'
import { copyableId } from './copy.js'
import { ago, button, byId, element, factList, moment, pill } from './dom.js'
import { drawAnew } from './focus.js'
import { hostedKeyItems, newKeysOf } from './hosted-keys.js'
import { askToRevoke } from './key-dialogs.js'
import { askForKeySet, askForNewSetChallenge, askToConfirmSet, askToRemoveSet } from './key-set-dialogs.js'
import { current } from './project-list.js'
import { visibleName } from '/visible-text.js'

/** What the section shows, as text. */
let shown = ''

export function hideKeySet() {
  byId('key-set').hidden = true
}

/** The next time it is drawn anew in any case. */
export function forgetKeySet() {
  shown = ''
}

/** Draws it anew only when there is something new, and not under somebody's fingers. */
export async function showKeySet(project, changed) {
  const { id, keySet, pendingKeySet } = project
  const { keys } = keySet === undefined ? { keys: [] } : await api.listHostedKeys(id)
  if (id !== current()) return
  const text = JSON.stringify([id, keySet, pendingKeySet, keys, Math.floor(Date.now() / 60_000)])
  const section = byId('key-set')
  if (text === shown || (shown !== '' && section.contains(document.activeElement))) return
  shown = text
  drawAnew(byId('key-set-view'), setParts(project, keys, changed))
  drawAnew(byId('hosted-keys'), hostedKeyItems(project, keys, changed))
  const news = newsOf(newKeysOf(keySet, keys).length)
  // A screen reader reads it out each time that it is written.
  if (byId('new-keys').textContent !== news) byId('new-keys').textContent = news
  section.hidden = false
}

function newsOf(count) {
  if (count === 0) return ''
  return count === 1
    ? 'A key is new: it came after the proof, within the last 7 days. Ask the customer whether they made it; if not, revoke it.'
    : `${count} keys are new: they came after the proof, within the last 7 days. Ask the customer whether they made them, and revoke those that they did not make.`
}

function setParts(project, keys, changed) {
  const { keySet, pendingKeySet } = project
  if (keySet === undefined && pendingKeySet === undefined)
    return [
      element(
        'p',
        { className: 'empty' },
        'None. A customer can publish the public keys at an address of their own instead, and change them there without you.',
      ),
      buttons(button('Register a key set', () => askForKeySet(project, changed))),
    ]
  const isAlone = keySet === undefined || pendingKeySet === undefined
  return [
    keySet && confirmedSet(project, keys, changed),
    pendingKeySet && pendingSet(project, changed),
    isAlone
      ? undefined
      : element(
          'p',
          { className: 'hint' },
          'Until the new address is proved, the keys of the old one count.',
        ),
  ].filter(Boolean)
}

function confirmedSet(project, keys, changed) {
  const { jwksUri, confirmedAt, readAt, failure } = project.keySet
  const active = keys.filter(({ state }) => state === 'active').length
  return box(
    'confirmed set',
    jwksUri,
    failure === undefined ? pill('confirmed', 'good') : pill('cannot be read', 'trouble'),
    factList(
      ['Confirmed', moment(confirmedAt)],
      ['Last read', readAt === undefined ? 'unknown' : ago(readAt)],
      ['Active keys', String(active)],
      failure && ['Fails since', ago(failure.since), `: ${visibleName(failure.cause)}`],
    ),
    buttons(
      button('Another address', () => askForKeySet(project, changed)),
      button('Revoke a kid', () => askToRevoke(project, { hosted: true }, changed), 'small danger-quiet'),
      removal(project, changed),
    ),
  )
}

function pendingSet(project, changed) {
  const { jwksUri, challengeExpiresAt } = project.pendingKeySet
  const isOpen = challengeExpiresAt > Date.now() / 1000
  return box(
    'pending set',
    jwksUri,
    isOpen ? pill('pending', 'trouble') : pill('expired', 'calm'),
    factList([isOpen ? 'Waits for a proof until' : 'Waited for a proof until', moment(challengeExpiresAt)]),
    buttons(
      isOpen &&
        button('Confirm', () => askToConfirmSet(project, changed), 'small primary', 'Confirm the key set'),
      button(
        'New challenge',
        () => askForNewSetChallenge(project, changed),
        'small',
        'New challenge for the key set',
      ),
      // It takes away both.
      project.keySet === undefined && removal(project, changed),
    ),
  )
}

function removal(project, changed) {
  const ask = () => askToRemoveSet(project, changed)
  return button('Remove', ask, 'small danger-quiet', 'Remove the key set')
}

const buttons = (...made) => element('div', { className: 'buttons' }, ...made.filter(Boolean))

function box(place, address, state, ...parts) {
  return element(
    'div',
    { className: 'key', data: { place } },
    element('div', { className: 'key-head' }, copyableId('address', address, 'kid'), state),
    ...parts,
  )
}
