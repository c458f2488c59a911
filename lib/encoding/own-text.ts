/**
 * The same text on its own, for what outlives a request. A piece that was cut out of a token, and a text that was joined from such
 * pieces, keep the whole token in memory. Well-formed text only.
 */
export function ownText(piece: string): string {
  return Buffer.from(piece).toString()
}
