import { answerParent } from '../child.js'
import { Connection } from '../http/connection.js'
import { Metronome, monotonic } from '../http/metronome.js'
import { readRequests, type TokensQuestion } from '../http/requests.js'

export type AttackQuestion =
  | TokensQuestion
  /** Closed loop: each connection sends its next request when it has its answer. With a rate: so many a second. */
  | { readonly port: number; readonly connections: number; readonly rate?: number }
  | { readonly end: true }

export interface Attack {
  /** Nanoseconds from the first request until the last answer. */
  readonly wall: number
  readonly statuses: Readonly<Record<number, number>>
}

let requests: readonly Buffer[] = []
let end: () => Promise<Attack> = () => Promise.reject(new Error('no attack has begun'))

answerParent((question: AttackQuestion) => {
  if ('end' in question) return end()
  if ('port' in question) return begin(question)
  requests = readRequests(question)
  return requests.length
})

/** Resolves when the first request is sent. The tokens come in turn, again and again. */
async function begin({ port, connections, rate }: Exclude<AttackQuestion, { end: true } | TokensQuestion>) {
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)))
  const statuses: Record<number, number> = {}
  let start = NaN
  let sent = 0
  let answered = 0
  let isEnding = false
  let finish: () => void = () => undefined
  let markFirstSent: () => void = () => undefined
  const firstSent = new Promise<void>((resolve) => (markFirstSent = resolve))
  const failed = new Promise<never>((_, reject) => {
    for (const connection of open) connection.onFailure(reject)
  })
  // Whoever begins or ends the attack is told; in between nobody asks.
  failed.catch(() => undefined)
  const send = (connection: Connection, then: () => void) => {
    if (sent === 0) {
      start = monotonic()
      markFirstSent()
    }
    connection.send(requests[sent++ % requests.length] as Buffer, (status) => {
      answered++
      statuses[status] = (statuses[status] ?? 0) + 1
      if (!isEnding) then()
      else if (answered === sent) finish()
    })
  }
  const stop = rate === undefined ? closed(open, send) : atRate(open, send, rate)
  end = async () => {
    isEnding = true
    await stop()
    const allAnswered = new Promise<void>((resolve) => {
      if (answered === sent) resolve()
      else finish = resolve
    })
    await Promise.race([failed, allAnswered])
    for (const connection of open) connection.close()
    return { wall: (monotonic() - start) * 1e6, statuses }
  }
  await Promise.race([firstSent, failed])
  return connections
}

type Send = (connection: Connection, then: () => void) => void

function closed(open: readonly Connection[], send: Send): () => Promise<void> {
  for (const connection of open) {
    const next = () => {
      send(connection, next)
    }
    next()
  }
  return () => Promise.resolve()
}

/** What is due while no connection is free is sent as soon as one is. */
function atRate(open: readonly Connection[], send: Send, rate: number): () => Promise<void> {
  const idle = [...open]
  let due = 0
  const metronome = new Metronome(1000 / rate)
  const sendDue = () => {
    while (due > 0) {
      const connection = idle.pop()
      if (connection === undefined) return
      due--
      send(connection, () => {
        idle.push(connection)
        sendDue()
      })
    }
  }
  metronome.onBeat(() => {
    due++
    sendDue()
  })
  return () => metronome.stop()
}
