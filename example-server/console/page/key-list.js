import { ago, button, element, moment, pill } from './dom.js'
import { idElement, nameElement, visibleId } from '/visible-text.js'
import { askToRevoke, askToRotate } from './key-dialogs.js'

const moods = { active: 'good', retiring: 'trouble', pending: 'trouble', revoked: 'refused', expired: 'calm' }
const order = ['active', 'retiring', 'pending', 'revoked', 'expired']

/** The items of the list of keys: those that can be used first, the newest first. */
export function keyItems(project, keys, done) {
  if (keys.length === 0) {
    return [element('li', { className: 'empty' }, 'No key yet, so nobody can sign tokens of this project.')]
  }
  return keys
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.createdAt - a.createdAt)
    .map((key) => keyItem(project, key, done))
}

function keyItem(project, key, done) {
  const { kid, alg, state } = key
  const actions = []
  if (state === 'active')
    actions.push(button('Rotate', () => askToRotate(project, key, done), 'small', `Rotate ${visibleId(kid)}`))
  if (!['revoked', 'expired'].includes(state))
    actions.push(
      button(
        'Revoke',
        () => askToRevoke(project, key, done),
        'small danger-quiet',
        `Revoke ${visibleId(kid)}`,
      ),
    )
  return element(
    'li',
    { className: 'key', data: { state } },
    element('div', { className: 'key-head' }, idElement(kid, 'kid'), pill(state, moods[state])),
    facts(key, alg),
    element('div', { className: 'buttons' }, ...actions),
  )
}

function facts(key, alg) {
  const list = element('dl', { className: 'facts' })
  const add = (name, ...value) => {
    list.append(element('div', {}, element('dt', {}, name), element('dd', {}, ...value)))
  }
  add('Algorithm', alg)
  add('Created', moment(key.createdAt))
  if (key.activatedAt !== undefined) {
    add('Last used', key.lastUsedAt === undefined ? 'never' : ago(key.lastUsedAt))
  }
  if (key.state === 'pending') add('Waits for a proof until', moment(key.challengeExpiresAt))
  if (key.state === 'retiring') add('Ends', moment(key.notAfter))
  if (key.state === 'expired' && key.notAfter !== undefined) add('Ended', moment(key.notAfter))
  if (key.state === 'revoked')
    add('Revoked', moment(key.revokedAt), ' (', nameElement(key.revocationReason), ')')
  if (key.replaces !== undefined) add('In place of', idElement(key.replaces, 'kid'))
  return list
}
