import { once } from 'node:events'
import { Router } from 'express'
import { eventLine } from 'reverse-jwt'
import { alertEvents, type AnyEvent } from 'reverse-jwt/observe'
import { createRegistry, recordEvents } from 'reverse-jwt/registry'
import { ConsoleAccess, type ConsoleSecrets } from '../console/console-access.js'
import { ConsoleLogins } from '../console/console-logins.js'
import { consoleRouter } from '../console/console.js'
import type { EventFeed } from '../console/calls/event-feed.js'
import { frontPageRouter } from '../console/front-page.js'
import { liveLog } from '../console/calls/live-log.js'
import { CannotStart } from './environment.js'
import { sessionKey } from './kept-key.js'
import { listen, portOf, stopListening } from './listen.js'
import { platformApp } from '../platform.js'
import type { OpenProjectStore } from './project-store.js'
import { openReplayStore } from './replay-store.js'
import { serveProjects } from './served-projects.js'
import { keySetReads } from './key-sets.js'
import type { KeyHost } from './key-host.js'

export interface PlatformProcessSettings {
  readonly port: number
  readonly redisUrl: string | undefined
  readonly databaseUrl: string | undefined
  readonly dataFolder: string
  readonly customerOrigin: string
  readonly ordersAddress: string
  /** The customer's own, if it has one. */
  readonly keyHost?: KeyHost | undefined
  readonly consoleSecrets: ConsoleSecrets
  readonly servicesSecret: string
}

export interface PlatformProcess {
  readonly address: string
  /** Lets answers on their way out finish. */
  readonly stop: () => Promise<void>
}

/** What the console shows: the feed, and where what happens here goes so that it gets there. */
export interface PlatformEvents {
  readonly feed: EventFeed
  readonly onEvent: (event: AnyEvent) => void
}

/** Runs the platform in this process. The project store is its caller's to close. */
export async function startPlatform(
  settings: PlatformProcessSettings,
  { db, store }: Pick<OpenProjectStore, 'db' | 'store'>,
  events: PlatformEvents,
): Promise<PlatformProcess> {
  const closers: (() => unknown)[] = []
  /** What was opened last is closed first. */
  const close = async () => {
    for (const one of closers.toReversed()) await one()
  }
  try {
    const { replayStore, close: closeReplayStore } = await openReplayStore(settings.redisUrl)
    closers.push(closeReplayStore)
    const server = await listen('PLATFORM_PORT', settings.port)
    const address = `http://127.0.0.1:${portOf(server)}`
    const reads = keySetReads(settings.keyHost)
    const registry = createRegistry({ store, audience: address, keySets: reads })
    // Why a call was refused: the console finds it by the id in the answer.
    const record = recordEvents({ db })
    // Where the database is away at the end, that alone keeps nothing from ending.
    closers.push(() => record.close().catch(() => undefined))
    const alerts = alertEvents({ store, onAlert: [logEvent, record.onEvent, events.onEvent] })
    const {
      onEvent,
      close: closeProjects,
      ...served
    } = await serveProjects(store, {
      reads,
      onEvent: [logEvent, alerts, record.onEvent, events.onEvent],
    })
    closers.push(closeProjects)
    const logins = new ConsoleLogins(db)
    await logins.migrate().catch((error: unknown) => {
      const { message } = (error as Error).cause as Error
      throw new CannotStart(`The console cannot make its table: ${message} (DATABASE_URL)`)
    })
    const access = new ConsoleAccess(settings.consoleSecrets, logins)
    const live = liveLog({
      address,
      isLoggedIn: async (req) => (await access.operatorOf(req)) !== undefined,
      feed: events.feed,
    })
    closers.push(live.close)
    const pages = Router()
    pages.use(frontPageRouter(settings.customerOrigin, events.feed))
    pages.use('/console', live.router)
    pages.use('/console', consoleRouter({ address, registry, access }))
    server.on(
      'request',
      platformApp({
        ...served,
        address,
        replayStore,
        sessionKey: await sessionKey(settings.dataFolder),
        ordersAddress: settings.ordersAddress,
        servicesSecret: settings.servicesSecret,
        onEvent: [logEvent, onEvent, alerts, record.onEvent, events.onEvent],
        onSessionEvent: [logEvent, alerts, record.onEvent, events.onEvent],
        pages,
      }),
    )
    const stop = async () => {
      // They would stay open.
      live.close()
      stopListening()
      await once(server, 'close')
      await close()
    }
    return { address, stop }
  } catch (error) {
    await close()
    throw error
  }
}

/** An event holds no token and no key, so it may be logged; a caller wrote some of it, so it is escaped. */
function logEvent(event: AnyEvent): void {
  console.log('platform', eventLine(event))
}
