import { copyable, copyableId } from './copy.js'
import { ago, button, element, factList, moment, pill } from './dom.js'
import { showHandOver } from './hand-over.js'
import { askToRevoke, askToRotate } from './key-dialogs.js'
import { askForNewChallenge, askToConfirm, askToRegister } from './registration-dialogs.js'
import { idElement, nameElement, visibleId, visibleJson } from '/visible-text.js'

const moods = { active: 'good', retiring: 'trouble', pending: 'trouble', revoked: 'refused', expired: 'calm' }
const order = ['active', 'retiring', 'pending', 'revoked', 'expired']

/** The items of the list of keys: those that can be used first, the newest first. */
export function keyItems(project, keys, done) {
  if (keys.length === 0) {
    const text =
      project.keySet === undefined
        ? 'No key yet, so nobody can sign tokens of this project.'
        : 'No registered key: the customer hosts the keys, below.'
    return [element('li', { className: 'empty' }, text)]
  }
  return keys
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.createdAt - a.createdAt)
    .map((key) => keyItem(project, key, keys, done))
}

function keyItem(project, key, keys, done) {
  const { kid, alg, state, publicJwk } = key
  const name = visibleId(kid)
  const actions = []
  const offer = (text, label, ask, className = 'small') => actions.push(button(text, ask, className, label))
  // Nobody but the customer makes a private key of theirs.
  const rotate = () =>
    isCustomersOwn(key) ? askToRegister(project, keys, done, kid) : askToRotate(project, key, done)
  if (state === 'active') offer('Rotate', `Rotate ${name}`, rotate)
  if (isRegistration(key) && state === 'pending')
    offer('Confirm', `Confirm ${name}`, () => askToConfirm(project, key, done))
  // For one whose time is over, too, as long as it is there.
  if (isRegistration(key))
    offer('New challenge', `New challenge for ${name}`, () => askForNewChallenge(project, key, keys, done))
  if (!['revoked', 'expired'].includes(state)) {
    offer('Hand over', `Hand over ${name}`, () => showHandOver(project, key))
    offer('Revoke', `Revoke ${name}`, () => askToRevoke(project, key, done), 'small danger-quiet')
  }
  return element(
    'li',
    { className: 'key', data: { state, place: kid } },
    element('div', { className: 'key-head' }, copyableId('kid', kid, 'kid'), pill(state, moods[state])),
    facts(key, alg),
    element('div', { className: 'buttons' }, ...actions),
    element(
      'details',
      {},
      element('summary', {}, 'Public key'),
      copyable(`Public key of ${name}`, visibleJson(publicJwk)),
    ),
  )
}

function facts(key, alg) {
  const { state, createdAt, activatedAt, lastUsedAt, notAfter, replaces } = key
  const waiting = state === 'pending' ? 'Waits for a proof until' : 'Waited for a proof until'
  return factList(
    ['Algorithm', alg],
    ['Created', moment(createdAt)],
    activatedAt !== undefined && ['Last used', lastUsedAt === undefined ? 'never' : ago(lastUsedAt)],
    isRegistration(key) && [waiting, moment(key.challengeExpiresAt)],
    state === 'retiring' && ['Ends', moment(notAfter)],
    state === 'expired' && notAfter !== undefined && ['Ended', moment(notAfter)],
    state === 'revoked' && revocation(key),
    replaces !== undefined && ['In place of', idElement(replaces, 'kid')],
  )
}

/** When a key was revoked, and why. */
export function revocation({ revokedAt, revocationReason }) {
  return ['Revoked', moment(revokedAt), ' (', nameElement(revocationReason), ')']
}

/** A pair that was made here is active at once; one of the customer's waits for a proof. */
function isCustomersOwn({ createdAt, activatedAt }) {
  return activatedAt > createdAt
}

/** Whether the customer has still to prove that they hold the private half. */
function isRegistration({ challengeExpiresAt }) {
  return challengeExpiresAt !== undefined
}
