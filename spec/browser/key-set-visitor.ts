import { beforeEach, jest } from '@jest/globals'
import type { KeySetChallenge } from '../../lib/customer/index.js'
import { customerHost, keySet } from '../helpers/customer-host.js'
import { makeKeyPair } from '../helpers/keys.js'
import { prove } from '../helpers/possession.js'
import { by } from '../helpers/registry.js'
import { consoleVisitor } from './console-visitor.js'
import { HostedConsole } from './hosted-console.js'

/** Somebody at a console whose projects can have their keys at a host of the tests, and what they see of a key set. */
export function keySetVisitor() {
  const host = customerHost()
  // A browser waits by real ones.
  beforeEach(() => {
    jest.useRealTimers()
  })
  const hosted = new HostedConsole(host)
  const visitor = consoleVisitor(hosted.open)
  const { privateKey, publicJwk } = makeKeyPair('ES256')
  /** As the customer publishes it. */
  const own = { ...publicJwk, kid: 'own', alg: 'ES256', use: 'sig' }
  const section = () => visitor.page.getByRole('region', { name: 'Key set' })

  return {
    host,
    hosted,
    visitor,
    own,
    privateKey,
    section,
    sectionText: async () => (await section().textContent()) ?? '',
    /** A key in the list, by its kid as it is shown. */
    item: (kid: string) =>
      section()
        .getByRole('listitem')
        .filter({ has: visitor.page.locator('.key-head').getByText(kid, { exact: true }) }),
    news: () => section().getByRole('status').filter({ hasText: 'new' }),
    proofField: () => visitor.dialog().getByLabel('Proof', { exact: true }),
    /** What the customer is sent: the dialog shows it once. */
    challengeShown: async (): Promise<KeySetChallenge> => {
      const file = visitor.dialog().getByLabel('challenge.json', { exact: true })
      return JSON.parse((await file.textContent()) ?? '') as KeySetChallenge
    },
    askForProof: async (jwksUri: string): Promise<void> => {
      await visitor.button('Register a key set').click()
      await visitor.dialog().getByLabel('Address').fill(jwksUri)
      await visitor.inDialog('Ask for a proof').click()
    },
    /** Without the page. */
    confirm: async (projectId: string, keys: readonly unknown[] = [own]): Promise<void> => {
      host.answer = keySet(keys)
      const { challenge } = await hosted.registry.registerKeySet(projectId, { jwksUri: host.jwksUri, by })
      await hosted.registry.confirmKeySet(projectId, { proof: await prove({ privateKey, challenge }), by })
    },
    show: async (projectId: string): Promise<void> => {
      await visitor.page.goto('about:blank')
      await visitor.page.goto(`${visitor.address}#${encodeURIComponent(projectId)}`)
      await visitor.page.locator('#audit li').first().waitFor()
    },
  }
}
