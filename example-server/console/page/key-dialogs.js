import * as api from './api.js'
import { copyable } from './copy.js'
import { closeDialog, openDialog } from './dialog.js'
import { element, field, select } from './dom.js'
import { handOverBelow } from './hand-over.js'
import { idElement, visibleName } from '/visible-text.js'

const algorithms = [
  ['ES256', 'ES256 (the usual one)'],
  ['EdDSA', 'EdDSA (Ed25519)'],
  ['RS256', 'RS256 (RSA, 3072 bits)'],
  ['PS256', 'PS256 (RSA-PSS, 3072 bits)'],
]
export const overlaps = [
  ['86400', 'a day'],
  ['3600', 'an hour'],
  ['604800', 'a week'],
  ['2592000', '30 days'],
  ['0', 'no time: ends at once'],
]
/** In few words: on a phone there is room for no more. */
const reasons = [
  ['exposed', 'exposed: may be known'],
  ['compromised', 'compromised: misused'],
  ['superseded', 'superseded: replaced'],
  ['unused', 'unused: nobody signs'],
  ['other', 'other'],
]

const warning = (text) => element('p', { className: 'status', data: { mood: 'trouble' } }, text)

/** The one moment at which a private key can be seen here. */
function showPrivateKey(project, { kid, privateKey, publicJwk: { alg } }, note, done) {
  const seen = element('input', { type: 'checkbox', required: true })
  openDialog({
    title: 'The private key, shown once',
    parts: [
      warning(
        'Nobody can show it again: it is stored nowhere. Hand it to the customer over a way that only they can read (not by mail or chat), for the secrets of their backend.',
      ),
      copyable('Private key', privateKey, true),
      ...(note === undefined ? [] : [element('p', {}, note)]),
      handOverBelow(project, { kid, alg }),
      element('label', { className: 'switch' }, seen, ' I have it'),
    ],
    action: 'Forget it here',
    held: true,
    cancel: '',
    submit: async () => {
      closeDialog()
      await done()
    },
  })
}

export function askToCreateKey(project, done) {
  const alg = select(algorithms)
  openDialog({
    title: 'Create a key pair',
    parts: [
      element(
        'p',
        {},
        'The platform makes the pair, shows you the private half once, and keeps the public half. Better, if the customer can: they make the pair, and you register the public half.',
      ),
      field('Algorithm', alg),
    ],
    action: 'Create',
    submit: async () => {
      const pair = await api.generateKey(project.id, { alg: alg.value })
      showPrivateKey(project, pair, undefined, () => done('The new key is active.'))
    },
  })
}

export function askToRotate(project, key, done) {
  const overlap = select(overlaps)
  // One name for this dialog: sent twice, it rotates once.
  const name = crypto.randomUUID()
  openDialog({
    title: 'Rotate a key',
    parts: [
      element('p', {}, 'A new pair takes the place of ', idElement(key.kid, 'kid'), '.'),
      field(
        'The old key stays good for',
        overlap,
        'Long enough for the customer to put the new key everywhere.',
      ),
    ],
    action: 'Rotate',
    submit: async () => {
      const rotation = await api.rotateKey(project.id, { kid: key.kid, overlap: Number(overlap.value) }, name)
      if (rotation.privateKey === undefined) {
        closeDialog()
        return done(
          'This rotation was made before, and its private key told then. If nobody has it, revoke the new key.',
        )
      }
      const end = new Date(rotation.retiring.until * 1000).toLocaleString()
      const note = Number(overlap.value) === 0 ? 'The old key has ended.' : `The old key ends on ${end}.`
      showPrivateKey(project, rotation, note, () => done('The key is rotated.'))
    },
  })
}

/** A key of the customer's set is `hosted`. Without a `kid` somebody types it. */
export function askToRevoke(project, { kid, hosted = false }, done) {
  const typed = element('input', {
    required: true,
    maxLength: 256,
    autocomplete: 'off',
    spellcheck: false,
  })
  const reason = select(reasons)
  const sure = element('input', { type: 'checkbox', required: true })
  openDialog({
    title: 'Revoke a key?',
    parts: [
      warning('At once and for good: every token that it signs is refused, and it can never be used again.'),
      ...(hosted ? [element('p', {}, 'This counts whatever stands in the key set from now on.')] : []),
      kid === undefined
        ? field('kid', typed, 'As it stands in the tokens of this key. Nobody need have seen it before.')
        : element('p', {}, 'Key ', idElement(kid, 'kid'), ' of ', idElement(project.id)),
      field('Reason', reason),
      element(
        'label',
        { className: 'switch' },
        sure,
        ' I understand: nobody can call with this key again, and its sessions end too',
      ),
    ],
    fields: kid === undefined ? { kid: typed } : {},
    action: 'Revoke',
    mood: 'danger',
    submit: async () => {
      const options = { kid: kid ?? typed.value.trim(), reason: reason.value }
      const { warning: left, alsoRevoked = [] } = await api.revokeKey(project.id, options)
      closeDialog()
      const others =
        alsoRevoked.length > 0 &&
        `The same pair was there under ${alsoRevoked.map(visibleName).join(', ')}, too.`
      await done(
        ['The key is revoked.', others, left && visibleName(left)].filter(Boolean).join(' '),
        left && 'trouble',
      )
    },
  })
}
