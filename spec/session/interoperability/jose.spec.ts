import { describe, expect, it } from '@jest/globals'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { algorithms, livePlatform } from './live-platform.js'

describe.each(algorithms)('jose, with %s', (alg) => {
  const live = livePlatform(alg)

  const read = (token: string) =>
    jwtVerify(token, createRemoteJWKSet(new URL(live.jwksUri)), {
      typ: 'at+jwt',
      issuer: live.issuer,
      audience: live.issuer,
      algorithms: [alg],
      requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti'],
    })

  it('reads a session', async () => {
    const { payload, protectedHeader } = await read(live.session)
    expect(payload).toMatchObject({ client_id: 'shop', scope: 'portal:read portal:write' })
    expect(protectedHeader).toEqual({ alg, kid: 'platform-1', typ: 'at+jwt' })
  })

  it.each<[string, () => string, string]>([
    ['a session with a wrong signature', () => live.forged, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    [
      'a project token',
      () => live.projectToken(),
      alg === 'ES256' ? 'ERR_JWKS_NO_MATCHING_KEY' : 'ERR_JOSE_ALG_NOT_ALLOWED',
    ],
  ])('refuses %s', async (_, token, code) => {
    await expect(read(token())).rejects.toMatchObject({ code })
  })
})
