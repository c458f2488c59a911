import express from 'express'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConsoleAccess, newConsoleSecrets } from '../../example-server/console/console-access.js'
import { ConsoleLogins } from '../../example-server/console/console-logins.js'
import { consoleRouter } from '../../example-server/console/console.js'
import { EventFeed } from '../../example-server/console/calls/event-feed.js'
import { liveLog } from '../../example-server/console/calls/live-log.js'
import { frontPageRouter } from '../../example-server/console/front-page.js'
import { securityHeaders } from '../../example-server/security-headers.js'
import {
  createRegistry,
  MemoryProjectStore,
  refreshKeySets,
  type Registry,
} from '../../lib/registry/index.js'
import type { CustomerHost } from '../helpers/customer-host.js'
import { readsFrom } from '../helpers/hosted-registry.js'
import { emptyPglite } from '../helpers/pglite.js'
import { by } from '../helpers/registry.js'
import type { Host } from './console-visitor.js'

/** A console in this process, so that its registry reads from the host of the tests: no process of its own could be led there. */
export class HostedConsole {
  /** The registry's clock: seconds by which it is behind. */
  behind = 0
  readonly store = new MemoryProjectStore({ clock: () => this.now })
  private readonly customerHost: CustomerHost
  private opened: Registry | undefined

  constructor(customerHost: CustomerHost) {
    this.customerHost = customerHost
  }

  get registry(): Registry {
    if (this.opened === undefined) throw new Error('the console is not open')
    return this.opened
  }

  private get now(): number {
    return Date.now() / 1000 - this.behind
  }

  private get reads() {
    return { ...readsFrom(this.customerHost), timeoutMs: 10_000 }
  }

  /** Reads the sets that are due, as a process beside the console does. */
  async refresh(): Promise<void> {
    const refresher = refreshKeySets({ store: this.store, keySets: this.reads })
    await refresher.refresh()
    await refresher.close()
  }

  readonly open = async (): Promise<Host> => {
    const app = express()
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const registry = createRegistry({
      store: this.store,
      audience: address,
      clock: () => this.now,
      keySets: this.reads,
    })
    this.opened = registry
    await registry.createProject({ id: 'demo-shop', name: 'Demo Shop' }, { by })

    const db = await emptyPglite()
    const logins = new ConsoleLogins(db)
    await logins.migrate()
    const secrets = newConsoleSecrets()
    const access = new ConsoleAccess(secrets, logins)
    const feed = new EventFeed()
    const isLoggedIn = async (req: express.Request) => (await access.operatorOf(req)) !== undefined
    const live = liveLog({ address, isLoggedIn, feed })
    app.use(securityHeaders("default-src 'self'"))
    app.use(frontPageRouter('http://localhost', feed))
    app.use('/console', live.router, consoleRouter({ address, registry, access }))
    return {
      started: () => Promise.resolve({ platform: address, customer: '', orders: '' }),
      console: () => Promise.resolve({ address: `${address}/console/`, password: secrets.password }),
      kill: async () => {
        live.close()
        server.close()
        server.closeAllConnections()
        await db.close()
      },
    }
  }
}
