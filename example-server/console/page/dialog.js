import { button, byId, element } from './dom.js'
import { visibleName } from '/visible-text.js'

const dialog = byId('dialog')
/** What holds something that is shown once is not closed by a slip. */
let isHeld = false

dialog.addEventListener('cancel', (event) => {
  if (isHeld) event.preventDefault()
})
dialog.addEventListener('close', () => {
  dialog.replaceChildren()
})

export function closeDialog() {
  dialog.close()
}

/**
 * Shows a form. `submit` is called with the form when it is sent; what it throws is shown in the form, and nothing closes.
 * Without `submit` it is a note with one button; what is `held` is closed by its buttons alone.
 */
export function openDialog({ title, parts, submit, action = 'Done', mood, held = false, cancel = 'Cancel' }) {
  isHeld = held
  const trouble = element('p', {
    className: 'status',
    role: 'alert',
    hidden: true,
    data: { mood: 'refused' },
  })
  const send = element('button', { className: mood === 'danger' ? 'danger' : 'primary' }, action)
  const buttons = element('div', { className: 'buttons' }, send)
  if (submit !== undefined && cancel !== '') buttons.append(button(cancel, closeDialog, ''))
  const form = element(
    'form',
    { noValidate: false },
    element('h2', { id: 'dialog-title', tabIndex: -1 }, ...[title].flat()),
    ...parts,
    trouble,
    buttons,
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (submit === undefined) return closeDialog()
    send.disabled = true
    trouble.hidden = true
    try {
      await submit(form)
    } catch (error) {
      trouble.textContent = visibleName(error.message)
      trouble.hidden = false
    } finally {
      send.disabled = false
      if (form.isConnected && document.activeElement === document.body) send.focus()
    }
  })
  dialog.replaceChildren(form)
  if (!dialog.open) dialog.showModal()
  dialog.scrollTop = 0
  ;(form.querySelector('input, textarea, select') ?? form.querySelector('h2')).focus()
}
