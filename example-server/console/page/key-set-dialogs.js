import * as api from './api.js'
import { copyable } from './copy.js'
import { closeDialog, openDialog } from './dialog.js'
import { element, field, moment, pill } from './dom.js'
import { moods } from './hosted-keys.js'
import { keygenCommand } from './keygen-command.js'
import { idElement, visibleJson } from '/visible-text.js'

const troubleGuide = 'https://unpkg.com/reverse-jwt/docs/key-sets.md#when-it-does-not-work'

/** Why an entry of a set cannot be used. */
const drops = {
  private:
    'Its private half stands there for all to read. Tell the customer at once: this key is of no use any more.',
  symmetric: 'It is a shared secret and no public key.',
  duplicate_kid: 'Two entries have this kid, so neither counts.',
  other_material: 'This kid stood for another key before. A new key needs a new kid.',
  not_admitted: 'It is weak or broken, for another use, or has a kid that is none.',
  too_many: 'The set has more keys than are used.',
}

const paragraph = (...parts) => element('p', {}, ...parts)

export function askForKeySet(project, done) {
  const address = element('input', {
    required: true,
    maxLength: 2048,
    inputMode: 'url',
    autocomplete: 'off',
    spellcheck: false,
    placeholder: 'https://shop.example/jwks.json',
  })
  openDialog({
    title: 'Register a key set, step 1 of 2',
    parts: [
      paragraph(
        'The customer publishes a JWK Set (RFC 7517) at an address, and proves that they hold one of the keys there.',
      ),
      paragraph(
        'From that proof on every key that is published there signs for the project, also those that come later: whoever controls the address decides.',
      ),
      field('Address', address, 'https, and a name with a dot. It is read when the proof is there.'),
    ],
    fields: { jwksUri: address },
    action: 'Ask for a proof',
    submit: () => challengeFor('Register a key set, step 2 of 2', project, address.value.trim(), done),
  })
}

/** For a customer who lost the challenge, or had it too late. */
export function askForNewSetChallenge(project, done) {
  const { jwksUri } = project.pendingKeySet
  openDialog({
    title: 'Make a new challenge?',
    parts: [
      paragraph('The key set at ', idElement(jwksUri, 'kid'), ' waits for a proof.'),
      paragraph('A new challenge is shown once, and makes the one before it worthless.'),
    ],
    action: 'Make a new challenge',
    submit: () => challengeFor('A new challenge', project, jwksUri, done),
  })
}

async function challengeFor(title, project, address, done) {
  const { challenge } = await api.registerKeySet(project.id, address)
  showChallenge(title, project, challenge, done)
  await done()
}

/** The one moment at which a challenge can be seen here: of its nonce only a hash is kept. */
function showChallenge(title, project, challenge, done) {
  const file = visibleJson(challenge)
  const { command, note } = keygenCommand(challenge.jwks_uri)
  const { part, ...proof } = proofOf(project, challenge.exp, done)
  openDialog({
    title,
    parts: [
      paragraph(
        'Send both to the customer. They hold no secret. The challenge is shown once: copy it now. The set waits in the project, so the proof can come later.',
      ),
      paragraph('Address: ', idElement(challenge.jwks_uri, 'kid')),
      copyable('challenge.json', file),
      paragraph(
        element(
          'a',
          { href: `data:application/json,${encodeURIComponent(file)}`, download: 'challenge.json' },
          'Download challenge.json',
        ),
      ),
      copyable('What the customer runs', command),
      element(
        'p',
        { className: 'hint' },
        `${note}It runs where a private key of the set is, and prints the proof. A key file that names neither this platform nor the project needs --audience and --project, too.`,
      ),
      part,
    ],
    action: 'Confirm the key set',
    held: true,
    cancel: 'Later',
    ...proof,
  })
}

/** Days later, when the customer has answered. */
export function askToConfirmSet(project, done) {
  const { jwksUri, challengeExpiresAt } = project.pendingKeySet
  const { part, ...proof } = proofOf(project, challengeExpiresAt, done)
  openDialog({
    title: 'Confirm the key set',
    parts: [
      paragraph(
        'The key set at ',
        idElement(jwksUri, 'kid'),
        ' waits for the proof that the customer sends.',
      ),
      part,
    ],
    action: 'Confirm the key set',
    ...proof,
  })
}

function proofOf(project, expiresAt, done) {
  const proof = element('textarea', { rows: 5, required: true, spellcheck: false, placeholder: 'eyJ...' })
  const hint = [
    'The challenge is good until ',
    moment(expiresAt),
    ', and for one proof. With it the set is read: ',
    element('a', { href: troubleGuide, rel: 'noreferrer', target: '_blank' }, 'what to do when that fails'),
    '.',
  ]
  return {
    part: field('Proof', proof, hint),
    fields: { proof },
    submit: async () => {
      const confirmation = await api.confirmKeySet(project.id, proof.value.trim())
      showConfirmation(confirmation)
      await done()
    },
  }
}

function showConfirmation({ keySet, keys, dropped }) {
  const isLeak = dropped.some(({ reason }) => reason === 'private')
  openDialog({
    title: 'The key set is confirmed',
    parts: [
      paragraph(
        'The customer holds a key of ',
        idElement(keySet.jwksUri, 'kid'),
        '. These keys are there, and whatever key comes later signs for the project, too:',
      ),
      list(
        keys.map(({ kid, state }) => [idElement(kid, 'kid'), ' ', pill(state, moods[state])]),
        'Keys of the set',
      ),
      ...(dropped.length === 0
        ? []
        : [
            element(
              'p',
              { className: 'status', data: { mood: isLeak ? 'refused' : 'trouble' } },
              'Some of the set cannot be used. Tell the customer:',
            ),
            list(
              dropped.map(({ kid, reason }) => [
                ...(kid === undefined ? ['An entry without a kid'] : [idElement(kid, 'kid')]),
                ` (${reason}): ${drops[reason] ?? ''}`,
              ]),
              'What cannot be used',
            ),
          ]),
    ],
    action: 'Close',
  })
}

const list = (items, label) =>
  element('ul', { aria: { label } }, ...items.map((parts) => element('li', {}, ...parts)))

export function askToRemoveSet(project, done) {
  const { keySet, pendingKeySet } = project
  const reason = element('input', { maxLength: 256, autocomplete: 'off' })
  const sure = element('input', { type: 'checkbox', required: true })
  const text =
    keySet === undefined
      ? 'Its challenge can be answered no more. The registered keys stay.'
      : 'At once: every token that a key of the set signs is refused, and all sessions of the project end. The registered keys stay.'
  openDialog({
    title: 'Remove the key set?',
    parts: [
      element('p', { className: 'status', data: { mood: 'trouble' } }, text),
      keySet && paragraph('Address: ', idElement(keySet.jwksUri, 'kid')),
      pendingKeySet && paragraph('Waits for a proof: ', idElement(pendingKeySet.jwksUri, 'kid')),
      field('Reason (optional)', reason, 'For the audit log.'),
      keySet &&
        element(
          'label',
          { className: 'switch' },
          sure,
          ' I understand: nobody can call with a key of this set any more, and all sessions end too',
        ),
    ].filter(Boolean),
    fields: { reason },
    action: 'Remove',
    mood: 'danger',
    submit: async () => {
      const given = reason.value.trim()
      await api.removeKeySet(project.id, given === '' ? {} : { reason: given })
      closeDialog()
      await done('The key set is removed.')
    },
  })
}
