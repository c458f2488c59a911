import { holdsSecret } from '../../jwk/exposure.js'
import { parsedJson } from '../../jwk/jwk-text.js'
import { usage } from '../exit-code.js'

/**
 * The token in a file or in what was typed: alone, with white space around it, or in the answer of a token endpoint,
 * `{ "token": "..." }`. Refuses a private key, and repeats nothing of it.
 */
export function givenToken(content: Buffer): string {
  const text = content.toString('utf8').trim()
  if (text === '') throw usage('there is no token, only white space')
  const { token, access_token = token } = (parsedJson(text) ?? {}) as Readonly<Record<string, unknown>>
  const given = typeof access_token === 'string' ? access_token : text
  if (!isCompact(given) && holdsSecret(given === text ? content : given)) {
    throw usage(
      'this is a private key or a shared secret, and nothing of it is shown. Give a token. If others may have seen the key, make a new pair',
    )
  }
  return given
}

/** No key is written so. What stands in the parts of such a text is judged where it is shown. */
function isCompact(text: string): boolean {
  return /^[\w-]*(?:\.[\w-]*){2,4}$/.test(text)
}
