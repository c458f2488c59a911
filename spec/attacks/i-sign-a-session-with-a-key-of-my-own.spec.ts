import { afterEach, expect, it, jest } from '@jest/globals'
import { createHmac, type KeyObject } from 'node:crypto'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { encode } from '../helpers/mint.js'
import { issuing, mintSession, pageOrigin, platformKey, sessionsOf } from '../session/platform.js'

const sessions = sessionsOf(issuing())
const mine = makeKeyPair('RS256')
const send = (token: string) =>
  sessions.verify(token, { origin: pageOrigin }).then(
    () => 'passes',
    (error: unknown) => (error as { code: string }).code,
  )

afterEach(() => {
  jest.restoreAllMocks()
})

it('lets the platform’s own session pass', async () => {
  expect(await send(mintSession({ privateKey: platformKey() }))).toBe('passes')
})

it.each<[string, string, KeyObject]>([
  ['of the platform’s kind', 'RS256', mine.privateKey],
  ['of a customer', 'ES256', keyPair('ES256').privateKey],
  ['of another algorithm of the same key', 'PS256', platformKey()],
])('refuses a signature by a key %s under the kid of the platform', async (_, alg, privateKey) => {
  expect(await send(mintSession({ alg, privateKey }))).toBe('token_not_verified')
})

it.each(['HS256', 'HS512', 'none', 'None', ''])('refuses alg %j, whatever was the secret', async (alg) => {
  const { publicKey } = keyPair('RS256')
  const secrets = [
    publicKey.export({ type: 'spki', format: 'pem' }),
    JSON.stringify(publicKey.export({ format: 'jwk' })),
    publicKey.export({ format: 'jwk' }).n ?? '',
  ]
  for (const secret of secrets) {
    const [header, claims] = mintSession({ header: { alg } }).split('.')
    const input = `${encode(Buffer.from(JSON.stringify({ alg, typ: 'at+jwt', kid: 'platform-1' })))}.${claims ?? ''}`
    const signature = alg.startsWith('HS')
      ? createHmac(`sha${alg.slice(2)}`, secret)
          .update(input)
          .digest()
      : ''
    expect(header).not.toBe('')
    expect(await send(`${input}.${encode(signature)}`)).toMatch(/^(?:algorithm_not_allowed|token_malformed)$/)
  }
})

it.each([
  ['jwk', { ...mine.publicJwk }],
  ['jku', 'https://evil.example/jwks.json'],
  ['x5u', 'https://evil.example/chain.pem'],
  ['x5c', ['AAAA']],
  ['crit', ['exp']],
  ['b64', false],
])('refuses a header with %s, and asks nobody for the key', async (name, value) => {
  const asked = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'))
  expect(await send(mintSession({ privateKey: mine.privateKey, header: { [name]: value } }))).toBe(
    'token_malformed',
  )
  expect(asked).not.toHaveBeenCalled()
})
