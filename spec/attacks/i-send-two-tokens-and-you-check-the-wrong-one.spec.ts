import { expect, it } from '@jest/globals'
import request from 'supertest'
import { mint } from '../helpers/mint.js'
import { appOf, platform } from '../helpers/platform.js'
import { badField, expectAnswer, notOneToken, twoPlaces } from '../helpers/refusals.js'
import { mintRival } from '../helpers/rival.js'
import { openServer, rawRequest } from '../helpers/server.js'

const serve = openServer()
const form = (token: string) => new URLSearchParams({ access_token: token }).toString()

it('accepts one token in one place', async () => {
  const server = serve(appOf({ ...platform().options, tokenFrom: ['header', 'body'] }))
  const inHeader = await request(server).get('/portal').auth(mint(), { type: 'bearer' })
  expect([inHeader.status, inHeader.body]).toMatchObject([200, { project: 'shop' }])
  const inForm = await request(server).post('/portal').send(form(mintRival()))
  expect([inForm.status, inForm.body]).toMatchObject([200, { project: 'rival' }])
})

it('refuses my victim in the first Authorization header and me in the second, in either order', async () => {
  const server = serve(appOf(platform().options))
  const pair = [mint(), mintRival()].map((token) => `Authorization: Bearer ${token}`)
  for (const lines of [pair, pair.toReversed(), [pair[0], 'authorization: Basic YTpi'] as string[]]) {
    const answer = await rawRequest(server, lines)
    expect(answer.status).toBe(400)
    expect(answer.headers).toContainEqual([
      'www-authenticate',
      'Bearer realm="reverse-jwt", error="invalid_request", error_description="There is more than one Authorization header."',
    ])
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'request_malformed' })
  }
  // Neither of them was used up.
  for (const line of pair) expect((await rawRequest(server, [line])).status).toBe(200)
})

it('refuses one token in the header and another in the form', async () => {
  const { options } = platform()
  for (const tokenFrom of [['header'], ['body'], ['header', 'body']] as const) {
    const server = serve(appOf({ ...options, tokenFrom }))
    const answer = await request(server)
      .post('/portal')
      .auth(mint(), { type: 'bearer' })
      .send(form(mintRival()))
    expectAnswer(answer, 'request_malformed', twoPlaces)
  }
})

it('refuses two tokens in one form', async () => {
  const server = serve(appOf({ ...platform().options, tokenFrom: ['body'] }))
  const answer = await request(server)
    .post('/portal')
    .send(`${form(mint())}&${form(mintRival())}`)
  expectAnswer(answer, 'request_malformed', badField)
})

it.each([' ', ', ', ',', '\t'])('refuses two tokens in one header, with %j between', async (between) => {
  const authorization = `Bearer ${mint()}${between}${mintRival()}`
  const answer = await request(serve(appOf(platform().options)))
    .get('/portal')
    .set({ authorization })
  expectAnswer(answer, 'request_malformed', notOneToken)
})
