import { expect, it } from '@jest/globals'
import { thumbprint, thumbprintText } from '../../lib/jwk/thumbprint.js'

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

it('is that of the example in RFC 7638 section 3.1', () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
  expect(thumbprint({ kty: 'RSA', n, e: 'AQAB' })).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
})
