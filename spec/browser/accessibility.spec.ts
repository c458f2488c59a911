import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core'
import { launchChromium } from './chromium.js'
import { loggedInAtConsole } from '../helpers/console-login.js'
import { DemoProcess } from '../helpers/demo-process.js'

jest.setTimeout(120_000)

/** WCAG 2.2 at AA, and what axe holds to be good practice beyond it. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

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

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [320, 1440].map((width) => ({ colorScheme, width })),
)

async function openedIn({ colorScheme, width }: (typeof looks)[number]): Promise<BrowserContext> {
  return browser.newContext({ colorScheme, viewport: { width, height: 900 } })
}

/** The policy of the pages lets no script tag in; what a debugger evaluates it does not ask. */
async function violationsOf(page: Page | Frame): Promise<string[]> {
  await page.evaluate(axe)
  const run = `axe.run(document, { preload: false, runOnly: ${JSON.stringify(rules)} })`
  const { violations, passes } = await page.evaluate<{
    violations: { id: string; help: string; nodes: { target: string[] }[] }[]
    passes: unknown[]
  }>(run)
  // It has looked at something.
  expect(passes.length).toBeGreaterThan(10)
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  )
}

it.each(looks)('finds no fault in the story, from its start to its end: %j', async (look) => {
  const context = await openedIn(look)
  const page = await context.newPage()
  await page.goto(customer)
  await page.waitForSelector('a[data-place][href]')
  await page.waitForSelector('#attacks li')
  expect(await violationsOf(page)).toEqual([])

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
  expect(await violationsOf(page)).toEqual([])
  // From outside nothing can be seen of a frame of another origin.
  const frames = page.frames().filter((frame) => frame !== page.mainFrame())
  expect(frames).toHaveLength(2)
  for (const frame of frames) expect([frame.url(), await violationsOf(frame)]).toEqual([frame.url(), []])
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  await context.close()
})

it.each(looks)('finds no fault in the pages of the platform: %j', async (look) => {
  const context = await openedIn(look)
  const page = await context.newPage()
  const visit = async (address: string, shown: string) => {
    await page.goto(address)
    await page.locator(shown).first().waitFor()
    expect([address, await violationsOf(page)]).toEqual([address, []])
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

it.each(looks.filter(({ width }) => width === 320))(
  'finds no fault in a file of the code: %j',
  async (look) => {
    const context = await openedIn(look)
    const page = await context.newPage()
    await page.goto(customer)
    await page.goto(`${customer}/story/code/at/verify`)
    await page.waitForSelector('.source')
    expect(await violationsOf(page)).toEqual([])
    await context.close()
  },
)
