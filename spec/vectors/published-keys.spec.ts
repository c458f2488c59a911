import { describe, expect, it } from '@jest/globals'
import { constants, createPublicKey, verify, type JsonWebKey } from 'node:crypto'
import { signBytes } from '../helpers/mint.js'
import { ecdsaSignature, isEcdsa } from './ecdsa.js'
import { publicHalfOf, publishedKeys } from './published-keys.js'
import { privateKeyOf, signatureOf } from './signature.js'

const { p256, thirdP256, p384, ed25519, rsa, otherRsa } = publishedKeys

describe('the keys of the vectors', () => {
  it.each(Object.entries(publishedKeys))(
    'have a public half that belongs to the private one: %s',
    (_, key) => {
      const publicKey = createPublicKey(privateKeyOf(key)).export({ format: 'jwk' })
      expect(publicKey).toEqual(publicHalfOf(key))
    },
  )

  // The signatures that are printed beside the keys.
  const payload =
    'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
  it('are those of RFC 7515, A.2', () => {
    const printed =
      'cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw'
    expect(signatureOf('RS256', `eyJhbGciOiJSUzI1NiJ9.${payload}`, rsa).toString('base64url')).toBe(printed)
  })

  it('are those of RFC 7515, A.3', () => {
    const printed = 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'
    expect(
      isRight('ES256', `eyJhbGciOiJFUzI1NiJ9.${payload}`, Buffer.from(printed, 'base64url'), p256.jwk),
    ).toBe(true)
  })

  it('are those of RFC 8037, A.4', () => {
    const signingInput = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc'
    const printed = 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg'
    expect(signatureOf('EdDSA', signingInput, ed25519).toString('base64url')).toBe(printed)
  })
})

describe('a signature without chance', () => {
  // RFC 6979, A.2.5 and A.2.6, "sample".
  it.each([
    [
      'ES256',
      thirdP256,
      0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716n,
      0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n,
    ],
    [
      'ES384',
      p384,
      0x94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46n,
      0x99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8n,
    ],
  ] as const)('is that of RFC 6979 for %s', (alg, key, r, s) => {
    expect(ecdsaSignature(alg, Buffer.from('sample'), key.jwk.d ?? '')).toEqual({ r, s })
  })

  const pairs = [
    ['ES256', p256],
    ['ES384', p384],
    ['ES512', publishedKeys.p521],
    ['PS256', otherRsa],
    ['PS512', otherRsa],
  ] as const
  it.each(pairs)('is a right one, and the same each time: %s', (alg, key) => {
    for (const signingInput of ['a.b', 'c.d', 'e.f']) {
      const signature = signatureOf(alg, signingInput, key)
      expect(signatureOf(alg, signingInput, key).equals(signature)).toBe(true)
      expect(isRight(alg, signingInput, signature, key.jwk)).toBe(true)
      expect(isRight(alg, `${signingInput}.`, signature, key.jwk)).toBe(false)
      // The control: that of Node is another one each time.
      expect(signBytes(alg, signingInput, privateKeyOf(key)).equals(signature)).toBe(false)
    }
  })
})

/** By Node's own verification. */
function isRight(alg: string, signingInput: string, signature: Buffer, jwk: object): boolean {
  const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  const hash = `sha${alg.slice(2)}`
  const how = isEcdsa(alg)
    ? ({ key, dsaEncoding: 'ieee-p1363' } as const)
    : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(alg.slice(2)) / 8 }
  return verify(hash, Buffer.from(signingInput), how, signature)
}
