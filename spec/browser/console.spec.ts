import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createPublicKey, createPrivateKey } from 'node:crypto'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { PossessionChallenge } from '../../lib/client/index.js'
import { launchChromium } from '../helpers/chromium.js'
import { DemoProcess } from '../helpers/demo-process.js'
import { makeKeyPair } from '../helpers/keys.js'
import { prove } from '../helpers/possession.js'

jest.setTimeout(90_000)

let browser: Browser
let demo: DemoProcess
let context: BrowserContext
let page: Page
let address: string
let customer: string
let complaints: string[]

beforeAll(async () => {
  browser = await launchChromium()
  demo = new DemoProcess({ PLATFORM_PORT: '0', CUSTOMER_PORT: '0' })
  ;({ customer } = await demo.started())
  const { address: where, password } = await demo.console()
  address = where
  context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
  await logIn(password)
}, 90_000)

// Undefined when beforeAll failed before it got there.
afterAll(async () => {
  await (browser as Browser | undefined)?.close()
  await (demo as DemoProcess | undefined)?.kill()
})

beforeEach(async () => {
  page = await context.newPage()
  complaints = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`${address}#demo-shop`)
  await page.getByRole('heading', { name: 'Demo Shop' }).waitFor()
})

afterEach(async () => {
  await page.close()
  expect(complaints).toEqual([])
})

const button = (name: string | RegExp) => page.getByRole('button', { name })
const dialog = () => page.getByRole('dialog')
const inDialog = (name: string) => dialog().getByRole('button', { name, exact: true })
const said = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor()
const keyItem = (kid: string) =>
  page.locator('.key').filter({ has: page.locator('.key-head').getByText(kid, { exact: true }) })

/** Wrong passwords first; the right one twice. */
async function logIn(password: string): Promise<void> {
  const login = await context.newPage()
  await login.goto(address)
  const field = login.getByLabel('One-time password')
  const send = login.getByRole('button', { name: 'Log in' })
  await field.fill('aaaa-bbbb-cccc-dddd')
  await send.click()
  await login.getByText('This is not the password.').waitFor()
  await field.fill(` ${password.toUpperCase()} `)
  await send.click()
  await login.getByRole('heading', { name: 'Projects' }).waitFor()
  await login.close()

  const other = await browser.newContext()
  const second = await other.newPage()
  await second.goto(address)
  await second.getByLabel('One-time password').fill(password)
  await second.getByRole('button', { name: 'Log in' }).click()
  await second.getByText('This password has been used or is too old.').waitFor()
  for (let attempt = 0; attempt < 5; attempt++) {
    const wait = second.waitForResponse('**/login')
    await second.getByRole('button', { name: 'Log in' }).click()
    await wait
  }
  await other.close()
}

async function newProject(id: string): Promise<void> {
  await button('New project').click()
  await dialog().getByLabel('Id', { exact: true }).fill(id)
  await dialog().getByLabel('Name').fill(`The ${id}`)
  await dialog().getByLabel('Allowed origins').fill('https://a.example\nhttp://localhost:5000')
  await inDialog('Create project').click()
  await page.getByRole('heading', { name: `The ${id}` }).waitFor()
}

async function newKey(): Promise<string> {
  await button('Create a key pair').click()
  await inDialog('Create').click()
  const kid = (await dialog().locator('p code').textContent()) ?? ''
  await dialog().getByLabel('I have it').check()
  await inDialog('Forget it here').click()
  await said('The new key is active.')
  return kid
}

it('keeps its session in a cookie that no script reads and no other site sends', async () => {
  const cookies = (await context.cookies(address)).filter(({ name }) => name === 'platform_console')
  expect(cookies).toEqual([expect.objectContaining({ httpOnly: true, sameSite: 'Strict', path: '/console' })])
  expect(await page.evaluate('document.cookie')).toBe('')
})

it('shows the demo customer’s key, and soon that it was used', async () => {
  await page.getByText('never').waitFor()
  const shop = await context.newPage()
  await shop.goto(customer)
  await shop.getByRole('button', { name: 'Get a token and call the platform' }).click()
  await shop.waitForSelector('#first .pill')
  expect(await shop.textContent('#first .pill')).toBe('200 OK')
  await shop.close()
  await page.getByText('just now').first().waitFor()
  await page.locator('#key-list').getByText('just now').waitFor()
})

it('makes a project, changes it, suspends and resumes it, and deletes it', async () => {
  await newProject('life')
  expect(await page.locator('#project').textContent()).toContain('https://a.example  http://localhost:5000')
  await button('Settings').click()
  await dialog().getByLabel('any origin may call').check()
  await dialog().getByLabel('Scopes').fill('read write')
  await inDialog('Save').click()
  await said('The settings are saved.')
  expect(await page.locator('#project').textContent()).toContain('Allowed originsanyScopesread  write')

  await button('Suspend').click()
  await dialog().getByLabel('Reason (optional)').fill('unpaid')
  await inDialog('Suspend').click()
  await said('The project is suspended.')
  await page.getByText('Suspended because').waitFor()
  await button('Resume').click()
  await said('The project is resumed.')

  await button('Delete').click()
  await dialog().getByLabel('Type the id to confirm: life').fill('other')
  await inDialog('Delete for good').click()
  await dialog().getByText('This is not the id of the project.').waitFor()
  await dialog().getByLabel('Type the id to confirm: life').fill('life')
  await inDialog('Delete for good').click()
  await said('The project is deleted.')
  expect(await page.getByRole('navigation').textContent()).not.toContain('The life')
})

it('says what is wrong with what was typed, and keeps it', async () => {
  await button('New project').click()
  await dialog().getByLabel('Id', { exact: true }).fill('wrong')
  await dialog().getByLabel('Allowed origins').fill('https://a.example/path')
  const refused = page.waitForResponse((response) => response.status() === 400)
  await inDialog('Create project').click()
  await refused
  await dialog().getByRole('alert').filter({ hasText: 'not an origin as browsers send it' }).waitFor()
  expect(await dialog().getByLabel('Id', { exact: true }).inputValue()).toBe('wrong')
  await page.keyboard.press('Escape')
  expect(await dialog().count()).toBe(0)
  complaints = complaints.filter((text) => !text.includes('400'))
})

describe('a key', () => {
  it('is created, and its private half shown once', async () => {
    await newProject('once')
    await button('Create a key pair').click()
    await inDialog('Create').click()
    await dialog().getByText('Nobody can show it again').waitFor()
    const text = (await dialog().getByLabel('Private key', { exact: true }).textContent()) ?? ''
    expect(createPrivateKey(text).asymmetricKeyType).toBe('ec')
    await dialog().getByRole('button', { name: 'Copy: Private key' }).click()
    await dialog().getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(text)
    // A slip does not close it, nor does it close before it is said that somebody has the key.
    await page.keyboard.press('Escape')
    await inDialog('Forget it here').click()
    expect(await dialog().isVisible()).toBe(true)
    await dialog().getByLabel('I have it').check()
    await inDialog('Forget it here').click()
    await said('The new key is active.')
    const secret = text.split('\n')[1] ?? ''
    expect(secret.length).toBe(64)
    expect(await page.content()).not.toContain(secret)
    await page.reload()
    await page.locator('.key').waitFor()
    expect(await page.content()).not.toContain(secret)
  })

  it('is rotated with an overlap, and revoked with a reason', async () => {
    await newProject('turn')
    const kid = await newKey()
    await button(`Rotate ${kid}`).click()
    await dialog().getByLabel('The old key stays good for').selectOption('an hour')
    await inDialog('Rotate').click()
    await dialog().getByText('The old key ends on').waitFor()
    await dialog().getByLabel('I have it').check()
    await inDialog('Forget it here').click()
    await said('The key is rotated.')
    expect(await keyItem(kid).textContent()).toContain('retiring')

    await button(`Revoke ${kid}`).click()
    await dialog().getByLabel('Reason').selectOption('compromised: others have used it')
    await inDialog('Revoke').click()
    // Not without the confirmation.
    expect(await dialog().isVisible()).toBe(true)
    await dialog().getByLabel('The customer can do without this key').check()
    await inDialog('Revoke').click()
    await said('The key is revoked.')
    expect(await keyItem(kid).textContent()).toMatch(/revoked.*\(compromised\)/)
    const [first] = await page.locator('#audit li').allTextContents()
    expect(first).toMatch(/^console revoked a key \(compromised\) just now/)
  })

  it('warns when the last one is revoked', async () => {
    await newProject('last')
    const kid = await newKey()
    await button(`Revoke ${kid}`).click()
    await dialog().getByLabel('The customer can do without this key').check()
    await inDialog('Revoke').click()
    await said('The project has no key left that can sign')
  })

  it('of the customer is registered with a proof, and not with the proof of another key', async () => {
    await newProject('proof')
    const { privateKey } = makeKeyPair('ES256')
    await button("Register a customer's key").click()
    const pem = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }) as string
    await dialog().getByLabel('Public key').fill(pem)
    await inDialog('Ask for a proof').click()
    await dialog().getByText('step 2 of 2').waitFor()
    const snippet = (await dialog().getByLabel('What the customer runs', { exact: true }).textContent()) ?? ''
    const challenge = JSON.parse(
      /const challenge = (\{[^}]*\})/.exec(snippet)?.[1] ?? '',
    ) as PossessionChallenge
    expect(challenge).toMatchObject({ aud: new URL(address).origin, proj_id: 'proof' })
    await page.locator('#key-list').getByText('pending').waitFor()

    const other = makeKeyPair('ES256').privateKey
    const refused = page.waitForResponse((response) => response.status() === 422)
    await dialog()
      .getByLabel('Proof')
      .fill(await prove({ privateKey: other, challenge }))
    await inDialog('Activate the key').click()
    await refused
    await dialog().getByRole('alert').filter({ hasText: 'was not signed with the private half' }).waitFor()
    complaints = complaints.filter((text) => !text.includes('422'))

    await dialog()
      .getByLabel('Proof')
      .fill(await prove({ privateKey, challenge }))
    await inDialog('Activate the key').click()
    await said('The customer holds the private key. The key is active.')
    expect(await page.locator('#key-list').textContent()).toContain('active')
  })
})

it('shows markup that somebody gave as a name as the text that it is', async () => {
  const name = '<img src=x onerror="document.title=1">'
  await button('New project').click()
  await dialog().getByLabel('Id', { exact: true }).fill(name)
  await dialog().getByLabel('Name').fill(name)
  await inDialog('Create project').click()
  await page.getByRole('heading', { name }).waitFor()
  expect(await page.locator('main img').count()).toBe(0)
  await page.getByLabel('of all projects').check()
  await page.locator('#audit').getByText(name).first().waitFor()
  expect(await page.title()).toBe('Console of the platform')
})

it('can be used by keyboard alone, and the focus can be seen', async () => {
  const focused = () =>
    page.evaluate(`(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
      return [document.activeElement.textContent.trim(), outlineStyle, parseFloat(outlineWidth) >= 2]
    })()`)
  const seen: string[] = []
  for (let step = 0; step < 30 && !seen.includes('Create a key pair'); step++) {
    await page.keyboard.press('Tab')
    const [text, style, wide] = (await focused()) as [string, string, boolean]
    expect([text, style, wide]).toEqual([text, 'solid', true])
    seen.push(text)
  }
  expect(seen.slice(0, 1)).toEqual(['New project'])
  await page.keyboard.press('Enter')
  await dialog().getByText('Create a key pair').waitFor()
  await page.keyboard.press('Escape')
  expect(((await focused()) as string[])[0]).toBe('Create a key pair')
})

/** What a screen reader needs, in the page and in each dialog. */
const faults = `(() => {
  const found = []
  const name = (element) => element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.textContent.trim()
  for (const element of document.querySelectorAll('button, input, select, textarea, a, summary'))
    if (!name(element)) found.push('no name: ' + element.outerHTML)
  const visible = [...document.querySelectorAll('h1, h2, h3')].filter((heading) => heading.checkVisibility() || heading.closest('dialog'))
  if (visible.filter(({ tagName }) => tagName === 'H1').length !== 1) found.push('not one h1')
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  if (new Set(ids).size !== ids.length) found.push('an id twice')
  for (const element of document.querySelectorAll('[aria-labelledby], [aria-describedby]'))
    for (const id of (element.getAttribute('aria-labelledby') ?? element.getAttribute('aria-describedby')).split(' '))
      if (!document.getElementById(id) && element.tagName !== 'DIALOG') found.push('points nowhere: ' + id)
  if (document.documentElement.lang !== 'en') found.push('no language')
  if (document.querySelectorAll('script:not([src]), [style], [onclick]').length > 0) found.push('inline code')
  return found
})()`

it.each([360, 1280])('has names, headings and no scrolling sideways at %d pixels', async (width) => {
  await page.setViewportSize({ width, height: 800 })
  const sideways = () => page.evaluate('document.documentElement.scrollWidth - innerWidth')
  const check = async () => {
    expect(await page.evaluate(faults)).toEqual([])
    expect(await sideways()).toBeLessThanOrEqual(0)
  }
  await page.locator('.key').first().waitFor()
  await check()
  for (const name of [
    'New project',
    'Create a key pair',
    "Register a customer's key",
    'Settings',
    'Suspend',
    'Delete',
  ]) {
    await button(name).click()
    await check()
    const cut = await page.evaluate(
      'document.querySelector("dialog").scrollWidth - document.querySelector("dialog").clientWidth',
    )
    expect([name, cut]).toEqual([name, 0])
    await page.keyboard.press('Escape')
  }
})

it('asks a stranger for the password, and shows nothing before', async () => {
  const stranger = await browser.newContext()
  const other = await stranger.newPage()
  await other.goto(address)
  await other.getByRole('heading', { name: 'Who may call your platform?' }).waitFor()
  expect(await other.locator('#console').isVisible()).toBe(false)
  expect(await other.locator('body').textContent()).not.toContain('demo-shop')
  expect(await other.evaluate(faults)).toEqual([])
  await stranger.close()
})
