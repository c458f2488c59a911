import { decodeBase64urlText } from '../../encoding/base64url-text.js'
import { parsedJson } from '../../jwk/jwk-text.js'

/** Characters in a row that two texts have in common by more than chance. */
const run = 8

/** What a platform was sent, and could put into its answers so that it is printed. */
export class Confidential {
  private readonly runs = new Set<string>()

  /** Adds a token, and its jti, which stands in it in base64url. */
  addToken(token: string): void {
    const [, claims = ''] = token.split('.')
    const { jti } = parsedJson(decodeBase64urlText(claims) ?? '') as { readonly jti: string }
    for (const text of [token, jti].map((one) => one.toLowerCase()))
      for (let at = 0; at + run <= text.length; at++) this.runs.add(text.slice(at, at + run))
  }

  /** Whether a text may be shown, as far as that goes. */
  isFree(text: string): boolean {
    const lowered = text.toLowerCase()
    for (let at = 0; at + run <= lowered.length; at++)
      if (this.runs.has(lowered.slice(at, at + run))) return false
    return true
  }
}
