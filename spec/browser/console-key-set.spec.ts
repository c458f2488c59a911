import { expect, it, jest } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { hostName, keySet } from '../helpers/customer-host.js'
import { published } from '../helpers/hosted-platform.js'
import { makeKeyPair } from '../helpers/keys.js'
import { prove } from '../helpers/possession.js'
import { by } from '../helpers/registry.js'
import { keySetVisitor } from './key-set-visitor.js'

jest.setTimeout(90_000)

const { host, hosted, visitor, own, privateKey, ...page } = keySetVisitor()
const { section, sectionText, item, news, proofField, challengeShown, askForProof, confirm, show } = page

it('of a customer is registered by its address, confirmed by a proof, and its keys are listed', async () => {
  await visitor.newProject('hosts')
  await askForProof(host.jwksUri)
  await visitor.dialog().getByText('step 2 of 2').waitFor()
  const challenge = await challengeShown()
  expect(challenge).toMatchObject({ proj_id: 'hosts', jwks_uri: host.jwksUri })
  expect(await visitor.dialog().getByLabel('What the customer runs', { exact: true }).textContent()).toBe(
    `npx reverse-jwt keygen --key project-key.json --proof challenge.json --jwks-uri "${host.jwksUri}"`,
  )
  const downloading = visitor.page.waitForEvent('download')
  await visitor.dialog().getByRole('link', { name: 'Download challenge.json' }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe('challenge.json')
  expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toEqual(challenge)
  await visitor.inDialog('Copy: challenge.json').click()
  await visitor.dialog().getByText('Copied').waitFor()
  const copied = await visitor.page.evaluate<string>('navigator.clipboard.readText()')
  expect(JSON.parse(copied)).toEqual(challenge)
  // A slip does not close it, nor does a link lead away from it.
  await visitor.page.keyboard.press('Escape')
  expect(await visitor.dialog().locator('a:not([target=_blank], [download])').count()).toBe(0)
  expect(host.connections).toEqual([])

  host.answer = keySet([own, { kty: 'oct', kid: 'shared', k: 'AAAA' }, { ...own, kid: 'leak', d: 'AAAA' }, 7])
  await proofField().fill(await prove({ privateKey, challenge }))
  await visitor.inDialog('Confirm the key set').click()
  await visitor.dialog().getByRole('heading', { name: 'The key set is confirmed' }).waitFor()
  expect(await visitor.dialog().getByRole('list', { name: 'Keys of the set' }).innerText()).toBe('own active')
  const dropped = visitor.dialog().getByRole('list', { name: 'What cannot be used' }).getByRole('listitem')
  expect((await dropped.allTextContents()).toSorted()).toEqual([
    'An entry without a kid (not_admitted): It is weak or broken, for another use, or has a kid that is none.',
    'leak (private): Its private half stands there for all to read. Tell the customer at once: this key is of no use any more.',
    'shared (symmetric): It is a shared secret and no public key.',
  ])
  await visitor.inDialog('Close').click()
  await item('own').waitFor()
  // What opened the dialog is gone: this has its place.
  expect(await visitor.focused()).toBe(`Copy: address ${host.jwksUri}`)
  expect(await sectionText()).toContain(host.jwksUri)
  await visitor.page.locator('#key-list').getByText('the customer hosts the keys').waitFor()
  expect(await sectionText()).toMatch(/confirmed.*Last readjust now.*Active keys1/)
  expect(await item('own').textContent()).toMatch(/active.*AlgorithmES256.*First seenjust now/)
  // Who confirms has seen those.
  expect(await news().count()).toBe(0)
  expect(await visitor.page.locator('#audit li p:first-child').allTextContents()).toEqual([
    'ops accepted a key set, given the proof just now',
    'ops registered a key set and asked for a proof just now',
    'ops made the project just now',
  ])
  await item('own').getByRole('button', { name: 'Hand over own' }).click()
  const signer = visitor.dialog().getByLabel('project-token.mjs', { exact: true })
  expect(await signer.textContent()).toContain('"own"')
})

it('waits for its proof in the project, or for a new challenge', async () => {
  await visitor.newProject('waits')
  await askForProof(host.jwksUri)
  const lost = await challengeShown()
  await visitor.inDialog('Later').click()
  expect(await sectionText()).toMatch(/pending.*Waits for a proof until/)
  await visitor.button('New challenge for the key set').click()
  await visitor.inDialog('Make a new challenge').click()
  await visitor.dialog().getByRole('heading', { name: 'A new challenge' }).waitFor()
  const challenge = await challengeShown()
  await visitor.inDialog('Later').click()
  await visitor.page.reload()
  await visitor.button('Confirm the key set').click()
  host.answer = keySet([own])
  await proofField().fill(await prove({ privateKey, challenge: lost }))
  await visitor.inDialog('Confirm the key set').click()
  expect(await visitor.errorAt('Proof')).toContain('newest challenge')
  await proofField().fill(await prove({ privateKey, challenge }))
  await visitor.inDialog('Confirm the key set').click()
  await visitor.dialog().getByRole('heading', { name: 'The key set is confirmed' }).waitFor()
  await visitor.inDialog('Close').click()
  visitor.excuse(422)

  await visitor.button('Another address').click()
  await visitor.dialog().getByLabel('Address').fill(`https://${hostName}:${host.port}/other.json`)
  await visitor.inDialog('Ask for a proof').click()
  await visitor.inDialog('Later').click()
  await section().getByText('Until the new address is proved, the keys of the old one count.').waitFor()
  expect(await section().getByRole('button', { name: 'Remove the key set' }).count()).toBe(1)
  expect(await item('own').textContent()).toContain('active')

  hosted.behind = 2 * 86_400
  await hosted.registry.registerKeySet('waits', { jwksUri: host.jwksUri, by })
  hosted.behind = 0
  await visitor.page.reload()
  await section().getByText('Waited for a proof until').waitFor()
  expect(await sectionText()).toContain('expired')
  expect(await visitor.button('Confirm the key set').count()).toBe(0)
})

it('shows a key that came later as a new one, without being asked, and one that is gone', async () => {
  const { page } = visitor
  hosted.behind = 3600
  await hosted.registry.createProject({ id: 'changes', name: 'The changes' }, { by })
  await confirm('changes', [own, published('old')])
  hosted.behind = 0
  await page.clock.install()
  await show('changes')
  expect(await news().count()).toBe(0)
  host.answer = keySet([own, { ...makeKeyPair('EdDSA').publicJwk, kid: 'later', alg: 'EdDSA' }])
  await hosted.refresh()
  await page.clock.fastForward(30_000)
  await news().getByText('A key is new').waitFor()
  expect(await item('later').textContent()).toMatch(/active\s*new/)
  expect(await item('own').textContent()).not.toContain('new')
  expect(await item('old').textContent()).toMatch(/removed.*Removed since.*active again if it comes back/)
  expect(await section().locator('.key-head .kid').allTextContents()).toEqual([
    host.jwksUri,
    'later',
    'own',
    'old',
  ])
  // A week later.
  await page.clock.fastForward(7 * 86_400_000)
  await page.locator('#new-keys:empty').waitFor({ state: 'attached' })
  // Its clock stands.
  await page.close()
})

it('loses a key that is revoked, for a reason and after a confirmation', async () => {
  await hosted.registry.createProject({ id: 'denies' }, { by })
  await confirm('denies', [own, published('other')])
  await show('denies')
  await item('other').getByRole('button', { name: 'Revoke other' }).click()
  await visitor.dialog().getByText('This counts whatever stands in the key set').waitFor()
  await visitor.dialog().getByLabel('Reason').selectOption('compromised: misused')
  await visitor.inDialog('Revoke').click()
  // Not without the confirmation.
  expect(await visitor.dialog().isVisible()).toBe(true)
  await visitor.dialog().getByLabel('I understand: nobody can call with this key again').check()
  await visitor.inDialog('Revoke').click()
  await visitor.said('The key is revoked.')
  expect(await item('other').textContent()).toMatch(/revoked.*Revoked.*\(compromised\)/)
  expect(await item('other').getByRole('button', { name: 'Revoke other' }).count()).toBe(0)
  // Of those around it, what comes next.
  expect(await visitor.focused()).toBe('Public key')

  // The registry reads the set once in minutes: tokens of a key may be quicker.
  await section().getByRole('button', { name: 'Revoke a kid' }).click()
  await visitor.dialog().getByLabel('kid', { exact: true }).fill(' stolen\u202e ')
  await visitor.dialog().getByLabel('I understand: nobody can call with this key again').check()
  await visitor.inDialog('Revoke').click()
  await visitor.said('The key is revoked.')
  expect(await item('stolen\\u202e').textContent()).toMatch(/revoked.*First seennever/)
  await item('own').getByRole('button', { name: 'Revoke own' }).click()
  await visitor.dialog().getByLabel('I understand: nobody can call with this key again').check()
  await visitor.inDialog('Revoke').click()
  await visitor.said('The project has no key left that can sign')
})

it('is removed after a confirmation', async () => {
  await hosted.registry.createProject({ id: 'leaves' }, { by })
  await confirm('leaves')
  await show('leaves')
  await visitor.button('Remove the key set').click()
  await visitor.dialog().getByText('all sessions of the project end').waitFor()
  await visitor.dialog().getByLabel('Reason (optional)').fill('They lost the domain')
  await visitor.inDialog('Remove').click()
  expect(await visitor.dialog().isVisible()).toBe(true)
  await visitor.dialog().getByLabel('I understand: nobody can call with a key of this set any more').check()
  await visitor.inDialog('Remove').click()
  await visitor.said('The key set is removed.')
  expect(await visitor.focused()).toBe('Register a key set')
  expect(await sectionText()).not.toContain(hostName)
  expect(await visitor.page.locator('#audit li').first().textContent()).toMatch(
    /^ops removed the key set \(They lost the domain\)/,
  )
  expect(await hosted.registry.getProject('leaves')).not.toHaveProperty('keySet')

  await askForProof(host.jwksUri)
  await visitor.inDialog('Later').click()
  await visitor.button('Remove the key set').click()
  // Nothing ends with it.
  await visitor.dialog().getByText('Its challenge can be answered no more.').waitFor()
  await visitor.inDialog('Remove').click()
  await visitor.button('Register a key set').waitFor()
})
