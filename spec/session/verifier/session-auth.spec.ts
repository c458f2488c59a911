import { describe, expect, it } from '@jest/globals'
import request from 'supertest'
import {
  createSessionVerifier,
  sessionAuth,
  sessionOf,
  type SessionVerifierOptions,
} from '../../../lib/session/index.js'
import { keyPair } from '../../helpers/keys.js'
import { openServer } from '../../helpers/server.js'
import { issuerName, mint, mintSession, now, pageOrigin, serviceOf } from '../platform.js'

const serve = openServer()
const options: SessionVerifierOptions = {
  issuer: issuerName,
  keys: { jwks: { keys: [{ ...keyPair('RS256').publicJwk, kid: 'platform-1', alg: 'RS256' }] } },
  clock: () => now,
}
const ask = (app = serviceOf(options)) => request(serve(app)).get('/orders').set('Origin', pageOrigin)

it('lets a session pass, and hands on whose it is', async () => {
  const answer = await ask().set('Authorization', `Bearer ${mintSession()}`)
  expect(answer.status).toBe(200)
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.body).toMatchObject({
    project: 'shop',
    session: { projectId: 'shop', scopes: ['portal:read'] },
  })
})

it('refuses with a challenge, problem details and advice', async () => {
  const answer = await ask().set('Authorization', `Bearer ${mint()}`)
  expect(answer.status).toBe(401)
  expect(answer.headers['www-authenticate']).toMatch(
    /^Bearer realm="reverse-jwt", error="invalid_token", error_description="The typ of the token is not at\+jwt/,
  )
  expect(answer.body).toMatchObject({
    type: 'https://unpkg.com/reverse-jwt/docs/errors/token_type_not_allowed.md',
    code: 'token_type_not_allowed',
    retry: 'fresh-token',
    server_time: now,
  })
})

it('speaks of sessions to who has none', async () => {
  const answer = await ask()
  expect(answer.status).toBe(401)
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="reverse-jwt"')
  expect((answer.body as { detail: string }).detail).toBe(
    'The request has no session. Send one as Authorization: Bearer.',
  )
})

it.each([
  ['two sessions', `Bearer ${mintSession()} ${mintSession()}`],
  ['none behind the scheme', 'Bearer'],
])('refuses %s as malformed', async (_, authorization) => {
  const answer = await ask().set('Authorization', authorization)
  expect([answer.status, (answer.body as { code: string }).code]).toEqual([400, 'request_malformed'])
})

it('refuses a session in the URL', async () => {
  const answer = await request(serve(serviceOf(options))).get(`/orders?access_token=${mintSession()}`)
  expect(answer.status).toBe(400)
})

it('answers a preflight, which has no session', async () => {
  const answer = await request(serve(serviceOf(options)))
    .options('/orders')
    .set('Access-Control-Request-Method', 'GET')
  expect(answer.status).toBe(204)
})

describe('optional', () => {
  const app = () => serviceOf({ ...options, optional: true })

  it('lets pass who has no session, and says so where one is asked for', async () => {
    const answer = await ask(app())
    expect(answer.status).toBe(500)
    expect(answer.text).toContain('behind optional: true')
  })

  it('refuses a bad session all the same', async () => {
    expect((await ask(app()).set('Authorization', `Bearer ${mint()}`)).status).toBe(401)
  })
})

it('requires a scope', async () => {
  const app = (scope: string) => serviceOf({ ...options, scope })
  expect((await ask(app('portal:read')).set('Authorization', `Bearer ${mintSession()}`)).status).toBe(200)
  const answer = await ask(app('portal:write')).set('Authorization', `Bearer ${mintSession()}`)
  expect(answer.status).toBe(403)
  expect(answer.headers['www-authenticate']).toContain('scope="portal:write"')
})

it('takes a verifier that is there already', async () => {
  const verifier = createSessionVerifier(options)
  expect((await ask(serviceOf({ verifier })).set('Authorization', `Bearer ${mintSession()}`)).status).toBe(
    200,
  )
  expect(() => sessionAuth({ verifier, issuer: issuerName } as never)).toThrow(
    /issuer belongs to createSessionVerifier/,
  )
})

it.each<[unknown, RegExp]>([
  [undefined, /sessionAuth takes an object/],
  [{ headers: {} }, /call sessionAuth/],
  [createSessionVerifier({ issuer: issuerName }), /verifier must be named/],
  [{ issuer: issuerName, tokenFrom: ['body'] }, /unknown option "tokenFrom"/],
  [{ verifier: {} }, /must be what createSessionVerifier returns/],
])('throws a TypeError for %j', (given, message) => {
  expect(() => sessionAuth(given as never)).toThrow(message)
})

it('says where there is no session', () => {
  expect(() => sessionOf({})).toThrow(/has no projectSession/)
})
