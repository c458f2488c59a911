/** One of several processes of the platform. `workers.ts` starts it. */
import { CannotStart } from './environment.js'
import { startPlatform, type PlatformProcessSettings } from './platform-process.js'
import { openProjectStore } from './project-store.js'
import { settingsVariable, type WorkerMessage } from './workers.js'

const tell = (message: WorkerMessage) => process.send?.(message)

try {
  const settings = JSON.parse(process.env[settingsVariable] ?? '') as PlatformProcessSettings
  const projects = await openProjectStore(settings.databaseUrl, settings.dataFolder)
  const { address, stop } = await startPlatform(settings, projects)
  const leave = () => {
    stop()
      .then(projects.close)
      .catch((error: unknown) => {
        console.error('platform', (error as Error).message)
      })
    // Ctrl+C reaches every process, and so does the signal of the one that started this.
    if (process.connected) process.disconnect()
  }
  process.once('SIGTERM', leave)
  process.once('SIGINT', leave)
  tell({ address })
} catch (error) {
  if (!(error instanceof CannotStart)) throw error
  tell({ cannotStart: error.message })
  process.disconnect()
}
