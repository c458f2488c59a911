import { decodeBase64urlText } from '../../encoding/base64url-text.js'
import { parsedJson } from '../../jwk/jwk-text.js'

/** Characters in a row that two texts have in common by more than chance. */
const run = 8
/** Of one text. A session is as long as the platform likes. */
const maxLength = 16_384

/** What a platform was sent, and what it gave for that. It could put it into later answers, too, so that it is printed. */
export class Confidential {
  private readonly runs = new Set<string>()

  /** Adds a token, and its jti, which stands in it in base64url. */
  addToken(token: string): void {
    const [, claims = ''] = token.split('.')
    const { jti } = parsedJson(decodeBase64urlText(claims) ?? '') as { readonly jti: string }
    this.addText(token)
    this.addText(jti)
  }

  addText(text: string): void {
    const lowered = text.slice(0, maxLength).toLowerCase()
    for (let at = 0; at + run <= lowered.length; at++) this.runs.add(lowered.slice(at, at + run))
  }

  /** Whether a text may be shown, as far as that goes. */
  isFree(text: string): boolean {
    const lowered = text.toLowerCase()
    for (let at = 0; at + run <= lowered.length; at++)
      if (this.runs.has(lowered.slice(at, at + run))) return false
    return true
  }
}
