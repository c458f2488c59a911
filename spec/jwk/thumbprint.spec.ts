import { expect, it } from '@jest/globals'
import { thumbprintText } from '../../lib/jwk/thumbprint.js'

it('hashes of a key only what RFC 7638 says, in its order', () => {
  const labels = { kid: 'k', alg: 'a', use: 'sig', d: 'private' }
  expect(thumbprintText({ ...labels, n: 'N', e: 'E', kty: 'RSA' })).toBe('{"e":"E","kty":"RSA","n":"N"}')
  expect(thumbprintText({ ...labels, y: 'Y', x: 'X', kty: 'EC', crv: 'P-256' })).toBe(
    '{"crv":"P-256","kty":"EC","x":"X","y":"Y"}',
  )
  expect(thumbprintText({ ...labels, x: 'X', kty: 'OKP', crv: 'Ed25519' })).toBe(
    '{"crv":"Ed25519","kty":"OKP","x":"X"}',
  )
})
