import { expect, it, jest } from '@jest/globals'
import { consoleVisitor } from './console-visitor.js'

jest.setTimeout(90_000)

const visitor = consoleVisitor()

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
  await shop.getByRole('button', { name: 'Get a token and call the platform' }).click()
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
  expect(await visitor.page.locator('#project').textContent()).toContain(
    'Allowed originsanyScopesread  write',
  )

  await visitor.button('Suspend').click()
  await visitor.dialog().getByLabel('Reason (optional)').fill('unpaid')
  await visitor.inDialog('Suspend').click()
  await visitor.said('The project is suspended.')
  await visitor.page.getByText('Suspended because').waitFor()
  await visitor.button('Resume').click()
  await visitor.said('The project is resumed.')

  await visitor.button('Delete').click()
  await visitor.dialog().getByLabel('Type the id to confirm: life').fill('other')
  await visitor.inDialog('Delete for good').click()
  await visitor.dialog().getByText('This is not the id of the project.').waitFor()
  await visitor.dialog().getByLabel('Type the id to confirm: life').fill('life')
  await visitor.inDialog('Delete for good').click()
  await visitor.said('The project is deleted.')
  expect(await visitor.page.getByRole('navigation').textContent()).not.toContain('The life')
})

it('says what is wrong with what was typed, and keeps it', async () => {
  await visitor.button('New project').click()
  await visitor.dialog().getByLabel('Id', { exact: true }).fill('wrong')
  await visitor.dialog().getByLabel('Allowed origins').fill('https://a.example/path')
  const refused = visitor.page.waitForResponse((response) => response.status() === 400)
  await visitor.inDialog('Create project').click()
  await refused
  await visitor.dialog().getByRole('alert').filter({ hasText: 'not an origin as browsers send it' }).waitFor()
  expect(await visitor.dialog().getByLabel('Id', { exact: true }).inputValue()).toBe('wrong')
  await visitor.page.keyboard.press('Escape')
  expect(await visitor.dialog().count()).toBe(0)
  visitor.excuse(400)
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
  await visitor.page.goto(`${visitor.address}calls.html`)
  await visitor.page.locator('#call-list summary').first().click()
  await check()
})

it('asks a stranger for the password, and shows nothing before', async () => {
  const withoutSession = await visitor.browser.newContext()
  const other = await withoutSession.newPage()
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
