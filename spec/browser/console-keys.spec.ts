import { describe, expect, it, jest } from '@jest/globals'
import { createPublicKey, createPrivateKey } from 'node:crypto'
import type { KeyChallenge } from '../../lib/customer/index.js'
import { callsAt } from './console-calls.js'
import { consoleVisitor } from './console-visitor.js'
import { makeKeyPair } from '../helpers/keys.js'
import { prove } from '../helpers/possession.js'

jest.setTimeout(90_000)

const visitor = consoleVisitor(undefined, { isAtDemoShop: false })
const understood = 'I understand: nobody can call with this key again, and its sessions end too'

/** Opens a project that has no key yet. */
async function openNew(id: string): Promise<void> {
  await visitor.admin('/projects', { id })
  await visitor.openProject(id)
}

/** Opens a project that has one. Returns its kid. */
async function openWithKey(id: string): Promise<string> {
  await visitor.admin('/projects', { id })
  const { kid = '' } = await visitor.admin(`/projects/${id}/keys/generate`, {})
  await visitor.openProject(id)
  return kid
}

/** What the customer is sent: the dialog shows it once. */
async function challengeShown(): Promise<KeyChallenge> {
  const snippet = visitor.dialog().getByLabel('What the customer runs', { exact: true })
  return JSON.parse(
    /const challenge = (\{[^}]*\})/.exec((await snippet.textContent()) ?? '')?.[1] ?? '',
  ) as KeyChallenge
}

describe('a key', () => {
  it('is created, and its private half shown once', async () => {
    await openNew('once')
    await visitor.button('Create a key pair').click()
    await visitor.inDialog('Create').click()
    await visitor.dialog().getByText('Nobody can show it again').waitFor()
    const text = (await visitor.dialog().getByLabel('Private key', { exact: true }).textContent()) ?? ''
    expect(createPrivateKey(text).asymmetricKeyType).toBe('ec')
    await visitor.dialog().getByRole('button', { name: 'Copy: Private key' }).click()
    await visitor.dialog().getByText('Copied').waitFor()
    expect(await visitor.page.evaluate('navigator.clipboard.readText()')).toBe(text)
    // A slip does not close it, nor does a link lead away from it, nor does it close before it is said that somebody has the key.
    await visitor.page.keyboard.press('Escape')
    await visitor.inDialog('Forget it here').click()
    expect(await visitor.dialog().isVisible()).toBe(true)
    expect(await visitor.dialog().locator('a:not([target=_blank])').count()).toBe(0)
    await visitor.dialog().getByLabel('I have it').check()
    await visitor.inDialog('Forget it here').click()
    await visitor.said('The new key is active.')
    const secret = text.split('\n')[1] ?? ''
    expect(secret.length).toBe(64)
    expect(await visitor.page.content()).not.toContain(secret)
    await visitor.page.reload()
    await visitor.page.locator('.key').waitFor()
    expect(await visitor.page.content()).not.toContain(secret)
  })

  it('is rotated with an overlap, and revoked with a reason', async () => {
    const kid = await openWithKey('turn')
    await visitor.button(`Rotate ${kid}`).click()
    await visitor.dialog().getByLabel('The old key stays good for').selectOption('an hour')
    await visitor.inDialog('Rotate').click()
    await visitor.dialog().getByText('The old key ends on').waitFor()
    await visitor.dialog().getByLabel('I have it').check()
    await visitor.inDialog('Forget it here').click()
    await visitor.said('The key is rotated.')
    expect(await visitor.keyItem(kid).textContent()).toContain('retiring')

    await visitor.button(`Revoke ${kid}`).click()
    await visitor.dialog().getByLabel('Reason').selectOption('compromised: misused')
    await visitor.inDialog('Revoke').click()
    // Not without the confirmation.
    expect(await visitor.dialog().isVisible()).toBe(true)
    await visitor.dialog().getByLabel(understood).check()
    await visitor.inDialog('Revoke').click()
    await visitor.said('The key is revoked.')
    expect(await visitor.keyItem(kid).textContent()).toMatch(/revoked.*\(compromised\)/)
    const [first] = await visitor.page.locator('#audit li').allTextContents()
    expect(first).toMatch(/^ops revoked a key \(compromised\) just now/)
  })

  it('warns when the last one is revoked', async () => {
    const kid = await openWithKey('last')
    await visitor.button(`Revoke ${kid}`).click()
    await visitor.dialog().getByLabel(understood).check()
    await visitor.inDialog('Revoke').click()
    await visitor.said('The project has no key left that can sign')
  })

  it('of the customer is registered with a proof, and not with the proof of another key', async () => {
    await openNew('proof')
    const { privateKey } = makeKeyPair('ES256')
    await visitor.button("Register a customer's key").click()
    const pem = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }) as string
    await visitor.dialog().getByLabel('Public key').fill(pem)
    await visitor.inDialog('Ask for a proof').click()
    await visitor.dialog().getByText('step 2 of 2').waitFor()
    const challenge = await challengeShown()
    expect(challenge).toMatchObject({ aud: new URL(visitor.address).origin, proj_id: 'proof' })
    await visitor.page.locator('#key-list').getByText('pending').waitFor()

    const other = makeKeyPair('ES256').privateKey
    const refused = visitor.page.waitForResponse((response) => response.status() === 422)
    await visitor
      .dialog()
      .getByLabel('Proof', { exact: true })
      .fill(await prove({ privateKey: other, challenge }))
    await visitor.inDialog('Activate the key').click()
    await refused
    expect(await visitor.errorAt('Proof')).toContain('was not signed with the private half')
    visitor.excuse(422)

    // The page behind the dialog is drawn anew, which may take longer than somebody reads.
    let goOn = (): void => undefined
    const isRead = new Promise<void>((resolve) => (goOn = resolve))
    await visitor.page.route(/\/projects\/proof\/keys(?:\?|$)/, async (route) => {
      await isRead
      await route.continue()
    })
    await visitor
      .dialog()
      .getByLabel('Proof', { exact: true })
      .fill(await prove({ privateKey, challenge }))
    await visitor.inDialog('Activate the key').click()
    await visitor.dialog().getByText('The customer holds the private key. The key is active.').waitFor()
    const sheet = visitor.dialog().getByLabel('project-token.mjs', { exact: true })
    expect(await sheet.textContent()).toContain('const projectId = "proof"\n')
    expect(await visitor.page.locator('#problems').textContent()).toBe('')
    await visitor.inDialog('Close').click()
    expect(await visitor.focused()).toBe("Register a customer's key")
    goOn()
    await visitor.page.locator('#key-list').getByText('active').waitFor()
    expect(await visitor.focused()).toBe("Register a customer's key")
  })

  it('is confirmed later, or challenged anew, from the list', async () => {
    const old = await openWithKey('later')
    const { privateKey, publicJwk } = makeKeyPair('EdDSA')
    await visitor.button("Register a customer's key").click()
    await visitor
      .dialog()
      .getByLabel('Public key')
      .fill(JSON.stringify({ ...publicJwk, kid: 'own' }))
    await visitor.dialog().getByLabel('Replaces').selectOption(old)
    await visitor.inDialog('Ask for a proof').click()
    const lost = await challengeShown()
    await visitor.inDialog('Later').click()
    await visitor.page.reload()
    await visitor.keyItem('own').getByText('Waits for a proof until').waitFor()

    await visitor.button('New challenge for own').click()
    await visitor.inDialog('Make a new challenge').click()
    const challenge = await challengeShown()
    expect(challenge).toMatchObject({ kid: 'own', alg: 'EdDSA', exp: expect.any(Number) })
    expect(challenge.exp - Date.now() / 1000).toBeGreaterThan(86_000)
    await visitor.inDialog('Later').click()

    await visitor.button('Confirm own').click()
    const proof = visitor.dialog().getByLabel('Proof', { exact: true })
    await proof.fill(await prove({ privateKey, challenge: lost }))
    await visitor.inDialog('Activate the key').click()
    expect(await visitor.errorAt('Proof')).toContain('newest challenge')
    visitor.excuse(422)
    await proof.fill(await prove({ privateKey, challenge }))
    await visitor.inDialog('Activate the key').click()
    await visitor.dialog().getByText('The key is active.').waitFor()
    await visitor.inDialog('Close').click()
    await visitor.keyItem(old).getByText('retiring').waitFor()
    expect(await visitor.keyItem('own').getByRole('button').allTextContents()).toEqual([
      'Copy',
      'Rotate',
      'Hand over',
      'Revoke',
    ])

    // The customer made it, so the next one is theirs to make, too.
    await visitor.button('Rotate own').click()
    await visitor.dialog().getByText('only they have its private half').waitFor()
    expect(await visitor.dialog().getByLabel('Replaces').inputValue()).toBe('own')
    await visitor.dialog().getByLabel('The old key stays good for').selectOption('a week')
    const key = visitor.dialog().getByLabel('Public key')
    await key.fill('{ "kty": "EC" }')
    await visitor.inDialog('Ask for a proof').click()
    expect(await visitor.errorAt('Public key')).toContain('Project "later", key')
    expect(await key.inputValue()).toBe('{ "kty": "EC" }')
    visitor.excuse(400)
    const next = makeKeyPair('EdDSA')
    await key.fill(JSON.stringify({ ...next.publicJwk, kid: 'next' }))
    await visitor.inDialog('Ask for a proof').click()
    await visitor.dialog().getByText('step 2 of 2').waitFor()
    const asked = await challengeShown()
    await visitor
      .dialog()
      .getByLabel('Proof', { exact: true })
      .fill(await prove({ privateKey: next.privateKey, challenge: asked }))
    await visitor.inDialog('Activate the key').click()
    await visitor.dialog().getByText('The key is active.').waitFor()
    await visitor.inDialog('Close').click()
    await visitor.keyItem('own').getByText('retiring').waitFor()
    expect(await visitor.keyItem('own').textContent()).toMatch(/retiring.*Ends/)
    // It has no button to rotate it any more.
    expect(await visitor.focused()).toMatch(/own$/)
  })

  it('is handed over with a signer in five languages, and copied without a permission, too', async () => {
    const { page } = visitor
    await visitor.openDemoShop()
    await page.getByRole('button', { name: /^Hand over/ }).click()
    const sheet = visitor.dialog().getByRole('region', { name: 'Hand-over sheet' })
    const [audience, project, kid] = await sheet.locator('dd code').allTextContents()
    expect([audience, project]).toEqual([new URL(visitor.address).origin, 'demo-shop'])
    const files: string[] = []
    for (const language of ['Node', 'Python', 'PHP', 'Go', 'Java']) {
      await sheet.getByLabel('Signer in').selectOption(language)
      const signer = sheet.locator('pre')
      files.push((await signer.getAttribute('aria-label')) ?? '')
      for (const name of [audience, project, kid]) expect(await signer.textContent()).toContain(name)
    }
    expect(files.map((file) => file.split('.')[1])).toEqual(['mjs', 'py', 'php', 'go', 'java'])

    const clipboard = () => page.evaluate('navigator.clipboard.readText()')
    await visitor.inDialog(`Copy: kid ${kid}`).click()
    await sheet.getByText('Copied').waitFor()
    expect(await clipboard()).toBe(kid)
    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error())')
    await visitor.inDialog('Copy: ProjectToken.java').click()
    await sheet.locator('.said', { hasText: 'Copied' }).nth(1).waitFor()
    expect(await clipboard()).toBe(await sheet.locator('pre').textContent())
    await page.evaluate('document.execCommand = () => false')
    await visitor.inDialog(`Copy: audience ${audience}`).click()
    await sheet.getByText('Not copied: it is selected, press Ctrl+C').waitFor()
    expect(await page.evaluate('getSelection().toString()')).toBe(audience)
    await page.keyboard.press('Escape')
    expect(await visitor.focused()).toBe(`Hand over ${kid}`)
  })
})

callsAt(visitor)
