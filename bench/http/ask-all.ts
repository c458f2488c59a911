import type { Connection } from './connection.js'

/** Sends so many of these requests, in turn: each connection asks again when it has its answer. Rejects for one that is not 200. */
export function askAll(
  open: readonly Connection[],
  requests: readonly Buffer[],
  count: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked = 0
    let answered = 0
    for (const connection of open) {
      connection.onFailure(reject)
      const next = () => {
        if (asked === count) return
        const request = requests[asked++ % requests.length]
        if (request === undefined) return
        connection.send(request, (status) => {
          if (status !== 200) reject(new Error(`answered ${status}`))
          else if (++answered === count) resolve()
          else next()
        })
      }
      next()
    }
  })
}
