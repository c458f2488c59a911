import { button, byId, element } from './dom.js'
import { faultOf, markField, unmarkField } from './field-errors.js'
import { placeOf, returnFocus } from './focus.js'
import { say } from './messages.js'
import { visibleName } from '/visible-text.js'

const dialog = byId('dialog')
/** What holds something that is shown once is not closed by a slip. */
let isHeld = false
/** Where the focus was before. */
let opener = []

dialog.addEventListener('cancel', (event) => {
  if (isHeld) event.preventDefault()
})
dialog.addEventListener('close', () => {
  // Another may have been opened before this is heard of.
  if (dialog.open) return
  dialog.replaceChildren()
  returnFocus(opener)
})

export function closeDialog() {
  dialog.close()
  returnFocus(opener)
}

/**
 * Shows a form. `submit` is called when it is sent; what it throws is shown at that of the
 * `fields`, controls by their names, that it is about, or above them; nothing closes, and what was typed stays.
 * Without `submit` it is a note with one button; what is `held` is closed by its buttons alone.
 */
export function openDialog({
  title,
  parts,
  fields = {},
  submit,
  action = 'Done',
  mood,
  held = false,
  cancel = 'Cancel',
}) {
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
    trouble,
    ...parts,
    buttons,
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (submit === undefined) return closeDialog()
    send.disabled = true
    trouble.hidden = true
    for (const control of Object.values(fields)) unmarkField(control)
    try {
      await submit()
    } catch (error) {
      const fault = faultOf(error, fields)
      if (fault === undefined) {
        trouble.textContent = visibleName(error.message)
        trouble.hidden = false
        dialog.scrollTop = 0
      } else markField(fault.control, fault.text)
    } finally {
      send.disabled = false
      if (form.isConnected && document.activeElement === document.body) send.focus()
    }
  })
  if (!dialog.open) {
    opener = placeOf(document.activeElement)
    say()
  }
  dialog.replaceChildren(form)
  if (!dialog.open) dialog.showModal()
  dialog.scrollTop = 0
  const controls = Array.from(form.querySelectorAll('input, textarea, select'))
  ;(controls.find((control) => control.checkVisibility()) ?? form.querySelector('h2')).focus()
}
