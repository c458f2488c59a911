import { verify } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { bytesOf, curveOrders, numberOf } from '../helpers/ecdsa.js'
import { expectRefusal } from '../helpers/refusals.js'
import { keyPair } from '../helpers/keys.js'
import { mint } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { respell, segmentsOf, withTrailingBits } from './respell.js'

const curves = ['ES256', 'ES384', 'ES512'] as const

describe.each(curves)('%s', (alg) => {
  const verifier = verifierOf({ algorithms: [alg] }, [shop([alg])])
  /** The other signature of the same text by the same key: (r, n - s). Anyone can make it. */
  const twin = (token: string) =>
    respell(token, 2, (segment) => {
      const signature = Buffer.from(segment, 'base64url')
      const width = signature.length / 2
      const s = numberOf(signature.subarray(width))
      const other = bytesOf(curveOrders[alg] - s, width)
      return Buffer.concat([signature.subarray(0, width), other]).toString('base64url')
    })

  it('has a second signature that anyone can make, and that OpenSSL accepts', () => {
    const [header, claims, signature] = segmentsOf(twin(mint({ alg })))
    const { publicKey: key } = keyPair(alg)
    const bytes = Buffer.from(signature, 'base64url')
    const data = Buffer.from(`${header}.${claims}`)
    expect(verify(`sha${alg.slice(2)}`, data, { key, dsaEncoding: 'ieee-p1363' }, bytes)).toBe(true)
  })

  it('refuses the twin of a used token', async () => {
    const token = mint({ alg })
    expect(twin(token)).not.toBe(token)
    await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
    await expectRefusal(verifier.verify(twin(token)), 'token_replayed')
  })

  it('refuses a token whose twin was used', async () => {
    const token = mint({ alg })
    await expect(verifier.verify(twin(token))).resolves.toMatchObject({ project: { id: 'shop' } })
    await expectRefusal(verifier.verify(token), 'token_replayed')
    await expectRefusal(verifier.verify(twin(token)), 'token_replayed')
  })
})

describe.each(['ES256', 'RS256', 'EdDSA'])('a used token by %s', (alg) => {
  const verifier = verifierOf({}, [shop([alg])])

  it.each<[string, (token: string) => string]>([
    ['with padding', (token) => `${token}==`],
    [
      'with other trailing bits',
      (token) => respell(token, 2, (segment) => withTrailingBits(segment)[0] ?? ''),
    ],
    ['with a space', (token) => `${token} `],
    ['with a line end', (token) => `${token}\n`],
    ['with a dot', (token) => `${token}.`],
    ['with a padded header', (token) => respell(token, 0, (segment) => `${segment}=`)],
    ['with padded claims', (token) => respell(token, 1, (segment) => `${segment}=`)],
  ])('is refused when it is spelled again %s', async (_, spell) => {
    const token = mint({ alg })
    await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
    await expectRefusal(verifier.verify(spell(token)), 'token_malformed')
  })
})

describe('signed again by its own customer', () => {
  const verifier = verifierOf()

  it.each([
    ['another exp', { exp: 1_790_000_111 }],
    ['a further claim', { extra: 1 }],
    ['another scope', { scope: 'portal:read' }],
  ])('is refused with the same jti and %s', async (_, more) => {
    const claims = { jti: `again-${JSON.stringify(more)}` }
    await expect(verifier.verify(mint({ claims }))).resolves.toBeDefined()
    await expectRefusal(verifier.verify(mint({ claims: { ...claims, ...more } })), 'token_replayed')
  })

  it('is refused with a jti that is escaped', async () => {
    const [, claims] = segmentsOf(mint({ claims: { jti: 'ab' } }))
    const escaped = Buffer.from(claims, 'base64url').toString().replace('"ab"', '"\\u0061b"')
    expect(JSON.parse(escaped)).toMatchObject({ jti: 'ab' })
    await expect(verifier.verify(mint({ claims: { jti: 'ab' } }))).resolves.toBeDefined()
    await expectRefusal(verifier.verify(mint({ claimsText: escaped })), 'token_replayed')
  })
})
