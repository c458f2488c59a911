import { afterEach, describe, expect, it } from '@jest/globals'
import { fileURLToPath } from 'node:url'
import * as client from '../../lib/customer/index.js'
import * as stub from '../../lib/customer/not-in-a-browser.js'
import { runNode } from '../helpers/child-process.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'

const { privateKey } = keyPair('ES256')
const make = () => client.createSigner({ projectId: 'shop', audience, privateKey })
const refusal = new Error(
  'reverse-jwt/customer signs with a private key and refuses to run in a browser: whoever opens the page would have the key. Sign on your server and hand the page a token. (In tests of server code, use an environment without a DOM.)',
)

describe('the client', () => {
  afterEach(() => {
    for (const name of ['document', 'importScripts', 'window']) Reflect.deleteProperty(globalThis, name)
  })

  it('signs on a server', async () => {
    await expect(make().sign()).resolves.toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  it.each([
    ['a page', 'document', {}],
    ['a worker of a page', 'importScripts', () => undefined],
  ])('refuses to sign and to make keys in %s', async (_, name, value) => {
    Reflect.set(globalThis, name, value)
    expect(make).toThrow(refusal)
    await expect(client.generateProjectKey()).rejects.toEqual(refusal)
  })

  it('refuses before it looks at the key', () => {
    Reflect.set(globalThis, 'document', {})
    expect(() => client.createSigner(undefined as never)).toThrow(refusal)
  })

  it('is not misled by a server that has a window', () => {
    Reflect.set(globalThis, 'window', {})
    expect(make).not.toThrow()
  })
})

describe('what a bundler for browsers gets in place of the client', () => {
  const bundled = new Error(
    'reverse-jwt/customer was bundled for a browser. It signs with a private key and must stay on your server; hand the page a token instead.',
  )

  it('has all that the client has, and refuses each', () => {
    expect(Object.keys(stub).sort()).toEqual(Object.keys(client).sort())
    for (const refuse of Object.values(stub)) expect(refuse).toThrow(bundled)
  })

  it('is not what the package\u2019s exports say for a server', async () => {
    const source = `import { createSigner } from 'reverse-jwt/customer'
      try { createSigner() } catch (error) { console.log(error.message) }`
    const root = fileURLToPath(new URL('../../../', import.meta.url))
    const outcome = await runNode(['--conditions=browser', '--input-type=module', '--eval', source], root)
    const message =
      'createSigner takes an object; each option has a name: projectId, audience, privateKey, keyFile, kid, issuer, alg, expiresIn'
    expect(outcome).toEqual({ code: 0, signal: null, stdout: `${message}\n`, stderr: '' })
  })
})
