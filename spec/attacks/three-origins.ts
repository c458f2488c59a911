import { afterAll, beforeAll, jest } from '@jest/globals'
import express, { type Express } from 'express'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../browser/chromium.js'

type Name = 'shop' | 'platform' | 'evil'

/**
 * The customer, the platform and an attacker, each on a site of its own in one Chromium: `http://shop.localhost:49152`. A host of
 * localhost is a secure context, and another site than any other.
 */
export interface ThreeOrigins {
  /** `http://evil.localhost:49154` */
  readonly origin: Readonly<Record<Name, string>>
  /** The same server under another host. */
  as(name: Name, host: string): string
  /** The page of the file there, without a cookie of an earlier test. A page of its own for each test would cost seconds. */
  open(address: string): Promise<Page>
}

/** Starts them once for a file. The app of the shop and of the platform are made when all addresses are known. */
export function threeOrigins(
  apps: Partial<Record<Name, (origin: Readonly<Record<Name, string>>) => RequestListener>>,
  launch = launchChromium,
): ThreeOrigins {
  jest.setTimeout(60_000)
  const origin: Record<Name, string> = { shop: '', platform: '', evil: '' }
  const servers: Server[] = []
  let browser: Browser | undefined
  let page: Page | undefined

  beforeAll(async () => {
    const names = Object.keys(origin) as Name[]
    const listeners: Partial<Record<Name, RequestListener>> = {}
    for (const name of names) {
      const server = createServer((req, res) => listeners[name]?.(req, res)).listen(0, '127.0.0.1')
      await once(server, 'listening')
      servers.push(server)
      origin[name] = `http://${name}.localhost:${(server.address() as AddressInfo).port}`
    }
    for (const name of names) listeners[name] = apps[name]?.(origin) ?? emptyPages()
    browser = await launch()
    page = await browser.newPage()
  })
  afterAll(async () => {
    await browser?.close()
    for (const server of servers) server.close().closeAllConnections()
  })

  return {
    origin,
    as: (name, host) => `http://${host}:${new URL(origin[name]).port}`,
    async open(address) {
      const opened = page as Page
      await opened.context().clearCookies()
      await opened.goto(address)
      return opened
    },
  }
}

/** A page without anything, at every address that nothing else answers. */
export function emptyPages(app: Express = express()): Express {
  return app.use((_req, res) => {
    res.type('html').send('<!doctype html><title>page</title>')
  })
}
