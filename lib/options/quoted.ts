/** The shortest private key of ours has 43 characters in base64url. The name of a project by default, a UUID, has 36. */
const maxQuotedLength = 40

/**
 * Whether a text that stands in a wrong place may be repeated in an error: it is too short to be a private key. The one judge
 * of that.
 */
export function isQuotable(text: string): boolean {
  return text.length <= maxQuotedLength
}

/** A name that was given, for a sentence, with a space before it; '' for one that may be a private key in the wrong place. */
export function quoted(name: string): string {
  return isQuotable(name) ? ` ${escaped(name)}` : ''
}

/**
 * A value of any type that stands where none of its kind can, with a space before it; '' where it may be a private key. Shorter
 * than a name may be: whoever wrote it meant something else, and no reader needs more of it.
 */
export function shown(value: unknown): string {
  const json =
    typeof value === 'bigint'
      ? `${value.toString()}n`
      : ((JSON.stringify(value) as string | undefined) ?? 'undefined')
  return json.length > maxShownLength ? '' : ` ${json}`
}

const maxShownLength = 17

/** A name that is known to be one, as JSON in ASCII: nothing in it is unseen, or turns what stands around it. */
export function escaped(name: string): string {
  return inAscii(JSON.stringify(name))
}

/** Everything but printable ASCII as \uXXXX: line ends, terminal escapes and text that turns direction included. */
export function inAscii(text: string): string {
  return text.replace(
    /[^\x20-\x7E]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
