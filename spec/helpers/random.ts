/** Pseudo-random numbers that are the same in every run (mulberry32), so that what fails fails again. */
export function randomFrom(seed: number) {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  /** An integer from 0 to below `end`. */
  const below = (end: number): number => Math.floor(next() * end)
  return {
    below,
    /** One of these. */
    of<T>(choices: readonly T[]): T {
      return choices[below(choices.length)] as T
    },
    bytes(length: number): Buffer {
      return Buffer.from(Array.from({ length }, () => below(256)))
    },
    /** Text of these characters. */
    text(alphabet: string, length: number): string {
      return Array.from({ length }, () => alphabet[below(alphabet.length)]).join('')
    },
  }
}

export type Random = ReturnType<typeof randomFrom>
