import * as api from './api.js'
import { copyable } from './copy.js'
import { openDialog } from './dialog.js'
import { element, field, moment, select } from './dom.js'
import { handOverBelow, showHandOver } from './hand-over.js'
import { overlaps } from './key-dialogs.js'
import { idElement, visibleId, visibleJson } from '/visible-text.js'

/** `successorOf` is the kid of the key that the new one shall replace, when it is known. */
export function askToRegister(project, keys, done, successorOf) {
  const jwk = element('textarea', {
    rows: 7,
    required: true,
    spellcheck: false,
    placeholder: '{ "kty": "EC", ... }  or  -----BEGIN PUBLIC KEY-----',
  })
  const active = keys.filter(({ state }) => state === 'active').map(({ kid }) => [kid, visibleId(kid)])
  const replaces = select([['', 'none: one more key'], ...active], successorOf)
  const overlap = select(overlaps)
  const toggle = () => (overlap.disabled = replaces.value === '')
  replaces.addEventListener('change', toggle)
  toggle()
  const title = successorOf === undefined ? 'Register a key' : 'Register the next key'
  openDialog({
    title: `${title}, step 1 of 2`,
    parts: [
      ...(successorOf === undefined ? [aboutRegistration()] : aboutSuccession(successorOf)),
      field('Public key', jwk, 'A JWK or PEM. Never a private key.'),
      field('Replaces', replaces, 'It retires when the customer has proved that they hold the new key.'),
      field('The old key stays good for', overlap, 'Counted from that proof. Then it ends by itself.'),
    ],
    fields: { jwk, replaces, overlap },
    action: 'Ask for a proof',
    submit: async () => {
      const replaced =
        replaces.value === '' ? {} : { replaces: replaces.value, overlap: Number(overlap.value) }
      // A JWK or PEM: the registry reads either under either name.
      const { kid, challenge } = await api.registerKey(project.id, { jwk: jwk.value, ...replaced })
      showChallenge(`${title}, step 2 of 2`, project, kid, challenge, done)
      await done()
    },
  })
}

function aboutRegistration() {
  return element(
    'p',
    {},
    'The customer made a pair and sent you the public half. They will have to prove that they hold the private half.',
  )
}

function aboutSuccession(kid) {
  return [
    element(
      'p',
      {},
      'The customer made the pair of ',
      idElement(kid, 'kid'),
      ' themselves, and only they have its private half. So they make the next pair, too: ask them for its public half.',
    ),
    element(
      'p',
      {},
      'Until they prove that they hold it, nothing changes. Then the new key is active, and the old one retires: you need not revoke it, unless others may have seen it.',
    ),
  ]
}

/** For a customer who lost the challenge, or had it too late. */
export function askForNewChallenge(project, key, keys, done) {
  const { kid, publicJwk, replaces, overlap } = key
  const old = keys.find((one) => one.kid === replaces && one.state === 'active')
  // What it was to replace may have ended meanwhile.
  const replaced = old === undefined ? {} : { replaces, overlap }
  openDialog({
    title: 'Make a new challenge?',
    parts: [
      element('p', {}, 'The key ', idElement(kid, 'kid'), ' waits for a proof that the customer holds it.'),
      element('p', {}, 'A new challenge is shown once, and makes the one before it worthless.'),
    ],
    action: 'Make a new challenge',
    submit: async () => {
      const { challenge } = await api.registerKey(project.id, { jwk: publicJwk, ...replaced })
      showChallenge('A new challenge', project, kid, challenge, done)
      await done()
    },
  })
}

/** Days later, when the customer has answered. */
export function askToConfirm(project, key, done) {
  const { part, ...proof } = proofOf(project, key, key.challengeExpiresAt, done)
  openDialog({
    title: 'Confirm a key',
    parts: [
      element(
        'p',
        {},
        'The key ',
        idElement(key.kid, 'kid'),
        ' waits for the proof that the customer sends.',
      ),
      part,
    ],
    action: 'Activate the key',
    ...proof,
  })
}

/** The one moment at which a challenge can be seen here: of its nonce only a hash is kept. */
function showChallenge(title, project, kid, challenge, done) {
  const snippet = `import { readFileSync } from 'node:fs'
import { proveKeyPossession } from 'reverse-jwt/customer'

const privateKey = readFileSync('project-key.pem')
const challenge = ${visibleJson(challenge)}
// As in createSigner: is this your platform, and your project there?
const audience = ${visibleJson(challenge.aud)}
const projectId = ${visibleJson(project.id)}

console.log(await proveKeyPossession({ privateKey, challenge, audience, projectId }))`
  const key = { kid, alg: challenge.alg }
  const { part, ...proof } = proofOf(project, key, challenge.exp, done)
  openDialog({
    title,
    parts: [
      element(
        'p',
        {},
        'Send this to the customer. It holds no secret; it runs where the private key is, and prints a proof. It is shown once: copy it now. The key waits in the list, so the proof can come later.',
      ),
      copyable('What the customer runs', snippet),
      part,
      handOverBelow(project, key),
    ],
    action: 'Activate the key',
    held: true,
    cancel: 'Later',
    ...proof,
  })
}

function proofOf(project, { kid, alg }, expiresAt, done) {
  const proof = element('textarea', { rows: 5, required: true, spellcheck: false, placeholder: 'eyJ...' })
  const hint = ['The challenge is good until ', moment(expiresAt), ', and for one proof.']
  return {
    part: field('Proof', proof, hint),
    fields: { proof },
    submit: async () => {
      await api.confirmKey(project.id, { kid, proof: proof.value.trim() })
      const note = 'The customer holds the private key. The key is active.'
      showHandOver(project, { kid, alg }, 'The key is active', note)
      await done()
    },
  }
}
