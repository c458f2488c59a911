import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Frame, Page } from 'playwright-core'
import { launchChromium } from './chromium.js'
import { loggedInAtConsole } from '../helpers/console-login.js'
import { DemoProcess } from '../helpers/demo-process.js'

jest.setTimeout(120_000)

/** WCAG 2.2 at AA, and what axe holds to be good practice beyond it. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

let browser: Browser
let demo: DemoProcess
let platform: string
let customer: string
let axe: string
let cookie: string

beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  browser = await launchChromium()
  demo = await DemoProcess.overEmptyDatabase({ PLATFORM_PORT: '0', CUSTOMER_PORT: '0' })
  ;({ platform, customer } = await demo.started())
  ;({ cookie } = await loggedInAtConsole(demo))
  // For the lists of calls.
  await fetch(`${platform}/api/plain`, { headers: { origin: customer } })
})

// Undefined when beforeAll failed before it got there.
afterAll(async () => {
  await (browser as Browser | undefined)?.close()
  await (demo as DemoProcess | undefined)?.kill()
})

/** What depends on colours alone is looked at in one width. */
const looks = [
  { width: 320, colorScheme: 'light', rules: { type: 'tag', values: tags } },
  { width: 1440, colorScheme: 'light', rules: { type: 'tag', values: tags } },
  { width: 1440, colorScheme: 'dark', rules: { type: 'rule', values: ['color-contrast'] } },
] as const

/** The policy of the pages lets no script tag in; what a debugger evaluates it does not ask. */
async function faultsOf(shown: Page | Frame, runOnly: object): Promise<string[]> {
  const run = `axe.run(document, ${JSON.stringify({ preload: false, runOnly })})`
  const { violations, passes } = await shown.evaluate<{
    violations: { id: string; help: string; nodes: { target: string[] }[] }[]
    passes: unknown[]
  }>(run)
  // It has looked at something.
  expect(passes.length).toBeGreaterThan(0)
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  )
}

/** Of a page with its frames, which cannot be seen from outside, in all looks. */
async function expectNoFaults(page: Page): Promise<void> {
  const frames = page.frames().filter((frame) => frame.url() !== 'about:blank')
  for (const shown of frames) await shown.evaluate(axe)
  for (const { width, colorScheme, rules } of looks) {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme })
    for (const shown of frames) {
      const place = [shown.url(), width, colorScheme]
      expect([...place, await faultsOf(shown, rules)]).toEqual([...place, []])
    }
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  }
}

it('finds no fault in the story, from its start to its end', async () => {
  const page = await browser.newPage()
  await page.goto(customer)
  await page.waitForSelector('a[data-place][href]')
  await page.waitForSelector('#attacks li')
  await expectNoFaults(page)

  await page.getByRole('button', { name: 'Call the platform' }).click()
  await page.waitForSelector('#first .seen .facts')
  await page.getByRole('button', { name: 'Send the same token again' }).click()
  await page.waitForSelector('#second .seen .facts')
  await page.getByRole('button', { name: 'Make five calls in one session' }).click()
  await page.waitForSelector('#session-seen .facts')
  await page.getByRole('button', { name: 'Open it in a frame' }).click()
  await page.waitForSelector('#portal-seen .facts')
  await page.frameLocator('#portal-frame').getByRole('switch', { name: 'Accounting' }).waitFor()
  for (const item of await page.locator('#attacks > li').all()) {
    await item.getByRole('button').click()
    await item.locator('.status[data-mood=good]').waitFor()
  }
  expect(page.frames()).toHaveLength(3)
  await expectNoFaults(page)
  // A file of the code, which opens from it.
  await page.goto(`${customer}/story/code/at/verify`)
  await page.waitForSelector('.source')
  await expectNoFaults(page)
  // A page of the documents.
  await page.goto(`${customer}/story/code/docs/portal.md`)
  await page.waitForSelector('table')
  await expectNoFaults(page)
  await page.close()
})

it('finds no fault in the pages of the platform', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const visit = async (address: string, shown: string) => {
    await page.goto(address)
    await page.locator(shown).first().waitFor()
    await expectNoFaults(page)
  }
  await visit(`${platform}/`, '#recent li:not(.empty)')
  await visit(`${platform}/portal`, '[role=status]')
  await visit(`${platform}/console/`, 'form')

  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([
    { name, value, domain: new URL(platform).hostname, path: '/console', httpOnly: true, sameSite: 'Strict' },
  ])
  await visit(`${platform}/console/?projects`, 'button:has-text("New project")')
  await visit(`${platform}/console/#demo-shop`, '#audit li')
  await visit(`${platform}/console/calls.html`, '#call-list li')
  await context.close()
})
