import { createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { expectRefusal } from '../helpers/refusals.js'
import { keyPair } from '../helpers/keys.js'
import { kidOf, mint } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'

const hashes = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const
const verifier = verifierOf({}, [shop(['ES256', 'RS256'])])

/** Everything public about a key that a careless library might take for a shared secret. */
function secretsOf(alg: 'ES256' | 'RS256'): [string, Buffer][] {
  const { publicKey, publicJwk } = keyPair(alg)
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const secrets: [string, Buffer][] = [
    ['the PEM', Buffer.from(pem)],
    ['the PEM without its last line end', Buffer.from(pem.trim())],
    ['the PEM with the line ends of Windows', Buffer.from(pem.replaceAll('\n', '\r\n'))],
    ['the base64 of the PEM', Buffer.from(pem.replace(/-----.*-----|\n/g, ''))],
    ['the DER', publicKey.export({ type: 'spki', format: 'der' })],
    ['the text of the JWK', Buffer.from(JSON.stringify(publicJwk))],
    [
      'the text of the JWK with its kid and alg',
      Buffer.from(JSON.stringify({ ...publicJwk, kid: kidOf(alg), alg })),
    ],
    ['nothing', Buffer.alloc(0)],
  ]
  for (const name of ['n', 'e', 'x', 'y'] as const) {
    const value = publicJwk[name]
    if (value === undefined) continue
    secrets.push(
      [`${name}, decoded`, Buffer.from(value, 'base64url')],
      [`${name}, as text`, Buffer.from(value)],
    )
  }
  if (alg === 'RS256')
    secrets.push(['the PKCS#1 PEM', Buffer.from(publicKey.export({ type: 'pkcs1', format: 'pem' }))])
  return secrets
}

/** A token whose header says `alg` and whose signature is really the HMAC of `hash` with this secret. */
function hmacToken(alg: string, hash: string, kid: string, secret: Buffer): string {
  const signingInput = mint({ header: { alg, kid } }).split('.').slice(0, 2).join('.')
  return `${signingInput}.${createHmac(hash, secret).update(signingInput).digest('base64url')}`
}

it('computes HMACs as RFC 7515 does, so the attack is a real one', () => {
  const signingInput =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
  const k = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'
  const hmac = createHmac('sha256', Buffer.from(k, 'base64url')).update(signingInput).digest('base64url')
  expect(hmac).toBe('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')
})

describe.each(['ES256', 'RS256'] as const)('with the public key of an %s project', (alg) => {
  it('accepts the honest token', async () => {
    await expect(verifier.verify(mint({ alg }))).resolves.toMatchObject({ project: { id: 'shop' } })
  })

  describe.each(secretsOf(alg))('%s as the secret', (_, secret) => {
    it.each(Object.entries(hashes))('refuses a token by %s', (hs, hash) =>
      expectRefusal(verifier.verify(hmacToken(hs, hash, kidOf(alg), secret)), 'algorithm_not_allowed'),
    )

    it.each(['hs256', 'Hs256', 'HS256 ', 'HMAC', 'sha256'])('refuses a token by %j', (name) =>
      expectRefusal(verifier.verify(hmacToken(name, 'sha256', kidOf(alg), secret)), 'algorithm_not_allowed'),
    )

    // The header names the right algorithm and the signature is an HMAC all the same: 64 bytes, as an ES256 signature has.
    it('refuses an HMAC under the name of the right algorithm', () =>
      expectRefusal(
        verifier.verify(hmacToken(alg, 'sha512', kidOf(alg), secret)),
        alg === 'ES256' ? 'token_not_verified' : 'token_malformed',
      ))
  })
})
