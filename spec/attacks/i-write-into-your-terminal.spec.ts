import { describe, expect, it } from '@jest/globals'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { call } from '../cli/called.js'
import { keyPair } from '../helpers/keys.js'
import { mint, type Override } from '../helpers/mint.js'
import { pkcs8Of } from '../helpers/private-key-forms.js'

/** What clears a screen, sets a title, hides text, turns its direction, or makes a line of its own. */
const escapes = '\u001b[2J\u009b31m\u001b]0;owned\u0007\r\n\u202e\u200b\u2028result: good'
const unsafe = /[^\x20-\x7E\n]/

const tokens: readonly (readonly [string, Override])[] = [
  ['a kid', { header: { kid: escapes } }],
  ['an alg', { header: { alg: escapes } }],
  ['a typ', { header: { typ: escapes } }],
  ['the name of a parameter', { header: { [escapes]: 'x' } }],
  ['the issuer', { claims: { iss: escapes } }],
  ['the audience', { claims: { aud: [escapes] } }],
  ['a time', { claims: { exp: escapes } }],
  ['the name of a claim', { claims: { [escapes]: escapes } }],
  ['the value of a claim', { claims: { tenant: { name: escapes } } }],
]

describe('a token that writes into the terminal of who looks at it', () => {
  it.each(tokens)('does not, by %s', async (_, override) => {
    const stdin = mint(override)
    for (const args of [[], ['--show'], ['--json'], ['--show', '--json']]) {
      const { stdout, stderr } = await call(['inspect', ...args], { stdin })
      expect(stdout).toMatch(/claim|header/)
      expect(`${stdout}${stderr}`).not.toMatch(unsafe)
      expect(stdout).not.toMatch(/^result: good/m)
    }
  })

  it('does not, by a key set that the platform publishes', async () => {
    const kid = 'key-es256'
    const answers = [
      { keys: [{ kid, kty: escapes }] },
      { keys: [{ kid, kty: 'EC', crv: escapes, x: escapes, y: escapes, alg: escapes, use: escapes }] },
      { keys: escapes },
    ]
    const server = createServer((_, response) => {
      response.end(JSON.stringify(answers.shift()))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      while (answers.length > 0) {
        const { stdout, stderr } = await call(['inspect', '--jwks', `http://127.0.0.1:${port}/`], {
          stdin: mint(),
        })
        expect(`${stdout}${stderr}`).toMatch(/key of that kid|no key set/)
        expect(`${stdout}${stderr}`).not.toMatch(unsafe)
      }
    } finally {
      server.close()
    }
  })
})

describe('a key file of a platform that writes into the terminal of its customer', () => {
  it.each([['keygen'], ['keygen', '--json'], ['keygen', '--pem'], ['sign'], ['sign', '--json']])(
    'does not, by %s %s',
    async (...args) => {
      const private_key = pkcs8Of(keyPair('ES256').privateKey)
      const names = { project_id: escapes, audience: escapes, kid: escapes, alg: 'ES256' }
      const stdin = JSON.stringify({ type: 'reverse_jwt_project_key', ...names, private_key })
      const { stdout, stderr } = await call([...args, '--key', '-'], { stdin })
      expect(`${stdout}${stderr}`).not.toMatch(unsafe)
      if (stdout.startsWith('{')) expect(stdout).toContain(String.raw`\u001b[2J\u009b31m`)
    },
  )
})
