import { expect, it, jest } from '@jest/globals'
import { hostName, keySet, text } from '../helpers/customer-host.js'
import { makeKeyPair } from '../helpers/keys.js'
import { prove } from '../helpers/possession.js'
import { changeOf, projectRecord } from '../helpers/records.js'
import { by } from '../helpers/registry.js'
import { keySetVisitor } from './key-set-visitor.js'
import { faults } from './page-faults.js'

jest.setTimeout(90_000)

const { host, hosted, visitor, own, privateKey, ...page } = keySetVisitor()
const { section, sectionText, item, proofField, challengeShown, askForProof, confirm, show } = page

const addresses: Readonly<Record<string, string>> = {
  'http://shop.example/jwks.json': 'it is not https',
  'shop.example': 'it is no URL',
  'https://169.254.169.254/': 'its host must be a name with a dot, no address and not localhost',
  'https://2130706433/': 'its host must be a name with a dot, no address and not localhost',
  'https://localhost/': 'its host must be a name with a dot, no address and not localhost',
  'https://a:b@shop.example/': 'it holds a user name or a password',
  'https://shop.example:8443/': 'its port is not one that is allowed here',
  'https://shop.example/#a': 'it has a fragment',
}

it('says at the field what is wrong with an address, which stays there', async () => {
  await askForProof('')
  const field = visitor.dialog().getByLabel('Address')
  for (const [address, why] of Object.entries(addresses)) {
    await field.fill(address)
    await visitor.inDialog('Ask for a proof').click()
    expect(await visitor.errorAt('Address')).toBe(`This is no address of a key set: ${why}`)
    expect(await field.inputValue()).toBe(address)
  }
  visitor.excuse(400)
})

it('says why a set cannot be read, and the challenge stays good', async () => {
  await visitor.newProject('unread')
  await askForProof(host.jwksUri)
  await proofField().fill(await prove({ privateKey, challenge: await challengeShown() }))
  const send = visitor.inDialog('Confirm the key set')
  const alert = visitor.dialog().getByRole('alert')
  const causes: readonly [() => void, string][] = [
    [() => (host.answer = text('<img src=x onerror="document.title=1">', 404)), 'it answered 404'],
    [() => (host.answer = text('<!doctype html>')), 'it answered no JSON object'],
    [
      () => host.names.set(hostName, ['127.0.0.1', '10.0.0.7']),
      'its name has no address, or one that is not public',
    ],
    [
      () => {
        host.names.set(hostName, ['127.0.0.1'])
        host.trust(false)
      },
      'it failed with UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
  ]
  for (const [prepare, cause] of causes) {
    prepare()
    await send.click()
    await alert.filter({ hasText: `Nothing was changed: the key set cannot be read: ${cause}.` }).waitFor()
  }
  host.trust(true)
  host.answer = keySet([own])
  await send.click()
  await visitor.dialog().getByRole('heading', { name: 'The key set is confirmed' }).waitFor()
  visitor.excuse(422)
})

it('says since when a confirmed set cannot be read, and why', async () => {
  await visitor.newProject('failing')
  hosted.behind = 3600
  await confirm('failing')
  hosted.behind = 0
  host.answer = text('', 503)
  await hosted.refresh()
  await show('failing')
  expect(await sectionText()).toContain('cannot be read')
  expect(await sectionText()).toMatch(/Fails since\s*just now: the key set cannot be read: it answered 503/)
})

it('says at the proof why it is refused, and above it that there is no set any more', async () => {
  const { registry } = hosted
  await visitor.newProject('refused')
  await askForProof(host.jwksUri)
  const challenge = await challengeShown()
  const send = visitor.inDialog('Confirm the key set')
  host.answer = keySet([own])
  await proofField().fill(await prove({ privateKey: makeKeyPair('ES256').privateKey, challenge }))
  await send.click()
  expect(await visitor.errorAt('Proof')).toBe(
    'The proof of possession is refused: no key of the set has its kid.',
  )
  await proofField().fill('not a proof')
  await send.click()
  expect(await visitor.errorAt('Proof')).toContain('proof')
  // Somebody else is faster.
  await registry.confirmKeySet('refused', { proof: await prove({ privateKey, challenge }), by })
  await proofField().fill(await prove({ privateKey, challenge }))
  await send.click()
  expect(await visitor.errorAt('Proof')).toContain('was answered already')
  await registry.removeKeySet('refused', { by })
  await proofField().fill('again')
  await send.click()
  await visitor
    .dialog()
    .getByRole('alert')
    .filter({ hasText: 'The project "refused" has no key set.' })
    .waitFor()
  for (const status of [404, 409, 422]) visitor.excuse(status)
})

const markup = '<img src=x onerror="document.title=1">'

it('shows an address and a kid as the text that they are, with what nobody can see', async () => {
  const { store } = hosted
  const jwksUri = `https://sh\u0455p.example/${markup}\u202e\\`
  const kid = `${markup}\u200b\u0430`
  const challenge = { nonceHash: 'none', expiresAt: Date.now() / 1000 + 600 }
  const record = projectRecord('hostile', {
    keySet: { jwksUri, confirmedAt: 1 },
    pendingKeySet: { jwksUri: `${jwksUri}2`, challenge },
  })
  const firstSeen = Date.now() / 1000 - 60
  const material = { alg: 'ES256' as const, publicJwk: own, thumbprint: 't' }
  await store.commit({ ...changeOf(record), hostedKeys: [{ kid, firstSeen, ...material }] })
  await show('hostile')
  const shownAddress = `https://sh\\u0455p.example/${markup}\\u202e\\u005c`
  const shownKid = `${markup}\\u200b\\u0430`
  expect(await section().locator('.key-head code').allTextContents()).toEqual([
    shownAddress,
    `${shownAddress}2`,
    shownKid,
  ])
  const dialogs: readonly (readonly [name: string, text: string])[] = [
    ['Confirm the key set', `${shownAddress}2`],
    ['New challenge for the key set', `${shownAddress}2`],
    ['Remove the key set', shownAddress],
    [`Revoke ${shownKid}`, shownKid],
    [`Hand over ${shownKid}`, shownKid],
  ]
  for (const [name, said] of dialogs) {
    await visitor.page.getByRole('button', { name, exact: true }).click()
    expect(await visitor.dialog().textContent()).toContain(said)
    await visitor.page.keyboard.press('Escape')
  }
  expect(await visitor.page.locator('main img, dialog img').count()).toBe(0)
  expect(await visitor.page.title()).toBe('Console of the platform')
  const labels = await visitor.page.evaluate<string>(
    '[document.body.innerText, ...[...document.querySelectorAll("[aria-label]")].map((one) => one.ariaLabel)].join("")',
  )
  expect(labels).not.toMatch(/[\u0430\u0455\u200b\u202e]/)
})

it('shows a kid that a customer published as text, in what is said of the set, too', async () => {
  await visitor.newProject('kids')
  await askForProof(host.jwksUri)
  const challenge = await challengeShown()
  host.answer = keySet([own, { ...makeKeyPair('ES256').publicJwk, kid: markup }, { kid: `${markup}2` }])
  await proofField().fill(await prove({ privateKey, challenge }))
  await visitor.inDialog('Confirm the key set').click()
  await visitor.dialog().getByRole('heading', { name: 'The key set is confirmed' }).waitFor()
  expect(await visitor.dialog().locator('li code').allTextContents()).toEqual(['own', markup, `${markup}2`])
  await visitor.inDialog('Close').click()
  expect(await item(markup).textContent()).toContain('active')
  expect(await visitor.page.locator('main img').count()).toBe(0)
  expect(await visitor.page.title()).toBe('Console of the platform')
})

it('gives no command to the customer in which an address could be one itself', async () => {
  await visitor.newProject('command')
  const address = `https://${hostName}:${host.port}/$(id)`
  await askForProof(address)
  expect(await challengeShown()).toMatchObject({ jwks_uri: address })
  expect(await visitor.dialog().locator('p code').textContent()).toBe(address)
  const command = visitor.dialog().getByLabel('What the customer runs', { exact: true })
  expect(await command.textContent()).toMatch(/--jwks-uri ADDRESS$/)
  await visitor.dialog().getByText('ADDRESS stands for the address').waitFor()
})

it.each([320, 768, 1440])('has names, headings and no scrolling sideways at %d pixels', async (width) => {
  await visitor.page.setViewportSize({ width, height: 800 })
  const check = async (name: string) => {
    expect(await visitor.page.evaluate(faults)).toEqual([])
    const cut = (selector: string) =>
      `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector("${selector}"))`
    expect([name, await visitor.page.evaluate(cut('html'))]).toEqual([name, 0])
    expect([name, await visitor.page.evaluate(cut('dialog'))]).toEqual([name, 0])
  }
  const id = `wide-${width}`
  await hosted.registry.createProject({ id }, { by })
  await show(id)
  await check('none')
  await askForProof(`${host.jwksUri}?${'a'.repeat(500)}`)
  await visitor.dialog().getByText('step 2 of 2').waitFor()
  await check('challenge')
  await visitor.inDialog('Later').click()
  await check('pending')
  await confirm(id, [own, { ...makeKeyPair('ES256').publicJwk, kid: 'k'.repeat(256) }])
  await show(id)
  for (const name of ['Another address', 'Revoke a kid', 'Remove the key set', 'Revoke own']) {
    await section().getByRole('button', { name, exact: true }).click()
    await check(name)
    await visitor.page.keyboard.press('Escape')
  }
  await check('confirmed')
})

it('can be used by keyboard alone, from the button to the address and back', async () => {
  await visitor.newProject('keyed')
  await visitor.button('Register a key set').focus()
  await visitor.page.keyboard.press('Enter')
  expect(await visitor.focused()).toBe('Address')
  await visitor.page.keyboard.type(host.jwksUri)
  await visitor.page.keyboard.press('Enter')
  await visitor.dialog().getByText('step 2 of 2').waitFor()
  expect(await visitor.focused()).toBe('Proof')
  await visitor.page.keyboard.type('x')
  await visitor.page.keyboard.press('Tab')
  await visitor.page.keyboard.press('Tab')
  await visitor.page.keyboard.press('Tab')
  expect(await visitor.focused()).toBe('Later')
  await visitor.page.keyboard.press('Enter')
  await visitor.page.locator('#key-set').getByText(host.jwksUri).waitFor()
  // What had the focus is gone: this has its place.
  expect(await visitor.focused()).toBe(`Copy: address ${host.jwksUri}`)
  await visitor.page.keyboard.press('Tab')
  expect(await visitor.focused()).toBe('Confirm the key set')
  expect(await sectionText()).toContain(host.jwksUri)
})
