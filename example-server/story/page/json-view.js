/** JSON for people: member names marked, epochs as times. Text nodes only: nothing that arrives becomes markup. */

import { timeOfDay } from './time-of-day.js'
import { visibleJson } from '/visible-text.js'

/** Members that are epoch seconds, in tokens, answers and events. */
const epochs = new Set(
  'exp iat nbf time server_time session_ends issuedAt expiresAt revokedAt keyNotAfter updated_at'.split(' '),
)

/** The text of it all is the JSON still. `changed`: members whose lines are marked. */
export function highlighted(value, changed = []) {
  return visibleJson(value)
    .split(/(\n)/)
    .flatMap((line) => {
      const [, indent, name, rest] = /^( *)("[^"]*")(?=:)(.*)$/.exec(line) ?? []
      if (name === undefined) return [line]
      const member = name.slice(1, -1)
      const parts = [indent, element('span', 'name', name), ...valueOf(member, rest)]
      if (!changed.includes(member)) return parts
      const mark = document.createElement('mark')
      mark.append(...parts.slice(1))
      return [indent, mark]
    })
}

function valueOf(member, rest) {
  const [, before, number, after] = /^(: )(\d+(?:\.\d+)?)(,?)$/.exec(rest) ?? []
  if (number === undefined || !epochs.has(member)) return [rest]
  return [before, timeElement(number), after]
}

/** The number, and after it, by a style, the time of day. */
function timeElement(number) {
  const made = element('time', 'epoch', number)
  const date = new Date(number * 1000)
  if (Number.isNaN(date.getTime())) return number
  made.dateTime = date.toISOString()
  made.dataset.clock = timeOfDay(date)
  return made
}

function element(tag, className, text) {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}
