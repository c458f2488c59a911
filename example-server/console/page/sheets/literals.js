/**
 * Texts that somebody else chose, as literals in double quotes: in printable ASCII, and nothing in them ends the literal or is
 * read as code. Nothing of theirs may stand anywhere else in a program.
 */

const hex = (code, digits = 1) => code.toString(16).padStart(digits, '0')
const braced = (code) => `\\u{${hex(code)}}`
const wide = (code) => (code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`)

const inQuotes =
  (escaped, special = /["\\]/) =>
  (text) => {
    const parts = Array.from(text.toWellFormed(), (character) => {
      if (special.test(character)) return `\\${character}`
      return /[\x20-\x7e]/.test(character) ? character : escaped(character.codePointAt(0))
    })
    return `"${parts.join('')}"`
  }

export const nodeLiteral = inQuotes(braced)
export const pythonLiteral = inQuotes(wide)
export const phpLiteral = inQuotes(braced, /["\\$]/)
export const goLiteral = inQuotes(wide)

/** Of a value as JSON. Java reads an escape like \u0022 before it looks for quotes, so none may be left but as the JSON's own. */
export const javaJsonLiteral = (value) => javaLiteral(JSON.stringify(value))
/** The same, without the brace at its end: more members follow. */
export const javaJsonBegin = (value) => javaLiteral(JSON.stringify(value).slice(0, -1))

const javaLiteral = (json) => inQuotes()(json.replace(/[^\x20-\x7e]/g, (unit) => wide(unit.charCodeAt(0))))
