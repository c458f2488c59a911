import { describe, expect, it } from '@jest/globals'
import { JwtVerifier } from 'aws-jwt-verify'
import { JwtInvalidSignatureError, KidNotFoundInJwksError } from 'aws-jwt-verify/error'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { algorithms, livePlatform } from './live-platform.js'

/** Its own fetcher takes https alone, and the platform of the tests has no certificate: at an https address none is given. */
const fetcher = { fetch: async (uri: string) => (await fetch(uri)).arrayBuffer() }

describe.each(algorithms)('aws-jwt-verify, with %s', (alg) => {
  const live = livePlatform(alg)

  const read = (token: string) =>
    JwtVerifier.create(
      {
        issuer: live.issuer,
        audience: live.issuer,
        jwksUri: live.jwksUri,
        scope: 'portal:read',
        // It looks at no typ by itself.
        customJwtCheck({ header }) {
          if (header.typ !== 'at+jwt') throw new Error('This is no session')
        },
      },
      { jwksCache: new SimpleJwksCache({ fetcher }) },
    ).verify(token)

  it('reads a session', async () => {
    expect(await read(live.session)).toMatchObject({ client_id: 'shop', sub: 'shop' })
    expect(live.asked).toEqual(['/.well-known/jwks.json'])
  })

  it.each([
    ['a session with a wrong signature', () => live.forged, JwtInvalidSignatureError],
    ['a project token', () => live.projectToken(), KidNotFoundInJwksError],
  ])('refuses %s', async (_, token, refusal) => {
    await expect(read(token())).rejects.toBeInstanceOf(refusal)
  })
})
