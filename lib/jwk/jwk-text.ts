import type { Wrong } from '../options/options.js'

/** A JWK that was given as JSON. */
export interface JwkText {
  readonly jwk: Readonly<Record<string, unknown>>
  /** What is wrong with the JSON, though it could be read. */
  readonly fault?: string
}

const statedTwice = 'is JSON in which a member stands twice; state each member once'

/**
 * The one reader of JSON for keys. Line ends and quotes may be escaped once more, as in an environment variable, or once less: then
 * line ends stand within texts.
 */
export function readJwkText(text: string, wrong: Wrong): JwkText {
  const jwk =
    jwkIn(text) ??
    jwkIn(text.replaceAll(/[\r\n]+/g, ' ')) ??
    jwkIn(text.replaceAll(/\\[nr]/g, '\n').replaceAll('\\"', '"'))
  if (jwk !== undefined) return jwk
  throw wrong('is JSON that is cut off or damaged; compare it with the file that it was copied from')
}

export function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function jwkIn(json: string): JwkText | undefined {
  const jwk = parsedJson(json) as JwkText['jwk'] | undefined
  if (jwk === undefined) return undefined
  // Two readers may take another one of the two.
  return { jwk, ...(membersIn(json) !== membersOf(jwk) && { fault: statedTwice }) }
}

/** In JSON, a text before a colon is the name of a member. */
function membersIn(json: string): number {
  return Array.from(json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)).filter(([, colon]) => colon !== undefined)
    .length
}

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Object.values(value).reduce((sum: number, one) => sum + membersOf(one), 0)
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length)
}
