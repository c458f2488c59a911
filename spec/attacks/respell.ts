/** The three segments of a compact token. */
export type Segments = [header: string, claims: string, signature: string]

export function segmentsOf(token: string): Segments {
  return token.split('.') as Segments
}

/** The same token with one segment spelled otherwise. */
export function respell(token: string, at: 0 | 1 | 2, spell: (segment: string) => string): string {
  const segments = segmentsOf(token)
  segments[at] = spell(segments[at])
  return segments.join('.')
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Every other spelling of the bytes that a forgiving decoder reads from this segment: its last character has bits to spare. */
export function withTrailingBits(segment: string): string[] {
  const spare = segment.length % 4 === 2 ? 16 : segment.length % 4 === 3 ? 4 : 1
  const last = alphabet.indexOf(segment.slice(-1))
  return Array.from(
    { length: spare - 1 },
    (_, bits) => segment.slice(0, -1) + (alphabet[last + bits + 1] ?? ''),
  )
}
