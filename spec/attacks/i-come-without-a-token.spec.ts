import { expect, it } from '@jest/globals'
import request, { type Response } from 'supertest'
import { encode, mint } from '../helpers/mint.js'
import { appOf, platform } from '../helpers/platform.js'
import { expectAnswer } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

/** RFC 6750 section 3.1: without credentials the challenge tells no error. */
function expectBare(answer: Response): void {
  expectAnswer(answer, 'credentials_missing')
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="reverse-jwt"')
  expect(answer.body).not.toHaveProperty('error')
}

it('is told no more than that a token is wanted', async () => {
  const { options, events } = platform()
  const server = serve(appOf(options))
  expectBare(await request(server).get('/portal'))
  expectBare(await request(server).get('/portal').set('Origin', 'https://evil.example'))
  // Nothing has been presented, so there is nothing to tell of.
  // Nobody wrote anything that could be told of.
  expect(events.length).toBeGreaterThan(0)
  for (const event of events) {
    expect(event).toMatchObject({ code: 'credentials_missing', signature: 'unchecked' })
    expect(
      Object.keys(event).filter((name) => /^unverified|^projectId|^kid|^jti|^origin/.test(name)),
    ).toEqual([])
  }
  const control = await request(server).get('/portal').auth(mint(), { type: 'bearer' })
  expect(control.status).toBe(200)
})

it.each([
  'Basic c2hvcDpzaG9w',
  'Digest username="shop", realm="reverse-jwt"',
  'Negotiate YII=',
  'DPoP eyJ.eyJ.eyJ',
  'Token abc',
  'JWT abc',
  'Bearer2 abc',
  'XBearer abc',
  'Be',
  '-',
])('gets the bare challenge for %j, which is another scheme', async (authorization) => {
  expectBare(
    await request(serve(appOf(platform().options)))
      .get('/portal')
      .set({ authorization }),
  )
})

it('does not get in with a token in a place where none is looked for', async () => {
  const server = serve(appOf(platform().options))
  const token = mint()
  const places = {
    Cookie: `access_token=${token}; token=${token}; Authorization=Bearer ${token}`,
    'X-Access-Token': token,
    'X-Forwarded-Authorization': `Bearer ${token}`,
    'Proxy-Authorization': `Bearer ${token}`,
    'Sec-WebSocket-Protocol': `bearer, ${token}`,
  }
  expectBare(await request(server).get('/portal').set(places))
  expectBare(await request(server).get('/portal').set('Authorization', token))
  expectBare(
    await request(server)
      .get('/portal')
      .set('Authorization', `Basic ${encode(`shop:${token}`)}`),
  )
  expectBare(await request(server).post('/portal').type('form').send({ access_token: token }))
  const control = await request(server).get('/portal').auth(token, { type: 'bearer' })
  expect(control.status).toBe(200)
})
