import { expect, it } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { openServer } from '../../helpers/server.js'
import { exchange, issuing, issuerName, now, pageOrigin, sessionsOf } from '../platform.js'

const serve = openServer()

it('makes a session of a project token', async () => {
  const made = issuing()
  const { status, headers, body } = await exchange(serve(made.app))
  expect(body).toEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 600,
    scope: 'portal:read portal:write',
  })
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  const session = body.access_token as string
  expect(decodeProtectedHeader(session)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: 'platform-1' })
  expect(decodeJwt(session)).toEqual({
    iss: issuerName,
    sub: 'shop',
    client_id: 'shop',
    aud: issuerName,
    iat: now,
    exp: now + 600,
    jti: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
    scope: 'portal:read portal:write',
    proj_kid: 'key-es256',
    origin: pageOrigin,
  })
  const verified = await sessionsOf(made).verify(session, { origin: pageOrigin, scope: 'portal:read' })
  expect(verified).toMatchObject({
    projectId: 'shop',
    kid: 'key-es256',
    scopes: ['portal:read', 'portal:write'],
  })
})
