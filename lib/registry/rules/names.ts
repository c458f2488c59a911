import { identifier } from '../../options/kinds.js'
import type { Option, Wrong } from '../../options/options.js'

/**
 * The rules for new names: what cannot be seen, or cannot be told from something else, must not make a second name of one.
 * What was stored before such a rule goes on working: nothing here is asked when a name is looked up.
 */

/** Control, format, private and unassigned characters, what fonts leave out or leave blank, and every space but U+0020. */
const unseen = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800\u{1D159}]|(?! )\p{Zs}/u
const notInId = /[^\x20-\x7E]/u
const oddSpaces = /^ | $| {2}/
const loneMark = /(?:^| )(\p{M})/u

/** Scripts whose letters look like those of the others. */
const scripts = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map(
  (name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')] as const,
)

/** A new project id or kid, which programs compare and people copy: ASCII, so that no two look alike. */
export const newId: Option<string | undefined> = (given, wrong) => {
  const id = identifier(given, wrong)
  if (id === undefined) return undefined
  refuseOddSpaces(id, wrong)
  const character = notInId.exec(id)?.[0]
  if (character === undefined) return id
  throw wrong(
    `has the character ${codePoint(character)}; it may have ASCII letters, digits and signs, and single spaces between them`,
  )
}

/** A new name, or reason, for people: any script, but each word in one, and nothing that cannot be seen. */
export const readableText: Option<string | undefined> = (given, wrong) => {
  const text = identifier(given, wrong)
  if (text === undefined) return undefined
  const hidden = unseen.exec(text)?.[0]
  if (hidden !== undefined) {
    throw wrong(
      `has the character ${codePoint(hidden)}, which cannot be seen or is no character; take it out`,
    )
  }
  refuseOddSpaces(text, wrong)
  if (text !== text.normalize('NFC'))
    throw wrong("is not in the Unicode form NFC; normalize('NFC') puts it there")
  const variant = Array.from(text).find((one) => /[\p{L}\p{Nd}]/u.test(one) && one !== one.normalize('NFKC'))
  if (variant !== undefined)
    throw wrong(`has ${codePoint(variant)}, a variant of a plain letter or digit; write the plain one`)
  const mark = loneMark.exec(text)?.[1]
  if (mark !== undefined)
    throw wrong(`has the mark ${codePoint(mark)} without a letter before it; take it out`)
  for (const word of text.split(/[^\p{L}\p{M}\p{N}]+/u)) refuseMixedScripts(word, wrong)
  return text
}

function refuseOddSpaces(text: string, wrong: Wrong): void {
  if (oddSpaces.test(text)) throw wrong('has spaces before it, after it, or two in a row')
}

function refuseMixedScripts(word: string, wrong: Wrong): void {
  const [first, second] = scripts.filter(([, letter]) => letter.test(word))
  if (first === undefined || second === undefined) return
  const [script, letter] = second
  throw wrong(
    `has the ${script} letter ${codePoint(letter.exec(word)?.[0] ?? '')} in a word with ${first[0]} ones, where it cannot be told from them; write the word in one script`,
  )
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
