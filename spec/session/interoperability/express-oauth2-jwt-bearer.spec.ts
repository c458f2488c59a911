import { describe, expect, it } from '@jest/globals'
import express from 'express'
import { auth, requiredScopes, type AuthOptions } from 'express-oauth2-jwt-bearer'
import request from 'supertest'
import { openServer } from '../../helpers/server.js'
import { algorithms, livePlatform } from './live-platform.js'

const serve = openServer()

describe.each(algorithms)('express-oauth2-jwt-bearer in its strict mode, with %s', (alg) => {
  const live = livePlatform(alg)

  function orders(options: AuthOptions, token: string) {
    const app = express()
    app.get(
      '/orders',
      auth({ audience: live.issuer, strict: true, ...options }),
      requiredScopes('portal:read'),
      (req, res) => {
        res.json(req.auth?.payload)
      },
    )
    return request(serve(app)).get('/orders').set('Authorization', `Bearer ${token}`)
  }

  it('reads a session by the address of the issuer alone', async () => {
    live.asked.length = 0
    expect(await orders({ issuerBaseURL: live.issuer }, live.session)).toMatchObject({
      status: 200,
      body: { client_id: 'shop', proj_kid: 'key-es256' },
    })
    // OpenID Connect's name first; that there is nothing is no error.
    expect(live.asked).toEqual([
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/.well-known/jwks.json',
    ])
  })

  it('reads a session by the address of the keys', async () => {
    const known = { issuer: live.issuer, jwksUri: live.jwksUri, tokenSigningAlg: alg }
    expect(await orders(known, live.session)).toMatchObject({ status: 200, body: { client_id: 'shop' } })
  })

  it.each<[string, () => string, RegExp]>([
    ['a session with a wrong signature', () => live.forged, /signature verification failed/],
    ['a project token', () => live.projectToken(), /no applicable key found/],
  ])('refuses %s', async (_, token, why) => {
    const { status, headers } = await orders({ issuerBaseURL: live.issuer }, token())
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toMatch(why)
  })
})
