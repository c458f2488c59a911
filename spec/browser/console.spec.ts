import { expect, it, jest } from '@jest/globals'
import { consoleVisitor } from './console-visitor.js'
import { faults } from './page-faults.js'

jest.setTimeout(90_000)

const visitor = consoleVisitor(undefined, { isLoggedIn: false })

/** The first one: the password is good for one login. */
it('logs in whoever has the password, under the name that they say', async () => {
  const { page, password } = visitor
  await page.goto(`${visitor.address}#demo-shop`)
  await page.getByRole('heading', { name: 'Who may call your platform?' }).waitFor()
  expect(await visitor.focused()).toBe('Your name')
  const name = page.getByLabel('Your name')
  const field = page.getByLabel('One-time password')
  await name.fill('op\u0455')
  await field.fill('aaaa-bbbb-cccc-dddd')
  await visitor.button('Log in').click()
  expect(await visitor.errorAt('One-time password')).toBe('This is not the password.')
  await field.fill(` ${password.toUpperCase()} `)
  await visitor.button('Log in').click()
  await page.locator('#name-error').waitFor()
  expect(await visitor.errorAt('Your name')).toContain('The name has the Cyrillic letter U+0455')
  await name.fill(visitor.operator)
  await page.keyboard.press('Enter')
  await page.locator('#audit li').first().waitFor()
  expect(await page.locator('header').textContent()).toContain(`console, as ${visitor.operator}`)

  const other = await visitor.browser.newContext()
  const second = await other.newPage()
  await second.goto(visitor.address)
  await second.getByLabel('Your name').fill('another')
  await second.getByLabel('One-time password').fill(password)
  await second.getByRole('button', { name: 'Log in' }).click()
  await second.getByText('This password has been used or is too old.').waitFor()
  await other.close()
  for (const status of [400, 403]) visitor.excuse(status)
})

it('keeps its session in a cookie that no script reads and no other site sends', async () => {
  const cookies = (await visitor.context.cookies(visitor.address)).filter(
    ({ name }) => name === 'platform_console',
  )
  expect(cookies).toEqual([expect.objectContaining({ httpOnly: true, sameSite: 'Strict', path: '/console' })])
  expect(await visitor.page.evaluate('document.cookie')).toBe('')
})

it('shows the demo customer’s key, and soon that it was used', async () => {
  await visitor.page.getByText('never').waitFor()
  const shop = await visitor.context.newPage()
  await shop.goto(visitor.customer)
  await shop.getByRole('button', { name: 'Call the platform' }).click()
  await shop.waitForSelector('#first .pill')
  expect(await shop.textContent('#first .pill')).toBe('200 OK')
  await shop.close()
  await visitor.page.getByText('just now').first().waitFor()
  await visitor.page.locator('#key-list').getByText('just now').waitFor()
})

it('makes a project, changes it, suspends and resumes it, and deletes it', async () => {
  await visitor.newProject('life')
  expect(await visitor.page.locator('#project').textContent()).toContain(
    'https://a.example  http://localhost:5000',
  )
  await visitor.button('Settings').click()
  await visitor.dialog().getByLabel('any origin may call').check()
  await visitor.dialog().getByLabel('Scopes').fill('read write')
  await visitor.inDialog('Save').click()
  await visitor.said('The settings are saved.')
  expect(await visitor.focused()).toBe('Settings')
  expect(await visitor.page.locator('#project').textContent()).toContain(
    'Allowed originsanyScopesread  write',
  )

  await visitor.button('Suspend').click()
  await visitor.dialog().getByLabel('Reason (optional)').fill('unpaid')
  await visitor.inDialog('Suspend').click()
  await visitor.said('The project is suspended.')
  await visitor.page.getByText('Suspended because').waitFor()
  // What opened the dialog is gone: this has its place.
  expect(await visitor.focused()).toBe('Resume')
  await visitor.button('Resume').click()
  await visitor.said('The project is resumed.')
  expect(await visitor.focused()).toBe('Suspend')
  expect(await visitor.page.locator('#audit li').first().textContent()).toMatch(/^ops resumed the project/)

  await visitor.button('Delete').click()
  await visitor.dialog().getByLabel('Type the id to confirm: life').fill('other')
  await visitor.inDialog('Delete for good').click()
  expect(await visitor.errorAt('Type the id to confirm: life')).toBe('This is not the id of the project.')
  await visitor.dialog().getByLabel('Type the id to confirm: life').fill('life')
  await visitor.inDialog('Delete for good').click()
  await visitor.said('The project is deleted.')
  expect(await visitor.page.getByRole('navigation').textContent()).not.toContain('The life')
  expect(await visitor.focused()).toBe('Demo Shop')
})

it('says a success for a while, and an error until it is dismissed or mended', async () => {
  const { page } = visitor
  const [said, problems] = [page.locator('#status'), page.locator('#problems')]
  await visitor.newProject('spoken')
  await page.clock.install()
  await visitor.button('Suspend').click()
  await visitor.inDialog('Suspend').click()
  await visitor.said('The project is suspended.')
  await page.mouse.move(0, 0)
  await page.clock.fastForward(10_000)
  expect(await said.textContent()).toBe('')

  await page.route('**/resume', (route) => route.fulfill({ status: 409, json: { detail: 'Try again.' } }))
  await visitor.button('Resume').click()
  await problems.getByText('Try again.').waitFor()
  await page.clock.fastForward(60_000)
  await visitor.button('Refresh').click()
  await page.locator('#audit li').first().waitFor()
  expect(await problems.textContent()).toContain('Try again.')
  await problems.getByRole('button', { name: 'Dismiss' }).click()
  expect([await problems.textContent(), await visitor.focused()]).toEqual(['', 'Refresh'])
  await visitor.button('Resume').click()
  await problems.getByText('Try again.').waitFor()
  await page.unroute('**/resume')
  await visitor.button('Resume').click()
  await visitor.said('The project is resumed.')
  expect(await problems.textContent()).toBe('')
  // The next action is under way: what was said of the last one goes.
  await visitor.button('Settings').click()
  expect(await said.textContent()).toBe('')
  visitor.excuse(409)
  // Its clock stands.
  await page.close()
})

it('shows what others changed meanwhile in the audit log, when it is asked to', async () => {
  const { page } = visitor
  const first = page.locator('#audit li').first()
  await first.locator('summary').click()
  const entry = await first.getAttribute('data-place')
  const suspended = await page.evaluate(`fetch('/console/api/projects/demo-shop/suspend', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"reason":"elsewhere"}' }).then(({ status }) => status)`)
  expect(suspended).toBe(200)
  await visitor.button('Refresh').click()
  await first.getByText('(elsewhere)').waitFor()
  expect(await visitor.focused()).toBe('Refresh')
  // What was opened stays open.
  expect(await page.locator(`#audit [data-place="${entry}"] details`).getAttribute('open')).toBe('')
  await page.reload()
  await visitor.button('Resume').click()
  await visitor.said('The project is resumed.')
})

it('says what is wrong with what was typed, and keeps it', async () => {
  await visitor.button('New project').click()
  await visitor.dialog().getByLabel('Id', { exact: true }).fill('wrong')
  await visitor.dialog().getByLabel('Allowed origins').fill('https://a.example/path')
  const refused = visitor.page.waitForResponse((response) => response.status() === 400)
  await visitor.inDialog('Create project').click()
  await refused
  expect(await visitor.errorAt('Allowed origins')).toBe(
    'This has "https://a.example/path", which is not an origin as browsers send it (like https://a.example)',
  )
  const origins = visitor.dialog().getByLabel('Allowed origins')
  await origins.fill('https://a.example')
  expect(await origins.getAttribute('aria-invalid')).toBeNull()
  expect(await visitor.dialog().locator('.field-error').count()).toBe(0)
  const id = visitor.dialog().getByLabel('Id', { exact: true })
  expect(await id.inputValue()).toBe('wrong')
  await id.fill('demo-shop')
  await visitor.inDialog('Create project').click()
  expect(await visitor.errorAt('Id')).toContain('There is, or was, a project')
  // What is about no field stands above them.
  await visitor.page.route('**/api/projects', (route) =>
    route.fulfill({ status: 409, json: { code: 'conflict', detail: 'Try again.' } }),
  )
  await id.fill('free')
  await visitor.inDialog('Create project').click()
  await visitor.dialog().getByRole('alert').filter({ hasText: 'Try again.' }).waitFor()
  expect(await id.inputValue()).toBe('free')
  await visitor.page.unroute('**/api/projects')
  await visitor.page.keyboard.press('Escape')
  expect(await visitor.dialog().count()).toBe(0)
  for (const status of [400, 409]) visitor.excuse(status)
})

it('shows markup that somebody gave as a name as the text that it is', async () => {
  const name = '<img src=x onerror="document.title=1">'
  await visitor.button('New project').click()
  await visitor.dialog().getByLabel('Id', { exact: true }).fill(name)
  await visitor.dialog().getByLabel('Name').fill(name)
  await visitor.inDialog('Create project').click()
  await visitor.page.getByRole('heading', { name }).waitFor()
  expect(await visitor.page.locator('main img').count()).toBe(0)
  await visitor.page.getByLabel('of all projects').check()
  await visitor.page.locator('#audit').getByText(name).first().waitFor()
  expect(await visitor.page.title()).toBe('Console of the platform')
})

it('can be used by keyboard alone, and the focus can be seen', async () => {
  const focused = () =>
    visitor.page.evaluate(`(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
      return [document.activeElement.textContent.trim(), outlineStyle, parseFloat(outlineWidth) >= 2]
    })()`)
  const seen: string[] = []
  for (let step = 0; step < 30 && !seen.includes('Create a key pair'); step++) {
    await visitor.page.keyboard.press('Tab')
    const [text, style, wide] = (await focused()) as [string, string, boolean]
    expect([text, style, wide]).toEqual([text, 'solid', true])
    seen.push(text)
  }
  expect(seen.slice(0, 4)).toEqual(['Projects', 'Calls', 'Log out', 'New project'])
  await visitor.page.keyboard.press('Enter')
  await visitor.dialog().getByText('Create a key pair').waitFor()
  await visitor.page.keyboard.press('Escape')
  expect(((await focused()) as string[])[0]).toBe('Create a key pair')
})

it.each([360, 1280])('has names, headings and no scrolling sideways at %d pixels', async (width) => {
  await visitor.page.setViewportSize({ width, height: 800 })
  const sideways = () => visitor.page.evaluate('document.documentElement.scrollWidth - innerWidth')
  const check = async () => {
    expect(await visitor.page.evaluate(faults)).toEqual([])
    expect(await sideways()).toBeLessThanOrEqual(0)
  }
  await visitor.page.locator('.key').first().waitFor()
  await check()
  for (const name of [
    'New project',
    'Create a key pair',
    "Register a customer's key",
    'Settings',
    'Suspend',
    'Delete',
  ]) {
    await visitor.button(name).click()
    await check()
    const cut = await visitor.page.evaluate(
      'document.querySelector("dialog").scrollWidth - document.querySelector("dialog").clientWidth',
    )
    expect([name, cut]).toEqual([name, 0])
    await visitor.page.keyboard.press('Escape')
  }
})

it('asks a stranger for the password, and shows nothing before', async () => {
  const withoutSession = await visitor.browser.newContext()
  const other = await withoutSession.newPage()
  await other.route('**/console/session', (route) => route.abort(), { times: 1 })
  await other.goto(visitor.address)
  await other.getByRole('alert').filter({ hasText: 'The platform cannot be reached.' }).waitFor()
  await other.goto(visitor.address)
  await other.getByRole('heading', { name: 'Who may call your platform?' }).waitFor()
  expect(await other.locator('#console').isVisible()).toBe(false)
  expect(await other.locator('body').textContent()).not.toContain('demo-shop')
  expect(await other.evaluate(faults)).toEqual([])
  await withoutSession.close()
})

/** The last one: the password was good for one login. */
it('logs out, and a copy of the cookie is worth nothing then', async () => {
  const { origin } = new URL(visitor.address)
  const copy = (await visitor.context.cookies(visitor.address)).map(({ name, value }) => `${name}=${value}`)
  const askWithCopy = async () => {
    const answer = await fetch(`${origin}/console/api/projects`, { headers: { cookie: copy.join('; ') } })
    return answer.status
  }
  expect(await askWithCopy()).toBe(200)
  const other = await visitor.context.newPage()
  await other.goto(`${visitor.address}#demo-shop`)
  await other.locator('.key').first().waitFor()

  await visitor.button('Log out').click()
  await visitor.dialog().getByText('The password was good for one login').waitFor()
  await visitor.inDialog('Log out').click()
  await visitor.page.getByRole('heading', { name: 'Who may call your platform?' }).waitFor()
  expect(await visitor.page.content()).not.toContain('demo-shop')
  expect(await visitor.button('Log out').count()).toBe(0)
  expect(await askWithCopy()).toBe(403)
  expect(await visitor.context.cookies(visitor.address)).toEqual([])
  // Another tab finds out by itself.
  await other.getByRole('heading', { name: 'Who may call your platform?' }).waitFor()
  await other.close()
  visitor.excuse(403)
})
