/** Begins the piece of work with this number; calls exactly one of the two when it is done, at once or later. */
export type Begin = (item: number, done: () => void, failed: (error: unknown) => void) => void

/** Keeps `atOnce` pieces of work in flight until `count` are done. Callbacks, so that it costs next to nothing itself. */
export function inFlight(count: number, atOnce: number, begin: Begin): Promise<void> {
  return new Promise((resolve, reject) => {
    let begun = 0
    let ended = 0
    let filling = false
    // A loop instead of a call from `done`: work that ends at once would otherwise go deeper with every piece.
    const fill = () => {
      if (filling) return
      filling = true
      while (begun < count && begun - ended < atOnce) begin(begun++, done, reject)
      filling = false
      if (ended === count) resolve()
    }
    const done = () => {
      ended++
      fill()
    }
    fill()
  })
}

/** The same as requests come: each in a turn of the event loop of its own, so that work that blocks it is seen to. */
export function inFlightByTurns(count: number, atOnce: number, begin: Begin): Promise<void> {
  return inFlight(count, atOnce, (item, done, failed) => {
    setImmediate(begin, item, done, failed)
  })
}
