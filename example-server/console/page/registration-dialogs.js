import * as api from './api.js'
import { closeDialog, openDialog } from './dialog.js'
import { copyable, element, field, moment, select } from './dom.js'
import { idElement, visibleId, visibleJson } from '/visible-text.js'

export function askToRegister(project, keys, done) {
  const publicKey = element('textarea', {
    rows: 7,
    required: true,
    spellcheck: false,
    placeholder: '{ "kty": "EC", ... }  or  -----BEGIN PUBLIC KEY-----',
  })
  const active = keys.filter(({ state }) => state === 'active').map(({ kid }) => [kid, visibleId(kid)])
  const replaces = select([['', 'none: this key comes beside the others'], ...active])
  openDialog({
    title: 'Register a key, step 1 of 2',
    parts: [
      element(
        'p',
        {},
        'The customer made a pair and sent you the public half. They will have to prove that they hold the private half.',
      ),
      field('Public key', publicKey, 'A JWK or PEM. Never a private key.'),
      field('Replaces', replaces, 'The replaced key stays good for a day after the proof.'),
    ],
    action: 'Ask for a proof',
    submit: async () => {
      const replaced = replaces.value === '' ? {} : { replaces: replaces.value }
      // A JWK or PEM: the registry reads either under either name.
      const { kid, challenge } = await api.registerKey(project, { jwk: publicKey.value, ...replaced })
      showChallenge('Register a key, step 2 of 2', project, kid, challenge, done)
      await done()
    },
  })
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
      const { challenge } = await api.registerKey(project, { jwk: publicJwk, ...replaced })
      showChallenge('A new challenge', project, kid, challenge, done)
      await done()
    },
  })
}

/** Days later, when the customer has answered. */
export function askToConfirm(project, key, done) {
  const { field: proof, submit } = proofOf(project, key.kid, key.challengeExpiresAt, done)
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
      proof,
    ],
    action: 'Activate the key',
    submit,
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
const projectId = ${visibleJson(project)}

console.log(await proveKeyPossession({ privateKey, challenge, audience, projectId }))`
  const { field: proof, submit } = proofOf(project, kid, challenge.exp, done)
  openDialog({
    title,
    parts: [
      element(
        'p',
        {},
        'Send this to the customer. It holds no secret; it runs where the private key is, and prints a proof. It is shown once: copy it now. The key waits in the list, so the proof can come later.',
      ),
      copyable('What the customer runs', snippet),
      proof,
    ],
    action: 'Activate the key',
    held: true,
    cancel: 'Later',
    submit,
  })
}

function proofOf(project, kid, expiresAt, done) {
  const proof = element('textarea', { rows: 5, required: true, spellcheck: false, placeholder: 'eyJ...' })
  const hint = ['The challenge is good until ', moment(expiresAt), ', and for one proof.']
  return {
    field: field('Proof', proof, hint),
    submit: async () => {
      await api.confirmKey(project, { kid, proof: proof.value.trim() })
      closeDialog()
      await done('The customer holds the private key. The key is active.')
    },
  }
}
