import { decodeBase64urlText } from '../../encoding/base64url-text.js'
import { parsedJson } from '../../jwk/jwk-text.js'
import { jsonOf, type Answer } from '../network/ask.js'

/**
 * Whether an answer holds a token. In its body any compact JWS counts whose header and claims are JSON objects, also where JSON spells
 * its characters otherwise. In its headers, where sites have tokens of other kinds, it is one that names a project.
 */
export function hasToken(answer: Answer): boolean {
  const object = jsonOf(answer)
  const bodies = [answer.body ?? '', object === undefined ? '' : JSON.stringify(object)]
  if (bodies.some((text) => claimsIn(text).length > 0)) return true
  const headers = Object.values(answer.headers).flat()
  return headers.some((text) => claimsIn(text ?? '').some(namesProject))
}

/**
 * The claims of each token in a text, as they are written. By parts, because one expression for a whole token would look at a long text
 * once for each place in it.
 */
function claimsIn(text: string): string[] {
  return (text.match(/[\w.-]+/g) ?? []).flatMap((run) => {
    const parts = run.split('.')
    return parts.filter((claims, at) => {
      const [header = '', signature = ''] = [parts[at - 1], parts[at + 1]]
      return isObject(header.slice(header.indexOf('eyJ'))) && isObject(claims) && signature.length >= 16
    })
  })
}

/** Whether it begins as a JSON object does in base64url. */
function isObject(part: string): boolean {
  return part.length >= 7 && part.startsWith('eyJ')
}

function namesProject(claims: string): boolean {
  const object = parsedJson(decodeBase64urlText(claims) ?? '')
  return typeof object === 'object' && object !== null && 'proj_id' in object
}
