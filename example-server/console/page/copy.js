import { button, element } from './dom.js'
import { idElement, visibleId } from '/visible-text.js'

const saidMs = 5_000

/** Text to take along, with a button that copies it. */
export function copyable(label, text, secret = false) {
  const pre = element('pre', { tabIndex: 0, aria: { label } }, text)
  return element(
    'div',
    { className: 'copyable', data: secret ? { secret: '' } : {} },
    pre,
    ...copyButton(label, text, pre),
  )
}

/** An id, a kid or an address, with a button that copies it as it is, whatever is shown of it. */
export function copyableId(label, text, className = '') {
  const shown = idElement(text, className)
  return element(
    'span',
    { className: 'copyable-id' },
    shown,
    ...copyButton(`${label} ${visibleId(text)}`, text, visibleId(text) === text ? shown : undefined),
  )
}

/** The button, and where it says what became of it. `shown` holds the same text, for those who have to copy it themselves. */
export function copyButton(label, text, shown) {
  const said = element('span', { className: 'said', role: 'status' })
  const copy = button('Copy', async () => {
    said.textContent = await copied(text, shown, copy)
    setTimeout(() => (said.textContent = ''), saidMs)
  })
  copy.classList.add('copy')
  copy.setAttribute('aria-label', `Copy: ${label}`)
  return [copy, said]
}

async function copied(text, shown, copy) {
  try {
    await navigator.clipboard.writeText(text)
    return 'Copied'
  } catch {
    // Not over plain HTTP, or not permitted.
    if (copyFromField(text, copy)) return 'Copied'
  }
  if (shown === undefined) return 'Not copied: the browser does not permit it'
  getSelection().selectAllChildren(shown)
  return 'Not copied: it is selected, press Ctrl+C'
}

/** Beside the button: what is outside of an open dialog cannot be selected. */
function copyFromField(text, copy) {
  const field = element('textarea', { value: text, className: 'unseen', readOnly: true, tabIndex: -1 })
  copy.after(field)
  field.select()
  const isCopied = document.execCommand('copy')
  field.remove()
  copy.focus()
  return isCopied
}
