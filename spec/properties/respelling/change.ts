import fc from 'fast-check'

/** One change of a token's text. `other` is a second honest token, to swap parts with. */
export interface Respelling {
  /** What fast-check prints of a counterexample. */
  readonly name: string
  readonly given: unknown
  readonly apply: (token: string, other: string) => string
}

type Change<Given> = (text: string, given: Given, other: string) => string

export function respelling<Given>(name: string, given: fc.Arbitrary<Given>, change: Change<Given>) {
  return given.map((value): Respelling => {
    return { name, given: value, apply: (token, other) => change(token, value, other) }
  })
}

/** A position in a text of any length. */
export const position = fc.nat({ max: 10_000 })
export const segment = fc.nat({ max: 2 })
/** For a change that can be made in one way only. */
export const nothing = fc.constant(undefined)

export function insert(text: string, at: number, piece: string, removed = 0): string {
  const index = at % (text.length + 1)
  return text.slice(0, index) + piece + text.slice(index + removed)
}

export function replaceCharacter(text: string, at: number, by: (character: string) => string): string {
  const index = at % Math.max(text.length, 1)
  return text.slice(0, index) + by(text.charAt(index)) + text.slice(index + 1)
}

/** Changes one segment of those that there are by now. */
export function inSegment(token: string, index: number, change: (text: string) => string): string {
  const segments = token.split('.')
  const at = index % segments.length
  segments[at] = change(segments[at] ?? '')
  return segments.join('.')
}
