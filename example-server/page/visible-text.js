/**
 * Text that somebody else chose, shown so that nothing in it is hidden and no two texts look alike: what cannot be seen becomes
 * a marked \u200b, and so does the backslash. Text nodes only.
 */

/** Controls, formats, bidi, private and unassigned characters, fillers, spaces but the plain one, and what has no base. */
const unseen =
  /\p{C}|\p{Default_Ignorable_Code_Point}|(?! )\p{White_Space}|[\u2800\u{1d159}]|^\p{M}|^ | $| (?= )|(?<= ) |\\/gu
/** The same, and all that is not ASCII: many an alphabet has an a. */
const notAscii = /[^\x21-\x5b\x5d-\x7e ]|^ | $| (?= )|(?<= ) /gu

const escaped = (character) => {
  const code = character.codePointAt(0).toString(16)
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
}

/** An id, a kid, an origin, a scope: in ASCII. */
export const visibleId = (text) => String(text).replace(notAscii, escaped)

/** A name or a reason, for people: letters of all languages stay. */
export const visibleName = (text) => String(text).replace(unseen, escaped)

/** JSON in ASCII, and still the same value. */
export const visibleJson = (value) =>
  JSON.stringify(value, null, 2).replace(
    /[^\n\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The same as an element, with what was escaped marked. */
export const idElement = (text, className = '') =>
  marked(document.createElement('code'), text, notAscii, className)

/** Within a `bdi`, so that a name from right to left turns nothing beside it. */
export const nameElement = (text, className = '') =>
  marked(document.createElement('bdi'), text, unseen, className)

/** How people call a project. */
export const projectTitle = ({ id, name = id }) => (name === id ? idElement(id) : nameElement(name))

function marked(element, given, pattern, className) {
  const text = String(given)
  let end = 0
  for (const { 0: found, index } of text.matchAll(pattern)) {
    const mark = document.createElement('bdi')
    mark.className = 'escaped'
    mark.dir = 'ltr'
    mark.textContent = escaped(found)
    element.append(text.slice(end, index), mark)
    end = index + found.length
  }
  element.append(text.slice(end))
  element.className = className
  return element
}
