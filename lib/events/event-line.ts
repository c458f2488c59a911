import { inAscii } from '../options/quoted.js'

/**
 * An event as one line for a log, without a line end: JSON in printable ASCII.
 *
 *     {"type":"refused","id":"0b9c...","time":1790000000,"code":"token_not_verified",...,"unverifiedKid":"caf\\u00e9"}
 *
 * Everything else is escaped as JSON escapes it, line ends, terminal escapes and text that turns direction included, so nobody
 * can write a line of their own or make one look like another. `JSON.parse` gives the event back as it was.
 *
 * @example
 * const verifier = createVerifier({ audience, keyStore, replayStore, onEvent: (event) => console.log(eventLine(event)) })
 */
export function eventLine(event: { readonly type: string }): string {
  return inAscii(JSON.stringify(event))
}
