import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { expectRefusal, refusedParameter } from '../helpers/refusals.js'
import { makeKeyPair } from '../helpers/keys.js'
import { kidOf, mint } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'

const verifier = verifierOf()
const mine = makeKeyPair('ES256')
const jwk = { ...mine.publicJwk, kid: kidOf('ES256'), alg: 'ES256', use: 'sig' }

/** Serves the attacker's key set, and counts who comes to fetch it. */
let server: Server
let connections = 0
let url = ''
beforeAll(async () => {
  server = createServer((_, res) => {
    res.end(JSON.stringify({ keys: [jwk] }))
  }).on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
})
afterAll(async () => {
  await new Promise((resolve) => setImmediate(resolve))
  expect(connections).toBe(0)
  server.close()
})

it('accepts the honest token', async () => {
  await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
})

describe.each(['jwk', 'jku', 'x5u', 'x5c'])('%s', (name) => {
  const value = () =>
    ({
      jwk,
      jku: url,
      x5u: url,
      x5c: [mine.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
    })[name]

  it('is refused in a token that my own key has signed', () =>
    expectRefusal(
      verifier.verify(mint({ privateKey: mine.privateKey, header: { [name]: value() } })),
      'token_malformed',
      refusedParameter(name),
    ))

  it('is refused in a token that the right key has signed', () =>
    expectRefusal(
      verifier.verify(mint({ header: { [name]: value() } })),
      'token_malformed',
      refusedParameter(name),
    ))

  it('is refused without a kid', () =>
    expectRefusal(
      verifier.verify(mint({ privateKey: mine.privateKey, header: { kid: undefined, [name]: value() } })),
      'token_malformed',
      refusedParameter(name),
    ))

  it('is a claim that nobody reads', async () => {
    await expect(verifier.verify(mint({ claims: { [name]: value() } }))).resolves.toMatchObject({
      project: { id: 'shop' },
    })
    const forged = mint({ privateKey: mine.privateKey, claims: { [name]: value() } })
    await expectRefusal(verifier.verify(forged), 'token_not_verified')
  })
})

it('fetches nothing for a kid or an iss that is an address', async () => {
  await expectRefusal(verifier.verify(mint({ header: { kid: url } })), 'token_not_verified')
  await expectRefusal(verifier.verify(mint({ claims: { iss: url } })), 'issuer_mismatch')
  expect(connections).toBe(0)
})
