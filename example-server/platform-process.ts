import { listen, portOf, stopListening } from './listen.js'
import { platformApp, type PlatformSettings } from './platform.js'
import { openReplayStore } from './replay-store.js'

export interface PlatformProcessSettings extends Pick<PlatformSettings, 'customerOrigin' | 'publicJwk'> {
  readonly port: number
  readonly redisUrl: string | undefined
}

export interface PlatformProcess {
  readonly address: string
  readonly stop: () => void
}

/** Runs the platform in this process. */
export async function startPlatform(settings: PlatformProcessSettings): Promise<PlatformProcess> {
  const { replayStore, close } = await openReplayStore(settings.redisUrl)
  try {
    const server = await listen('PLATFORM_PORT', settings.port)
    const address = `http://127.0.0.1:${portOf(server)}`
    server.on(
      'request',
      platformApp({
        ...settings,
        address,
        replayStore,
        // An event holds no token and no key, so it may be logged.
        onEvent: (event) => {
          console.log('platform', JSON.stringify(event))
        },
      }),
    )
    const stop = () => {
      stopListening()
      server.once('close', close)
    }
    return { address, stop }
  } catch (error) {
    close()
    throw error
  }
}
