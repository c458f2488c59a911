import { answerParent } from '../child.js'
import { Connection } from './connection.js'
import { Metronome, monotonic } from './metronome.js'
import { readRequests, type TokensQuestion } from './requests.js'

export type LoadQuestion =
  | TokensQuestion
  | ({ readonly ports: readonly number[]; readonly connections: number } & Pool & { readonly rate?: number })

/** Which tokens of the file: each is sent once. */
interface Pool {
  readonly from: number
  readonly count: number
}

export interface Load {
  /** Nanoseconds from the first request to the last answer. */
  readonly wall: number
  /** Microseconds, one for each request. */
  readonly latencies: Float64Array
  /** How many answers had which status. */
  readonly statuses: Readonly<Record<number, number>>
}

let requests: readonly Buffer[] = []

answerParent((question: LoadQuestion) => {
  if (!('file' in question)) return run(question)
  requests = readRequests(question)
  return requests.length
})

/** Closed loop: each connection sends its next request when it has its answer. Open loop: at the rate, come what may. */
async function run({
  ports,
  connections,
  from,
  count,
  rate,
}: Exclude<LoadQuestion, TokensQuestion>): Promise<Load> {
  const open = await connectionsTo(ports, connections)
  const failed = new Promise<never>((_, reject) => {
    for (const connection of open) connection.onFailure(reject)
  })
  const measured = measurement(from, count)
  const start = monotonic()
  await Promise.race([rate === undefined ? closed(open, measured) : atRate(open, measured, rate), failed])
  const wall = (monotonic() - start) * 1e6
  const { latencies, statuses } = measured
  return { wall, latencies, statuses }
}

/** Kept open from turn to turn: what is measured is requests. */
const kept = new Map<number, Connection[]>()

async function connectionsTo(ports: readonly number[], count: number): Promise<readonly Connection[]> {
  const taken: Connection[] = []
  const each = Math.ceil(count / ports.length)
  for (const port of ports) {
    const open = kept.get(port) ?? []
    kept.set(port, open)
    while (open.length < each) open.push(await Connection.open(port))
    taken.push(...open.slice(0, each))
  }
  return taken.slice(0, count)
}

type Measurement = ReturnType<typeof measurement>

function measurement(from: number, count: number) {
  if (from + count > requests.length) throw new Error('the pool has no more tokens')
  const latencies = new Float64Array(count)
  const statuses: Record<number, number> = {}
  let answers = 0
  return {
    count,
    latencies,
    statuses,
    send: (connection: Connection, item: number, since: number, then: () => void) => {
      connection.send(requests[from + item] as Buffer, (status) => {
        latencies[item] = (monotonic() - since) * 1e3
        statuses[status] = (statuses[status] ?? 0) + 1
        answers++
        then()
      })
    },
    isDone: () => answers === count,
  }
}

function closed(open: readonly Connection[], { count, send, isDone }: Measurement): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0
    for (const connection of open) {
      const next = () => {
        if (sent < count) send(connection, sent++, monotonic(), next)
        else if (isDone()) resolve()
      }
      next()
    }
  })
}

/** Latency counts from when a request was meant to start, so one that had to wait for a connection shows it. */
function atRate(
  open: readonly Connection[],
  { count, send, isDone }: Measurement,
  rate: number,
): Promise<void> {
  return new Promise((resolve) => {
    const idle = [...open]
    const due: number[] = []
    const metronome = new Metronome(1000 / rate)
    let beats = 0
    let sent = 0
    const sendDue = () => {
      while (sent < due.length) {
        const connection = idle.pop()
        if (connection === undefined) return
        send(connection, sent, due[sent++] ?? NaN, () => {
          idle.push(connection)
          if (isDone()) {
            void metronome.stop()
            resolve()
          } else sendDue()
        })
      }
    }
    metronome.onBeat((meant) => {
      if (beats++ >= count) return
      due.push(meant)
      sendDue()
    })
  })
}
