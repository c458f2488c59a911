/**
 * The same text on its own, for what outlives a request. A piece that was cut out of a token, and a text that was joined from
 * such pieces, keep the whole token in memory.
 */
export function ownText(piece: string): string {
  // UTF-8 has no half of a surrogate pair; the other encoding takes twice the memory.
  const encoding = piece.isWellFormed() ? 'utf8' : 'utf16le'
  return Buffer.from(piece, encoding).toString(encoding)
}
