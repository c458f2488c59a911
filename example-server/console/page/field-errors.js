/** Shows what is wrong at the field that it is about. */
import { element } from './dom.js'
import { visibleName } from '/visible-text.js'

/** What a refusal is about that names no member. */
const aboutField = {
  project_exists: 'id',
  key_exists: 'jwk',
  key_not_active: 'replaces',
  proof_invalid: 'proof',
  challenge_used: 'proof',
  challenge_expired: 'proof',
}
/** What is read out of another field. */
const partOf = { kid: 'jwk', alg: 'jwk', pem: 'jwk' }
const owner = String.raw`(?:\w+|Project(?: "(?:[^"\\]|\\.)*")?)`
const aboutMember = new RegExp(`^${owner}: (\\w+) (.*)`, 's')
const aboutKey = new RegExp(`^${owner}, key(?: "(?:[^"\\\\]|\\\\.)*")?: `)

/** The field by its name in `fields`, and what is wrong with it; undefined for what is about none of them. */
export function faultOf({ field, code, message }, fields) {
  const [, member, what] = (code === 'request_invalid' && aboutMember.exec(message)) || []
  const about = field ?? aboutField[code] ?? (aboutKey.test(message) ? 'jwk' : member)
  const name = Object.hasOwn(fields, about) ? about : partOf[about]
  if (name === undefined || !Object.hasOwn(fields, name)) return undefined
  return { control: fields[name], text: visibleName(name === member ? `This ${what}` : message) }
}

/** Marks a field, until something is typed there, and goes there. */
export function markField(control, text) {
  unmarkField(control)
  const id = `${control.id}-error`
  control.after(element('p', { className: 'field-error', id }, text))
  control.setAttribute('aria-invalid', 'true')
  control.setAttribute('aria-describedby', [id, ...idsAt(control)].join(' '))
  control.addEventListener('input', () => unmarkField(control), { once: true })
  control.focus()
}

export function unmarkField(control) {
  const id = `${control.id}-error`
  document.getElementById(id)?.remove()
  control.removeAttribute('aria-invalid')
  const others = idsAt(control).filter((one) => one !== id)
  if (others.length === 0) control.removeAttribute('aria-describedby')
  else control.setAttribute('aria-describedby', others.join(' '))
}

const idsAt = (control) => (control.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean)
