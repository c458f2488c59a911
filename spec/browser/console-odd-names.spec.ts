import { expect, it, jest } from '@jest/globals'
import { createSigner, generateProjectKey } from '../../lib/customer/index.js'
import type { ProjectStore, ProjectView } from '../../lib/registry/index.js'
import { changeOf, keyRecord, projectRecord } from '../helpers/records.js'
import { consoleVisitor, demo } from './console-visitor.js'

jest.setTimeout(90_000)

/** Ids that a reader would take for one another, and how the console shows them. */
const lookalikes: Readonly<Record<string, string>> = {
  shop: 'shop',
  'shop\u200b': 'shop\\u200b',
  'sh\u2066op': 'sh\\u2066op',
  '\u202epohs': '\\u202epohs',
  '\u0455hop': '\\u0455hop',
  ' shop': '\\u0020shop',
  'shop ': 'shop\\u0020',
  'shop\u00a0': 'shop\\u00a0',
  'shop\u007f': 'shop\\u007f',
  'shop\u00ad': 'shop\\u00ad',
  'shop\u2028': 'shop\\u2028',
  'shop\u3164': 'shop\\u3164',
  'shop\ufe0f': 'shop\\ufe0f',
  'shop\ue000': 'shop\\ue000',
  'shop\u{e0041}': 'shop\\u{e0041}',
  'sh\u2800op': 'sh\\u2800op',
  'shop\\u200b': 'shop\\u005cu200b',
  'a shop': 'a shop',
  'a  shop': 'a\\u0020\\u0020shop',
}
const oddId = 'odd\u200b\u0455'
const oddKid = 'key\u202e\u0430'
const honestName = 'Café 東京 شركة Ümlaut'

/** More than a page of the list. They come behind the others. */
const many = Array.from({ length: 60 }, (_, index) => `\u6771-${String(index).padStart(2, '0')}`)

async function oddProjects(store: ProjectStore): Promise<void> {
  for (const id of Object.keys(lookalikes)) await store.commit(changeOf(projectRecord(id)))
  for (const id of many) await store.commit(changeOf(projectRecord(id)))
  const shop = { id: 'demo-shop', issuer: 'demo-shop', suspended: false, scopes: ['portal:read'] }
  await store.commit(changeOf(projectRecord(shop.id, { project: { ...shop, name: 'Demo Shop\u202elive' } })))
  const honest = { id: 'honest', issuer: 'honest', suspended: false, name: honestName }
  await store.commit(changeOf(projectRecord(honest.id, { project: honest })))

  const change = changeOf(
    projectRecord(oddId, {
      project: {
        id: oddId,
        name: 'Odd\u2067 \u05d0\u05d1 one ',
        issuer: 'iss\u00a0uer',
        allowedOrigins: ['https://a.example\u200b', 'https://b.example  https://c.example'],
        scopes: ['read\ufeff'],
        suspended: true,
        metadata: { note: 'un\u200bseen' },
      },
      suspensionReason: 'un\u2060paid',
    }),
    [keyRecord(oddKid, { replaces: 'old\u2061' }), keyRecord(`${oddKid}2`)],
  )
  const audit = {
    kid: oddKid,
    by: 'ops\u202e@platform',
    reason: 'no\u200creason',
    after: { project: { name: 'x\u200d' } as ProjectView },
  }
  await store.commit({ ...change, audit: { ...change.audit, ...audit } })
}

const visitor = consoleVisitor(demo(oddProjects))

/** What a reader cannot see, in what the page says or has a screen reader say. */
const hidden = `(() => {
  const labels = [...document.querySelectorAll('[aria-label], option')].map((one) => one.ariaLabel || one.textContent)
  const text = document.body.innerText + labels.join('')
  return text.match(/[\\p{Cf}\\p{Co}\\p{Default_Ignorable_Code_Point}\\p{Zl}\\p{Zp}\\u00a0\\u2800\\u007f]/gu) ?? []
})()`

async function openOdd(): Promise<void> {
  await visitor.page.goto(`${visitor.address}#${encodeURIComponent(oddId)}`)
  await visitor.page.locator('.key').nth(1).waitFor()
  await visitor.page.locator('#audit li').first().waitFor()
}

it('shows no two ids alike, and nothing that cannot be seen', async () => {
  const shown = await visitor.page.locator('#projects a').allInnerTexts()
  for (const text of Object.values(lookalikes)) expect(shown).toContain(text)
  expect(new Set(shown).size).toBe(shown.length)
  expect(await visitor.page.evaluate(hidden)).toEqual([])
  const marked = visitor.page.locator('#projects a', { hasText: /^shop\\u200b$/ }).locator('.escaped')
  expect(await marked.allTextContents()).toEqual(['\\u200b'])
})

it('leaves a name in the letters of its language, and lets it turn nothing beside it', async () => {
  await visitor.page.goto(`${visitor.address}#honest`)
  await visitor.page.getByRole('heading', { name: honestName }).waitFor()
  const heading = visitor.page.locator('#project h2')
  expect(await heading.innerHTML()).toBe(`<bdi class="">${honestName}</bdi>`)
})

it('escapes what is odd in a project, its keys and its audit log', async () => {
  await openOdd()
  const project = (await visitor.page.locator('#project').textContent()) ?? ''
  for (const text of [
    'Odd\\u2067 \u05d0\u05d1 one\\u0020',
    'Idodd\\u200b\\u0455',
    'iss\\u00a0uer',
    'https://a.example\\u200b  https://b.example\\u0020\\u0020https://c.example',
    'read\\ufeff',
    'un\\u2060paid',
  ]) {
    expect(project).toContain(text)
  }
  expect(await visitor.page.locator('.key-head .kid').allTextContents()).toEqual(
    expect.arrayContaining(['key\\u202e\\u0430', 'key\\u202e\\u04302']),
  )
  expect(await visitor.page.locator('#key-list').textContent()).toContain('old\\u2061')
  await visitor.page.locator('#audit summary').first().click()
  const [audit = ''] = await visitor.page.locator('#audit li').allTextContents()
  for (const text of ['ops\\u202e@platform', 'no\\u200creason', 'key\\u202e\\u0430', '"x\\u200d"']) {
    expect(audit).toContain(text)
  }
  expect(await visitor.page.evaluate(hidden)).toEqual([])
})

it('escapes it in the dialogs, too', async () => {
  await openOdd()
  const titles: Record<string, string> = {
    Settings: 'Settings of Odd\\u2067',
    Delete: 'Type the id to confirm: odd\\u200b\\u0455',
    'Rotate key\\u202e\\u04302': 'takes the place of key\\u202e\\u04302',
    'Revoke key\\u202e\\u04302': 'Key key\\u202e\\u04302',
    "Register a customer's key": 'key\\u202e\\u04302',
  }
  for (const [name, text] of Object.entries(titles)) {
    await visitor.page.getByRole('button', { name, exact: true }).click()
    expect(await visitor.dialog().textContent()).toContain(text)
    expect(await visitor.page.evaluate(hidden)).toEqual([])
    await visitor.page.keyboard.press('Escape')
  }
})

it('deletes a project whose id nobody can type, given the id as it is shown', async () => {
  await visitor.page.goto(`${visitor.address}#${encodeURIComponent('shop\u200b')}`)
  await visitor.page.getByRole('heading', { name: 'shop\\u200b' }).waitFor()
  await visitor.button('Delete').click()
  const typed = visitor.dialog().getByLabel('Type the id to confirm')
  await typed.fill('shop')
  await visitor.inDialog('Delete for good').click()
  await visitor.dialog().locator('.field-error').waitFor()
  await typed.fill('shop\\u200b')
  await visitor.inDialog('Delete for good').click()
  await visitor.said('The project is deleted.')
  const left = await visitor.page.locator('#projects a').allInnerTexts()
  expect([left.includes('shop'), left.includes('shop\\u200b')]).toEqual([true, false])
})

it('escapes what a stranger wrote into a token, and runs nothing of it', async () => {
  const platform = new URL(visitor.address).origin
  const name = '<img src=x onerror="document.title=1">\u202epohs'
  const { privateKey } = await generateProjectKey()
  const signer = createSigner({ projectId: name, audience: platform, privateKey, kid: oddKid })
  const headers = { origin: 'https://shop.example', authorization: `Bearer ${await signer.sign()}` }
  await fetch(`${platform}/api/plain`, { headers })

  await visitor.page.goto(`${visitor.address}calls.html`)
  const row = visitor.page.locator('#call-list > li', { hasText: 'pohs' })
  await row.locator('summary').first().click()
  const said = 'says: <img src=x onerror="document.title=1">\\u202epohs not verified'
  expect(await row.locator('.unverified').allTextContents()).toEqual([said, said])
  expect(await row.textContent()).toContain('key\\u202e\\u0430')
  const link = row.getByRole('link', { name: 'Keys and settings of the project that it names' })
  expect(await link.getAttribute('href')).toBe(`/console/#${encodeURIComponent(name)}`)
  await row.getByText('The event as data').click()
  expect(await visitor.page.evaluate(hidden)).toEqual([])
  expect(await visitor.page.locator('main img').count()).toBe(0)
  expect(await visitor.page.title()).toBe('Calls of the platform')
})

it('finds a project among many, by what it is or as it is shown, with the keyboard', async () => {
  const { page } = visitor
  const links = page.locator('#projects a')
  const found = page.locator('#found')
  expect(await links.count()).toBe(50)
  await page.getByLabel('Search for a project').focus()
  await page.keyboard.type('live \uff33HOP')
  await found.getByText(/^1 of \d+\.$/).waitFor()
  expect(await links.allInnerTexts()).toEqual(['Demo Shop\\u202elive\ndemo-shop'])
  await page.keyboard.press('ArrowDown')
  expect(await visitor.focused()).toContain('Demo Shop')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('\\u6771-5')
  await found.getByText(/^10 of \d+\.$/).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('#project h2', { hasText: '\\u6771-50' }).waitFor()
  await page.getByLabel('Search for a project').focus()
  await page.keyboard.press('Escape')
  expect([await page.getByLabel('Search for a project').inputValue(), await found.textContent()]).toEqual([
    '',
    '',
  ])
  expect(await links.count()).toBeGreaterThan(60)
})

it('escapes the name on the page of the customer', async () => {
  const shop = await visitor.context.newPage()
  await shop.goto(visitor.customer)
  await shop.getByRole('button', { name: 'Call the platform' }).click()
  await shop.waitForSelector('#first .pill')
  const said = 'The platform knows that Demo Shop\\u202elive is calling.'
  expect(await shop.textContent('#call-status')).toBe(`200: ${said}`)
  expect(await shop.textContent('#first .meaning')).toBe(said)
  expect(await shop.textContent('#first .body')).toContain('"name": "Demo Shop\\u202elive"')
  expect(await shop.evaluate(hidden)).toEqual([])
  await shop.close()
})
