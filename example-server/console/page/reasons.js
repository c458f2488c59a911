/** Every true reason in words: what happened, and what to do. */

const signer = "the customer's backend"

/** By the `reason` of an event: that of a refusal or of an outage. */
export const reasons = {
  credentials_missing: [
    'The call had no token.',
    'Was the page built without its client, or is somebody looking around? One call alone means nothing.',
  ],
  request_malformed: [
    'The request did not carry exactly one well-formed token: two of them, one in the address, or a broken header.',
    'Look at what the page sends: one header, Authorization: Bearer and the token.',
  ],
  token_malformed: [
    'What came is not a well-formed token.',
    `Was it cut off, or is it a token of something else? Let ${signer} sign with the package or with a snippet of its documents.`,
  ],
  algorithm_not_allowed: [
    'The token is signed with an algorithm that is not accepted here.',
    `Let ${signer} sign with the algorithm of its registered key.`,
  ],
  token_type_not_allowed: [
    'It is a token of another kind: a session, a proof, or one of another system.',
    'A project token is needed here. Look at what the page sends, and where.',
  ],
  claim_missing: [
    'The token lacks a member that is required.',
    `Ask ${signer} to add what the details name.`,
  ],
  claim_invalid: [
    'A member of the token has a value that is not allowed.',
    `Ask ${signer} to correct what the details name.`,
  ],
  token_lifetime_too_long: [
    'The token lives longer than is accepted here.',
    `Let ${signer} sign with a shorter lifetime: 120 seconds are enough.`,
  ],
  audience_mismatch: [
    'The token is for another platform.',
    `The audience in ${signer} must be exactly the address that this platform has as its name. Is it that of a test system?`,
  ],
  token_not_verified: [
    'It could not be found out that the project signed this token.',
    'The record has no closer reason. Refuse the same call again, and look at that one.',
  ],
  key_unknown: [
    'The project that the token names has no key with this kid, or there is no such project.',
    'Compare project id and kid with the list of keys here. Was the key registered on another system? If nobody of yours knows the names, a stranger tries.',
  ],
  key_foreign: [
    'The key store gave a key of another name.',
    'A fault of the platform: its key store must find exactly this project and kid.',
  ],
  key_algorithm: [
    'The token is signed with another algorithm than the key is registered for.',
    `Let ${signer} sign with the algorithm that the key has in the list here.`,
  ],
  key_revoked: [
    'Somebody who holds this key signed it. The key is revoked.',
    `Does ${signer} still sign with it? Let them change to the new key.`,
  ],
  key_expired: [
    'The key that signed it has ended.',
    `Let ${signer} sign with the key that took its place, or register a new one.`,
  ],
  key_not_active: [
    'The key that signed it is not good yet.',
    `Let ${signer} sign with the earlier key until then. Was the proof of the new one confirmed?`,
  ],
  signature_bad: [
    'There is such a key, and it did not sign this token.',
    `Does the private key in ${signer} belong to the public key that is registered here? Compare both halves. Else somebody made it up.`,
  ],
  issuer_mismatch: [
    'The iss of the token is not the issuer of the project.',
    `Let ${signer} send the issuer that the project has here.`,
  ],
  token_expired: [
    'The token had expired when it came.',
    `A token is for one call, at once. If every one comes late: the clock of the server that signs is behind.`,
  ],
  token_not_active: [
    'The token is from the future.',
    'The clock of the server that signs is ahead: let it follow a time server.',
  ],
  session_revoked: [
    'The session has ended before its time: its key was revoked, its project suspended, or somebody logged out.',
    'Nothing, if that was intended: the page gets a new session if it may.',
  ],
  token_replayed: [
    'The token has been used before.',
    'A page must get a new token for each call. A few of them are double clicks, or a browser that repeated a request; many are somebody who copies tokens.',
  ],
  origin_not_allowed: [
    'The page that called is not one from which this token may be used.',
    "If the origin in the details is the customer's, add it to the project. If not, somebody uses their tokens elsewhere.",
  ],
  origin_missing: [
    'The request has no Origin, or null, and the route or the token asks for one.',
    'Did a program call instead of a page, or a sandboxed frame? Browsers send an Origin with every call to another origin.',
  ],
  origin_not_claimed: [
    'The token was signed for a page of another origin than the one that called.',
    `Does ${signer} hand tokens to the right page? If not, somebody carried the token elsewhere.`,
  ],
  origin_not_of_project: [
    'The origin of the page is not among those of the project.',
    "If it is the customer's, add it in the settings of the project. If not, somebody uses their tokens elsewhere.",
  ],
  project_suspended: ['The project is suspended.', 'Resume it when the reason for that is gone.'],
  scope_insufficient: [
    'The token does not grant what this route needs.',
    `Let ${signer} ask for the scope, and see that the project may have it.`,
  ],
  key_store_failed: [
    'The keys could not be read.',
    'Look at the database of the platform. Nobody was let in, and nobody refused.',
  ],
  key_store_late: [
    'The keys could not be read in time.',
    'Look at the load of the database of the platform.',
  ],
  replay_store_failed: [
    'The memory of used tokens could not be asked.',
    'Look at the Redis of the platform.',
  ],
  replay_store_late: ['The memory of used tokens did not answer in time.', 'Look at the load of the Redis.'],
  replay_store_full: [
    'The memory of used tokens is full.',
    'Give it more room. In the counts of the last five minutes: which project sends so many?',
  ],
  replay_project_rate: [
    'The project has used more tokens than are remembered for one project.',
    'Ask the customer why they call so often; a session is for many calls.',
  ],
  busy: [
    'Too much waited at once: keys to be read, signatures to be verified, or commands for Redis.',
    'It passes. If it comes again: does somebody try names that nobody knows, or is a store slow? Keys in use go on working.',
  ],
  clock: [
    'The clock of the platform cannot be believed, or differs too much from that of its Redis.',
    'Let both follow a time server.',
  ],
  crypto: ['The signature could not be computed.', 'A fault of the platform: look at its log.'],
  key_set_failed: [
    'The key set of the issuer could not be read.',
    'Does the platform answer where its keys are?',
  ],
  project_key_set_failed: [
    'The key set that the customer hosts could not be read.',
    'Does its host answer? The event key_set.failed says why not.',
  ],
  revocations_failed: [
    'The list of ended sessions could not be read.',
    'Does the platform answer its own services?',
  ],
  revocations_stale: [
    'The list of ended sessions is too old to be believed.',
    'Does the platform answer its own services?',
  ],
  signer_failed: [
    "The platform's own key could not sign a session.",
    'Look at the key, or at the service that keeps it.',
  ],
}

/** Seconds, as the verifier has them: by how much clocks may differ, and how long a token lives at most. */
const clockTolerance = 10
const maxLifetime = 300

/** Either it says so itself, or each token that was signed before has long expired. */
const isSignedAfter = ({ time, issuedAt, revokedAt }) =>
  issuedAt > revokedAt + clockTolerance || time > revokedAt + maxLifetime + clockTolerance

/** What an event says in words: `[what happened, what to do]`. */
export function wordsFor(event) {
  const { type, face, code, reason = code, signature } = event
  if (reason === 'key_revoked' && signature === 'good' && isSignedAfter(event)) {
    return [
      'Somebody who holds this key signed it after you revoked it.',
      "The call was refused, and the key is in somebody's hands. Ask the customer whether one of their servers still signs with it. If none does, it was stolen: they must find where it was.",
    ]
  }
  if (type === 'accepted' && face === 'session') return ['The session was good.', '']
  if (Object.hasOwn(reasons, reason)) return reasons[reason]
  return Object.hasOwn(ofType, type) ? ofType[type] : ['', '']
}

const ofType = {
  accepted: ['The token was good. It is used up now.', ''],
  'session.issued': ['A session was given for a token.', ''],
  'session.revoked': ['Sessions were ended before their time.', ''],
  'session.failed': ['A session could not be made.', 'Look at the key that signs sessions.'],
  'signing_keys.failed': ['The keys that sign sessions could not be read.', 'Look at where they are kept.'],
  'key_set.failed': ['A key set could not be read.', 'Does its host answer?'],
  'revocations.failed': ['The list of ended sessions could not be read.', 'Does the platform answer?'],
}
