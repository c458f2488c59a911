import { expect, it } from '@jest/globals'
import { createPrivateKey } from 'node:crypto'
import { SignJWT } from 'jose'
import type { ConsoleVisitor } from './console-visitor.js'
import { faults } from './page-faults.js'

/** What an operator sees of calls, at the console of a demo: its tests, for a file that has one. */
export function callsAt(visitor: ConsoleVisitor): void {
  const platform = () => new URL(visitor.address).origin

  /** Makes a project with a key. Returns its kid, and what signs a token, with a clock so many seconds ahead. */
  async function newProject(id: string) {
    await visitor.admin('/projects', { id })
    const { privateKey = '', kid = '' } = await visitor.admin(`/projects/${id}/keys/generate`, {})
    const sign = (ahead = 0) => {
      const iat = Math.floor(Date.now() / 1000) + ahead
      const claims = { iss: id, aud: platform(), proj_id: id, jti: crypto.randomUUID(), iat, exp: iat + 60 }
      return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(createPrivateKey(privateKey))
    }
    return { kid, sign }
  }

  /** The problem with which a call is answered that is refused. */
  async function call(token: string): Promise<{ instance: string }> {
    const headers = { origin: 'https://shop.example', authorization: `Bearer ${token}`, connection: 'close' }
    const answer = await fetch(`${platform()}/api/plain`, { headers })
    return (await answer.json()) as { instance: string }
  }

  const open = () => visitor.page.goto(`${visitor.address}calls.html`)
  const rows = () => visitor.page.locator('#call-list > li').filter({ visible: true })
  const row = (project: string, text: string) => rows().filter({ hasText: project }).filter({ hasText: text })
  const alertItem = (text: string) => visitor.page.locator('#alert-list li').filter({ hasText: text })
  const found = () => visitor.page.locator('#lookup-answer')
  async function lookUp(text: string): Promise<void> {
    await visitor.page.getByLabel('Its id').fill(text)
    await visitor.button('Look up').click()
  }

  it('shows calls as they come, and tells from the id of one why it was refused', async () => {
    const { sign } = await newProject('seen')
    await open()
    const token = await sign()
    await call(token)
    const problem = await call(token)
    await row('seen', 'token_replayed').waitFor()
    expect(await visitor.page.locator('header').textContent()).toContain(`console, as ${visitor.operator}`)
    await visitor.button('Log out').click()
    await visitor.inDialog('Cancel').click()
    expect(await visitor.focused()).toBe('Log out')
    // What is refused comes first, and is not lost among what is accepted.
    expect(await row('seen', 'accepted').count()).toBe(0)
    const counted = visitor.page.locator('#counts li', { hasText: 'seen' })
    expect(await counted.allTextContents()).toEqual(['1 callrefusedseentoken_replayed', '1 callacceptedseen'])
    await visitor.button('Show all').click()
    expect(await row('seen', 'accepted').textContent()).toContain('by reverseJwt()')
    expect(await visitor.button('Show all').count()).toBe(0)
    expect(await visitor.page.locator('#filter-outcome:focus').inputValue()).toBe('')

    const { instance } = problem
    for (const text of [
      instance,
      instance.slice('urn:uuid:'.length).toUpperCase(),
      JSON.stringify(problem),
    ]) {
      await lookUp(text)
      await found().getByText('The token has been used before.').waitFor()
      expect(await found().locator('.copyable-id code').textContent()).toBe(instance)
      await lookUp('something else')
      await found().getByText('There is no id in this.').waitFor()
    }
    await lookUp(crypto.randomUUID())
    await found().getByText('No call with this id is kept.').waitFor()

    // A call that the page does not have any more is in the record, once that is written.
    const contentType = 'text/event-stream'
    await visitor.page.route('**/console/live', (route) => route.fulfill({ contentType, body: '' }))
    await open()
    const kept = found().getByText('The token has been used before.')
    for (let tries = 0; tries < 50 && (await kept.count()) === 0; tries++) {
      await lookUp(instance)
      await visitor.page.waitForTimeout(100)
    }
    expect(await found().textContent()).toContain(instance)
    await visitor.page.unroute('**/console/live')
    visitor.excuse(404)
  })

  it('says first of all that somebody has a key that was revoked', async () => {
    const { kid, sign } = await newProject('leaked')
    await call(await sign())
    await visitor.admin('/projects/leaked/keys/revoke', { kid, reason: 'exposed' })
    await open()
    // By as much as a clock may be ahead: a second later it counts as signed after the revocation.
    for (let tries = 0; tries < 50 && (await alertItem('leaked').count()) === 0; tries++) {
      await call(await sign(9))
      await visitor.page.waitForTimeout(100)
    }
    const alert = (await alertItem('leaked').textContent()) ?? ''
    expect(alert).toMatch(/^criticalA revoked key is in use leaked.*, still going on$/)
    expect(alert).toContain(kid)
    const call1 = row('leaked', 'signed it after you revoked it').first()
    await call1.locator('summary').first().click()
    await call1.getByText("the key is in somebody's hands").waitFor()
    await call1.getByText('good: somebody who holds the private key signed it').waitFor()
    await call1.getByRole('link', { name: 'Keys and settings of this project' }).click()
    // The page of projects says it, too.
    await visitor.page.getByRole('heading', { name: 'leaked' }).waitFor()
    await alertItem('leaked').waitFor()
    // Strangers can raise these, for each project that has just called.
    const shown = await visitor.page.evaluate<string>(`import('/console/alerts.js').then(({ takeAlerts }) => {
      const alert = { type: 'alert.raised', time: 1, text: '', severity: 'warning', rule: 'times_refused' }
      const real = { ...alert, id: 'real', severity: 'critical', rule: 'revoked_key_used', projectId: 'leaked' }
      const raised = Array.from({ length: 60 }, (_, at) => ({ ...alert, id: String(at), unverifiedProjectId: 'made-' + at }))
      takeAlerts([real, ...raised], { feed: 'another' })
      return document.querySelector('#alert-list').textContent
    })`)
    expect(shown).toMatch(/leaked.*made-59/s)
    expect(shown).not.toContain('made-0')
  })

  it('shows only what is asked for, and nothing moves while somebody reads', async () => {
    const { sign } = await newProject('read')
    await open()
    const token = await sign()
    await call(token)
    await call(token)
    await call('made up')
    await row('read', 'token_replayed').waitFor()
    await visitor.page.getByLabel('Project').selectOption('read')
    await visitor.page.getByLabel('Outcome').selectOption('refused')
    expect(await rows().count()).toBe(1)
    await visitor.page.getByLabel('Code or reason').selectOption('token_replayed')
    expect(await rows().count()).toBe(1)

    // With the keyboard: after the filters comes what shows all, and then the first call.
    await visitor.page.getByLabel('Code or reason').focus()
    await visitor.page.keyboard.press('Tab')
    expect(await visitor.focused()).toBe('Show all')
    await visitor.page.keyboard.press('Tab')
    await visitor.page.keyboard.press('Enter')
    await rows().getByText('Signature', { exact: true }).waitFor()
    // The second one was not asked for.
    await call(token)
    await call(await sign())
    await visitor.button('Show 1 newer').click()
    await row('read', 'token_replayed').nth(1).waitFor()
    await visitor.button('Pause').click()
    await call(token)
    await visitor.button('Show 1 newer').waitFor()
    await visitor.button('Go on').click()
    await row('read', 'token_replayed').nth(2).waitFor()
  })

  it('stays as quick and as short as it is while strangers send a flood', async () => {
    const { sign } = await newProject('calm')
    await open()
    const token = await sign()
    await call(token)
    await call(token)
    await row('calm', 'token_replayed').waitFor()
    const unlisted = visitor.page.getByText('came too fast to be listed')
    for (let round = 0; round < 20 && !(await unlisted.isVisible()); round++)
      await Promise.all(Array.from({ length: 50 }, () => call('x.y.z')))
    await unlisted.waitFor()
    // However many are listed.
    const shown = await visitor.page
      .evaluate<number>(`import('/console/call-list.js').then(({ takeCalls }) => {
      const event = { type: 'refused', time: 1, code: 'token_malformed' }
      takeCalls(Array.from({ length: 1000 }, (_, at) => ({ ...event, id: String(at) })))
      return document.querySelectorAll('#call-list > li').length
    })`)
    expect(shown).toBeLessThanOrEqual(150)
    await row('calm', 'token_replayed').waitFor()
  })

  it.each([360, 1280])(
    'has names, headings and no scrolling sideways in calls at %d pixels',
    async (width) => {
      await visitor.page.setViewportSize({ width, height: 800 })
      await open()
      await rows().first().locator('summary').first().click()
      await rows().first().getByText('The event as data').click()
      expect(await visitor.page.evaluate(faults)).toEqual([])
      expect(
        await visitor.page.evaluate('document.documentElement.scrollWidth - innerWidth'),
      ).toBeLessThanOrEqual(0)
    },
  )

  it('shows the public what callers were told, and no names', async () => {
    await visitor.page.goto(platform())
    await visitor.page.locator('#recent .pill').first().waitFor()
    const shown = (await visitor.page.locator('#recent').textContent()) ?? ''
    expect(shown).toContain('token_malformed')
    expect(shown).not.toMatch(/calm|seen|demo-shop|shop\.example|urn:/)
  })
}
