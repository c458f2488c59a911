import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { openProjectStore } from '../../example-server/operations/project-store.js'
import type { ProjectStore } from '../../lib/registry/index.js'
import { launchChromium } from './chromium.js'
import { loggedInAtConsole } from '../helpers/console-login.js'
import { DemoProcess } from '../helpers/demo-process.js'
import { putEmptyPgliteInto } from '../helpers/pglite.js'

/** Writes what is there before the demo starts, past the registry, which would refuse some of it. */
export type Prepare = (store: ProjectStore) => Promise<void>

/** Where somebody comes to, until they leave. */
export type Host = Pick<DemoProcess, 'started' | 'console' | 'kill'>
export type OpenHost = () => Promise<Host>

/** A demo of one's own. */
export const demo =
  (prepare?: Prepare): OpenHost =>
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reverse-jwt-console-'))
    await putEmptyPgliteInto(folder)
    if (prepare !== undefined) {
      const projects = await openProjectStore(undefined, folder)
      await prepare(projects.store)
      await projects.close()
    }
    return new DemoProcess({ PLATFORM_PORT: '0', CUSTOMER_PORT: '0' }, folder)
  }

/** Somebody at a console, logged in. */
export class ConsoleVisitor {
  address = ''
  customer = ''
  /** What the browser's console said since the test began. A test ends with none. */
  complaints: string[] = []
  /** The one-time password, and who logged in with it. */
  password = ''
  readonly operator = 'ops'
  private host: Host | undefined
  private opened: { readonly browser: Browser; readonly context: BrowserContext } | undefined
  private current: Page | undefined

  get browser(): Browser {
    if (this.opened === undefined) throw new Error('beforeAll has not run')
    return this.opened.browser
  }

  get context(): BrowserContext {
    if (this.opened === undefined) throw new Error('beforeAll has not run')
    return this.opened.context
  }

  /** The page of the test that runs. */
  get page(): Page {
    if (this.current === undefined) throw new Error('beforeEach has not run')
    return this.current
  }

  async arrive(open: OpenHost, isLoggedIn: boolean): Promise<void> {
    const host = await open()
    this.host = host
    const browser = await launchChromium()
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    this.opened = { browser, context }
    ;({ customer: this.customer } = await host.started())
    const { address, password } = await host.console()
    this.address = address
    this.password = password
    if (!isLoggedIn) return
    const { cookie } = await loggedInAtConsole(host)
    const [name = '', value = ''] = cookie.split('=')
    const { hostname: domain } = new URL(address)
    await context.addCookies([{ name, value, domain, path: '/console', httpOnly: true, sameSite: 'Strict' }])
  }

  async leave(): Promise<void> {
    await this.opened?.browser.close()
    await this.host?.kill()
  }

  /** The one of the test before, emptied, unless that has closed it: a new one takes half a second of the processor. */
  async openPage(): Promise<void> {
    this.complaints = []
    if (this.current?.isClosed() === false) {
      await this.current.goto('about:blank')
      return
    }
    const page = await this.context.newPage()
    this.current = page
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.complaints.push(error.message))
  }

  async openDemoShop(): Promise<void> {
    await this.openProject('demo-shop')
    await this.page.getByRole('heading', { name: 'Demo Shop' }).waitFor()
  }

  async openProject(id: string): Promise<void> {
    await this.page.goto(`${this.address}#${encodeURIComponent(id)}`)
    // It comes last. Who presses Tab before finds buttons missing.
    await this.page.locator('#audit li').first().waitFor()
  }

  /** Without the page, for what another test does with it. */
  async admin(path: string, data: object): Promise<Record<string, string>> {
    const headers = { origin: new URL(this.address).origin }
    const answer = await this.context.request.post(`${this.address}api${path}`, { data, headers })
    return (await answer.json()) as Record<string, string>
  }

  /** For a test that provokes one: the browser complains of an answer with this status. */
  excuse(status: number | string): void {
    this.complaints = this.complaints.filter((text) => !text.includes(String(status)))
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', { name })
  }

  dialog() {
    return this.page.getByRole('dialog')
  }

  inDialog(name: string) {
    return this.dialog().getByRole('button', { name, exact: true })
  }

  async said(text: string | RegExp): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: text }).waitFor()
  }

  keyItem(kid: string) {
    const { page } = this
    return page.locator('.key').filter({ has: page.locator('.key-head').getByText(kid, { exact: true }) })
  }

  /** What has the focus, by its name. */
  focused(): Promise<string> {
    return this.page.evaluate(
      '(({ activeElement: one }) => one.ariaLabel ?? one.labels?.[0]?.textContent ?? one.textContent)(document)',
    )
  }

  /** What stands at a field of the dialog, if it is marked as wrong. */
  async errorAt(label: string): Promise<string> {
    const control = this.page.getByLabel(label, { exact: true })
    await this.page.locator('[aria-invalid=true]').waitFor()
    expect(await control.getAttribute('aria-invalid')).toBe('true')
    expect(await this.focused()).toBe(label)
    const [id = ''] = ((await control.getAttribute('aria-describedby')) ?? '').split(' ')
    return (await this.page.locator(`[id="${id}"]`).textContent()) ?? ''
  }

  async newProject(id: string): Promise<void> {
    await this.button('New project').click()
    await this.dialog().getByLabel('Id', { exact: true }).fill(id)
    await this.dialog().getByLabel('Name').fill(`The ${id}`)
    await this.dialog().getByLabel('Allowed origins').fill('https://a.example\nhttp://localhost:5000')
    await this.inDialog('Create project').click()
    await this.page.getByRole('heading', { name: `The ${id}` }).waitFor()
  }
}

/**
 * Arrives before the tests of a file and leaves after them; each test has a page that shows nothing yet, and no complaint. It begins with
 * the project of the demo, unless it goes elsewhere itself.
 */
export function consoleVisitor(
  open = demo(),
  { isLoggedIn = true, isAtDemoShop = true } = {},
): ConsoleVisitor {
  const visitor = new ConsoleVisitor()
  beforeAll(() => visitor.arrive(open, isLoggedIn), 90_000)
  afterAll(() => visitor.leave())
  beforeEach(async () => {
    await visitor.openPage()
    if (isLoggedIn && isAtDemoShop) await visitor.openDemoShop()
    // The first test of a file logs in itself.
    isLoggedIn = true
  })
  afterEach(() => {
    expect(visitor.complaints).toEqual([])
  })
  return visitor
}
