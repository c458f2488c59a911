/** Begins the piece of work with this number; calls exactly one of the two when it is done, never at once. */
export type Begin = (item: number, done: () => void, failed: (error: Error) => void) => void

/** Keeps `atOnce` pieces of work in flight until `count` are done. Callbacks, so that it costs next to nothing itself. */
export function inFlight(count: number, atOnce: number, begin: Begin): Promise<void> {
  return new Promise((resolve, reject) => {
    let begun = 0
    let ended = 0
    const next = () => {
      if (begun < count) begin(begun++, done, reject)
    }
    const done = () => {
      if (++ended === count) resolve()
      else next()
    }
    for (let each = 0; each < atOnce; each++) next()
  })
}
