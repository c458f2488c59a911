/** The platform in several processes, which share a port, a Redis and a PostgreSQL. */
import cluster, { type Worker } from 'node:cluster'
import { fileURLToPath } from 'node:url'
import { CannotStart } from './environment.js'
import type { PlatformProcess, PlatformProcessSettings } from './platform-process.js'
import { eventsForWorkers, type CollectedEvents, type EventBatchMessage } from './shared-events.js'

/** What a worker says to the process that started it. */
export type WorkerMessage =
  { readonly address: string } | { readonly cannotStart: string } | EventBatchMessage

/** The variable in which a worker finds its settings. */
export const settingsVariable = 'DEMO_PLATFORM_SETTINGS'

const restartDelayMs = 1_000

export async function startWorkers(
  count: number,
  settings: PlatformProcessSettings,
  events: CollectedEvents,
): Promise<PlatformProcess> {
  cluster.setupPrimary({ exec: fileURLToPath(new URL('./worker.js', import.meta.url)) })
  const shareEvents = eventsForWorkers(events)
  const fork = () => {
    const worker = cluster.fork({ [settingsVariable]: JSON.stringify(settings) })
    shareEvents(worker)
    return worker
  }
  let stopping = false
  const stop = () => {
    stopping = true
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM')
    return Promise.resolve()
  }
  try {
    const [address = ''] = await Promise.all(Array.from({ length: count }, () => addressOf(fork())))
    cluster.on('exit', (worker) => {
      if (stopping) return
      console.log(`platform process ${worker.process.pid ?? ''} ended; another one takes its place`)
      // Not at once: one that cannot start, because the database is away, would fill the processor with attempts.
      setTimeout(() => {
        if (!stopping) fork()
      }, restartDelayMs).unref()
    })
    return { address, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function addressOf(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: WorkerMessage) => {
      if ('address' in message) resolve(message.address)
      else if ('cannotStart' in message) reject(new CannotStart(message.cannotStart))
    })
    worker.once('exit', () => {
      reject(new CannotStart('A process of the platform ended before it could serve; it has printed why.'))
    })
  })
}
