/** What a customer is given beside their key. */
import { copyable, copyableId } from './copy.js'
import { openDialog } from './dialog.js'
import { element, factList, field, select } from './dom.js'
import { sheets } from './sheets/sheets.js'

const guide = 'https://unpkg.com/reverse-jwt/docs/customers.md'

/** The names that go into tokens, and a signer with them in the customer's language. */
function handOver({ id, issuer = id, scopes = [], audience }, { kid, alg }) {
  const values = { projectId: id, issuer, audience, kid, alg, scope: scopes.join(' ') }
  const language = select(sheets.map(({ name }) => [name, name]))
  const signer = element('div')
  const show = () => {
    const { file, cannot, textFor } = sheets.find(({ name }) => name === language.value)
    const why = cannot?.(alg)
    signer.replaceChildren(
      why === undefined ? copyable(file, textFor(values)) : element('p', { className: 'hint' }, why),
    )
  }
  language.addEventListener('change', show)
  show()
  return element(
    'section',
    { className: 'hand-over', aria: { label: 'Hand-over sheet' } },
    element('h3', {}, 'For the customer'),
    element('p', { className: 'hint' }, 'Nothing in this sheet is secret: send it as you like.'),
    factList(
      ['Audience', copyableId('audience', audience, 'kid')],
      ['Project id', copyableId('project id', id, 'kid')],
      ['kid', copyableId('kid', kid, 'kid')],
    ),
    field('Signer in', language, [
      'It reads the private key from the file that PROJECT_KEY_FILE names, and prints one token. What else a backend checks before it signs: ',
      element('a', { href: guide, rel: 'noreferrer', target: '_blank' }, 'the guide for customers'),
      '.',
    ]),
    signer,
  )
}

/** The same, closed: below what has to be read first. */
export function handOverBelow(project, key) {
  return element('details', {}, element('summary', {}, 'Hand-over sheet'), handOver(project, key))
}

export function showHandOver(project, key, title = 'Hand-over sheet', note) {
  openDialog({
    title,
    parts: [...(note === undefined ? [] : [element('p', {}, note)]), handOver(project, key)],
    action: 'Close',
  })
}
