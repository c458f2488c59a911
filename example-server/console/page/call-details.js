/** What there is to know of one event. */
import { copyableId } from './copy.js'
import { element } from './dom.js'
import { wordsFor } from './reasons.js'
import { idElement, nameElement, visibleJson, visibleName } from '/visible-text.js'

const moods = { accepted: 'good', refused: 'refused', unavailable: 'trouble' }
const outcomes = {
  'session.issued': 'session given',
  'session.revoked': 'session ended',
  'session.failed': 'session failed',
  'signing_keys.failed': 'keys failed',
  'key_set.failed': 'keys failed',
  'revocations.failed': 'list failed',
}
const signatures = {
  good: 'good: somebody who holds the private key signed it',
  bad: 'bad: nobody who holds the private key signed it',
  unchecked: 'not checked: anyone can have written it',
}
const faces = {
  express: 'reverseJwt()',
  passport: 'the Passport strategy',
  verify: 'the verifier',
  exchange: 'the token endpoint, for a session',
  session: 'a service, with a session',
}

const format = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
})

/** To the second: which of two came first is often the question. */
function instant(seconds) {
  const date = new Date(seconds * 1000)
  return element('time', { dateTime: date.toISOString(), title: date.toISOString() }, format.format(date))
}

export const outcomeText = ({ type }) => outcomes[type] ?? type

export function outcomePill(event) {
  const mood = moods[event.type] ?? (event.type.endsWith('.failed') ? 'trouble' : 'calm')
  return element('strong', { className: 'pill', data: { mood } }, outcomeText(event))
}

/** Whose it is, or only who it says that it is. */
export function projectElement({ projectId, unverifiedProjectId }) {
  if (projectId !== undefined) return element('span', {}, idElement(projectId))
  if (unverifiedProjectId === undefined) return element('span', { className: 'quiet' }, 'no project')
  return element(
    'span',
    { className: 'unverified' },
    'says: ',
    idElement(unverifiedProjectId),
    ' ',
    element('em', {}, 'not verified'),
  )
}

/** The code that the caller was told, and behind it what only the platform knows. */
export function reasonElement({ code, reason }) {
  if (code === undefined) return element('span')
  if (reason === undefined || reason === code) return element('span', {}, idElement(code))
  return element('span', {}, idElement(code), ': ', element('strong', {}, idElement(reason)))
}

/** Which part of the platform the token was shown to. */
export const faceText = ({ face }) => faces[face] ?? visibleName(face)

export function eventDetails(event) {
  const { id, type, time, code, reason, cause, description, signature, face, by } = event
  const [happened, todo] = wordsFor(event)
  const list = element('dl', { className: 'facts' })
  const add = (term, ...value) =>
    list.append(element('div', {}, element('dt', {}, term), element('dd', {}, ...value)))
  const addText = (term, value) => value !== undefined && add(term, nameElement(value))
  const addId = (term, value) => value !== undefined && add(term, idElement(value))
  const addTime = (term, value) => value !== undefined && add(term, instant(value))
  add('When', instant(time))
  add('Id', copyableId('Id', `urn:uuid:${id}`))
  if (code !== undefined) add('The caller was told', idElement(code), ' ', nameElement(description ?? ''))
  if (reason !== undefined && reason !== code) add('The true reason', idElement(reason))
  addText('In words', cause)
  if (signature !== undefined) add('Signature', signatures[signature] ?? nameElement(signature))
  add('Project', projectElement(event))
  addId('Key (kid)', event.kid)
  addId('Key that it names (not verified)', event.unverifiedKid)
  addId('Audience that it names (not verified)', event.unverifiedAudience)
  addId('Origin', event.origin)
  addId('Embedder', event.embedder)
  if (face !== undefined) add('Where', faceText(event))
  addTime('Signed', event.issuedAt)
  addTime('Key revoked', event.revokedAt)
  addTime('Expires', event.expiresAt)
  addId('jti', event.jti)
  addId('Session', event.sessionId)
  addText('Ended by', by)
  if (event.scopes !== undefined) addId('Scopes', event.scopes.join(' ') || 'none')
  return element(
    'div',
    { className: 'call-details' },
    element('p', { className: 'happened' }, element('strong', {}, happened || outcomeText({ type }))),
    todo === '' ? undefined : element('p', { className: 'todo' }, 'What to do: ', todo),
    list,
    projectLink(event),
    element(
      'details',
      {},
      element('summary', {}, 'The event as data'),
      element('pre', { tabIndex: 0 }, visibleJson(event)),
    ),
  )
}

function projectLink({ projectId, unverifiedProjectId }) {
  const id = projectId ?? unverifiedProjectId
  if (id === undefined) return undefined
  const text = projectId === undefined ? 'the project that it names' : 'this project'
  const href = `/console/#${encodeURIComponent(id)}`
  return element('p', {}, element('a', { href }, `Keys and settings of ${text}`))
}
