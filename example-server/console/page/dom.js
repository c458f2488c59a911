/** Small helpers. Text goes in as text nodes only: nothing that arrives becomes markup. */

export const byId = (id) => document.getElementById(id)

/** An element with properties and children; `data` and `aria` are attributes. */
export function element(name, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  Object.assign(made.dataset, data)
  for (const [attribute, value] of Object.entries(aria)) made.setAttribute(`aria-${attribute}`, value)
  made.append(...children.filter((child) => child !== undefined))
  return made
}

export function button(text, onclick, className = 'small', label) {
  return element('button', { type: 'button', onclick, className, aria: label ? { label } : {} }, text)
}

export function pill(text, mood) {
  return element('strong', { className: 'pill', data: { mood } }, text)
}

/** Facts, each a term and what is so: `[term, ...texts and elements]`. What is false or undefined is left out. */
export function factList(...facts) {
  return element(
    'dl',
    { className: 'facts' },
    ...facts
      .filter(Boolean)
      .map(([term, ...value]) => element('div', {}, element('dt', {}, term), element('dd', {}, ...value))),
  )
}

const formatter = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** A moment in epoch seconds, as people say it. */
export function moment(seconds) {
  const date = new Date(seconds * 1000)
  return element('time', { dateTime: date.toISOString(), title: date.toISOString() }, formatter.format(date))
}

/** The same, when it is near: how long ago. */
export function ago(seconds) {
  const passed = Date.now() / 1000 - seconds
  if (passed >= 86_400) return moment(seconds)
  const [count, unit] =
    passed < 60 ? [0, ''] : passed < 3600 ? [passed / 60, 'minute'] : [passed / 3600, 'hour']
  const whole = Math.floor(count)
  const text = whole === 0 ? 'just now' : `${whole} ${unit}${whole === 1 ? '' : 's'} ago`
  const date = new Date(seconds * 1000)
  return element('time', { dateTime: date.toISOString(), title: formatter.format(date) }, text)
}

let fields = 0

/** A control with its label, and a hint that belongs to it. Both are texts, or lists of texts and elements. */
export function field(label, control, hint) {
  control.id ||= `field-${(fields += 1)}`
  const parts = [element('label', { htmlFor: control.id }, ...[label].flat()), control]
  if (hint !== undefined) {
    const below = element('p', { className: 'hint', id: `${control.id}-hint` }, ...[hint].flat())
    control.setAttribute('aria-describedby', below.id)
    parts.push(below)
  }
  return element('div', { className: 'field' }, ...parts)
}

export function select(options, value) {
  const made = element('select', {}, ...options.map(([key, text]) => element('option', { value: key }, text)))
  if (value !== undefined) made.value = value
  return made
}
