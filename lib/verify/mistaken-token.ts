/**
 * What people send in the place of a token, in the words that lead to the mistake. Undefined for anything else, a damaged token
 * among it.
 */
export function mistakeIn(text: string): string | undefined {
  if (/^(?:authorization: *)?bearer\b/i.test(text))
    return 'The token begins with the word Bearer. Give what follows it.'
  if (/^(?:undefined|null|NaN)$/.test(text))
    return `The word ${text} stands where the token should be. Wait until there is a token, and send it then.`
  if (text.startsWith('[object '))
    return 'The name of an object stands where the token should be. Wait for the promise, and send its text.'
  if (/^["'`]/.test(text)) return 'The token stands in quotation marks. Send it without them.'
  if (text.startsWith('{'))
    return 'A JSON object stands where the token should be. Send the text of its member token alone.'
  return undefined
}
