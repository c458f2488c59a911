/** One of several processes of the platform. `workers.ts` starts it. */
import { CannotStart } from './environment.js'
import { startPlatform, type PlatformProcessSettings } from './platform-process.js'
import { eventsOfWorker } from './shared-events.js'
import { openProjectStore } from './project-store.js'
import { settingsVariable, type WorkerMessage } from './workers.js'

const tell = (message: WorkerMessage) => process.send?.(message)

try {
  const settings = JSON.parse(process.env[settingsVariable] ?? '') as PlatformProcessSettings
  const projects = await openProjectStore(settings.databaseUrl, settings.dataFolder)
  const { address, stop } = await startPlatform(settings, projects, eventsOfWorker())
  let isLeaving = false
  const leave = () => {
    // Ctrl+C and systemd signal every process, and then the one that started this does so again.
    if (isLeaving) return
    isLeaving = true
    stop()
      .then(projects.close)
      .catch((error: unknown) => {
        console.error('platform', (error as Error).message)
      })
      .finally(() => {
        // Last: without its channel a worker of a cluster ends at once, whatever it has still to answer.
        if (process.connected) process.disconnect()
      })
  }
  process.on('SIGTERM', leave)
  process.on('SIGINT', leave)
  tell({ address })
} catch (error) {
  if (!(error instanceof CannotStart)) throw error
  tell({ cannotStart: error.message })
  process.disconnect()
}
