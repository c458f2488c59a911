import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import type { Browser, Page, Request } from 'playwright-core'
import { launchChromium } from './chromium.js'
import { revokeTheKey } from './demo-key.js'
import { DemoProcess } from '../helpers/demo-process.js'

jest.setTimeout(60_000)

let browser: Browser
let demo: DemoProcess
let platform: string
let customer: string
let page: Page
const requests: Request[] = []
const faults: string[] = []

beforeAll(async () => {
  browser = await launchChromium()
  demo = await DemoProcess.overEmptyDatabase({ PLATFORM_PORT: '0', CUSTOMER_PORT: '0' })
  ;({ platform, customer } = await demo.started())
  page = await (await browser.newContext()).newPage()
  page.on('request', (request) => requests.push(request))
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(customer)
})

// Undefined when beforeAll failed before it got there.
afterAll(async () => {
  await (browser as Browser | undefined)?.close()
  await (demo as DemoProcess | undefined)?.kill()
})

async function textsOf(slot: string): Promise<Record<'body' | 'seen' | 'claims', Record<string, unknown>>> {
  await page.waitForSelector(`${slot} .seen .facts`)
  const parsed = async (selector: string) =>
    JSON.parse((await page.textContent(selector)) ?? '') as Record<string, unknown>
  return {
    body: await parsed(`${slot} .body`),
    seen: await parsed(`${slot} .seen pre`),
    claims: await parsed('#claims'),
  }
}

const againButton = () => page.getByRole('button', { name: 'Send the same token again' })

async function getToken(shown = page): Promise<void> {
  await shown.getByRole('button', { name: 'Get a token' }).click()
  await shown.waitForSelector('#get-status[data-mood=good]')
}

it('takes the token that is in hand, and gets another where that was sent', async () => {
  await getToken()
  expect(await page.textContent('#left-text')).toMatch(/^\d+ s left$/)
  await page.getByRole('button', { name: 'Call the platform' }).click()
  const first = await textsOf('#first')
  expect(first.seen).toMatchObject({ type: 'accepted', jti: first.claims.jti, origin: customer })
  expect(requests.filter((request) => request.url() === `${customer}/token`)).toHaveLength(1)

  await page.getByRole('button', { name: 'Call with a new token' }).click()
  const other = await textsOf('#third')
  expect(await page.textContent('#after-status')).toMatch(/^200: The key is still good/)
  expect(other.claims.jti).not.toBe(first.claims.jti)
  expect(other.seen).toMatchObject({ type: 'accepted', jti: other.claims.jti })
})

it('counts no seconds of a token that was used', async () => {
  expect(await page.textContent('#left-text')).toBe('used: it works once')
  expect(await page.isVisible('#left-bar')).toBe(false)
  expect(await page.textContent('#get-status')).toBe(
    'This token has been sent. It works once, so the next call gets another one.',
  )
})

it('shows what the platform saw of a token that was sent again', async () => {
  await againButton().click()
  const { seen, body, claims } = await textsOf('#second')
  expect(seen).toMatchObject({ reason: 'token_replayed', signature: 'good', jti: claims.jti })
  expect(body.instance).toBe(`urn:uuid:${String(seen.id)}`)
})

it('sends no token again that was not sent yet', async () => {
  await getToken()
  expect(await againButton().isDisabled()).toBe(true)
  expect(await page.textContent('#again-status')).toBe('Call the platform first.')
  expect(await page.isVisible('#second')).toBe(false)
  expect(await page.textContent('#left-text')).toMatch(/^\d+ s left$/)
  expect(await page.isVisible('#left-bar')).toBe(true)
})

it('counts down the seconds that a token has left, and sends none that has expired', async () => {
  const own = await browser.newPage()
  const text = (what: string) => own.textContent(what)
  await own.clock.install({ time: 0 })
  // From here on the page's clock goes only as far as it is told to, however slow the machine is.
  await own.clock.pauseAt(1000)
  await own.goto(customer)
  await getToken(own)
  expect(await text('#left-text')).toBe('60 s left')
  await own.clock.fastForward(30_000)
  expect(await text('#left-text')).toBe('30 s left')
  await own.clock.fastForward(30_000)
  expect(await text('#left-text')).toBe('expired')
  expect(await text('#get-status')).toBe('This token has expired, unused. The next call gets another one.')

  const claims = await text('#claims')
  await own.getByRole('button', { name: 'Call the platform' }).click()
  await own.waitForSelector('#first .pill')
  expect(await text('#claims')).not.toBe(claims)
  await own.close()
})

it('shows epochs as times of day, in JSON that is JSON still', async () => {
  const { exp } = (await textsOf('#first')).claims as { exp: number }
  const time = page.locator('#claims time', { hasText: String(exp) })
  expect(await time.getAttribute('datetime')).toBe(new Date(exp * 1000).toISOString())
  expect(await time.getAttribute('data-clock')).toMatch(/^\d\d:\d\d:\d\d$/)
})

it('leads to the code and the documents behind each step, in a tab of their own', async () => {
  const links = page.locator('a[data-place]')
  expect(await links.count()).toBeGreaterThan(15)
  expect(await page.locator('a[data-place]:not([href])').count()).toBe(0)
  const complaints: string[] = []
  const follow = async (name: string) => {
    const opening = page.context().waitForEvent('page')
    await page.getByRole('link', { name }).click()
    const opened = await opening
    opened.on('console', (message) => complaints.push(message.text()))
    return opened
  }

  const code = await follow('The platform verifies')
  expect(await code.textContent('.source :target')).toContain("app.get('/api/plain'")
  await code.close()

  const documents = await follow('Read more docs/browser.md')
  expect(await documents.textContent('h1')).toBe("The page's client")
  await documents.getByRole('link', { name: 'likely causes' }).click()
  expect(await documents.textContent('h2:target')).toBe('When it does not open')
  expect(complaints).toEqual([])
  await documents.close()
})

const itemOf = (attack: string) => page.locator('#attacks > li').filter({ hasText: attack })

async function tryIt(attack: string): Promise<string> {
  const item = itemOf(attack)
  await item.getByRole('button', { name: `Try it: ${attack}` }).click()
  await item.locator('.status:not([data-mood=calm])').waitFor()
  return (await item.locator('.status').textContent()) ?? ''
}

async function jsonIn(attack: string, selector: string): Promise<Record<string, unknown>> {
  return JSON.parse((await itemOf(attack).locator(selector).textContent()) ?? '') as Record<string, unknown>
}

it.each([
  ['For another audience', 'audience_mismatch', 'audience_mismatch', 'aud'],
  ['Expired', 'token_expired', 'token_expired', 'exp'],
  ['Tampered with', 'token_not_verified', 'signature_bad', 'scope'],
  ["With another project's key", 'token_not_verified', 'signature_bad', 'proj_id'],
])('says whether it went as it said: %s', async (attack, code, reason, wrong) => {
  expect(await itemOf(attack).locator('.should').textContent()).toContain(code)
  expect(await tryIt(attack)).toBe(`As it should be: refused with ${code}.`)
  expect(await jsonIn(attack, '.body')).toMatchObject({ code })
  expect(await jsonIn(attack, '.seen pre')).toMatchObject({ type: 'refused', code, reason })
  expect(await itemOf(attack).locator('mark .name').textContent()).toBe(`"${wrong}"`)
})

it('uses a token on a page of another origin, really: the platform refuses it, and that page gets no answer', async () => {
  const attack = 'From another origin'
  expect(await tryIt(attack)).toBe('As it should be: refused with origin_not_allowed.')
  const sent = requests.filter((request) => request.url() === `${platform}/oauth/token`)
  expect(sent).toHaveLength(1)
  const { origin } = new URL(sent[0]?.frame().url() ?? '')
  expect([customer, platform]).not.toContain(origin)
  expect(await jsonIn(attack, '.seen pre')).toMatchObject({
    reason: 'origin_not_claimed',
    signature: 'good',
    origin,
  })
  const frame = page.frameLocator('.elsewhere')
  await frame.getByText('The browser gives this page no answer (TypeError).').waitFor()

  // The frame is there already.
  expect(await tryIt(attack)).toBe('As it should be: refused with origin_not_allowed.')
  expect(await page.locator('iframe.elsewhere').count()).toBe(1)
})

it('leaves no token in a record, an address or the log, and keeps the last record open alone', async () => {
  await tryIt('Expired')
  expect(await page.locator('.attempt[open]').count()).toBe(1)
  const shown = '#first, #second, #third, #attacks'
  expect((await page.locator(shown).allTextContents()).join()).not.toMatch(/eyJ[\w-]{20}/)
  for (const request of requests) expect(request.url()).not.toContain('eyJ')
  expect(demo.stdout + demo.stderr).not.toContain('eyJ')
  expect(faults).toEqual([])
})

// The last: after that each is refused for another reason.
it('says so when it was refused for another reason than it said', async () => {
  await revokeTheKey(demo)
  await page.getByRole('button', { name: 'Call with a new token' }).click()
  await page.locator('#third .seen .facts').waitFor()
  expect(await page.textContent('#after-status')).toBe(
    'As it should be once the key is revoked: refused with token_not_verified. The true reason is told to the platform alone.',
  )
  expect(await page.textContent('#third .seen')).toContain('key_revoked')
  expect(await tryIt('From another origin')).toBe(
    'Refused, but for another reason: token_not_verified (key_revoked).',
  )
})
