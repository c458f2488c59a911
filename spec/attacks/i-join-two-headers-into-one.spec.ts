import { getRequestListener } from '@hono/node-server'
import { describe, expect, it } from '@jest/globals'
import { Hono } from 'hono'
import { createVerifier, problemOf } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { challengeOf } from '../helpers/refusals.js'
import { openServer, rawRequest } from '../helpers/server.js'

/** A server that shows Headers alone, where two of a name are one text. Any project may call from anywhere. */
const serve = openServer()
function platformWithHeaders() {
  const verifier = createVerifier(platform({}, [shop()]).options)
  const app = new Hono()
  app.get('/portal', async (c) => c.text((await verifier.authenticate(c.req.raw)).project.id))
  app.onError((error) => {
    const problem = problemOf(error)
    if (problem === undefined) throw error
    return Response.json(problem.body, { status: problem.status, headers: problem.headers })
  })
  const listener = getRequestListener(app.fetch)
  return serve((request, response) => void listener(request, response))
}

const home = 'Origin: https://shop.example'
const detailOf = (name: string) => `The ${name} header has a comma, as two that were joined have.`

describe.each([
  ['Authorization', (token: string) => [`Authorization: Bearer ${token}`, 'Authorization: Basic YTpi']],
  ['Authorization', (token: string) => ['authorization: Basic YTpi', `Authorization: Bearer ${token}`]],
  ['Authorization', (token: string) => ['authorization:', `Authorization: Bearer ${token}`]],
  ['Origin', (token: string) => [`Authorization: Bearer ${token}`, home, 'Origin: https://evil.example']],
  ['Origin', (token: string) => [`Authorization: Bearer ${token}`, 'Origin: null', home]],
])('two headers called %s', (name, lines) => {
  it('are refused, and burn no token', async () => {
    const server = platformWithHeaders()
    const token = mint()
    const { status, headers, body } = await rawRequest(server, lines(token))
    expect([status, JSON.parse(body)]).toEqual([400, expect.objectContaining({ code: 'request_malformed' })])
    expect(Object.fromEntries(headers)['www-authenticate']).toBe(
      challengeOf('request_malformed', detailOf(name)),
    )
    const honest = await rawRequest(server, [`Authorization: Bearer ${token}`, home])
    expect([honest.status, honest.body]).toEqual([200, 'shop'])
  })
})

it('a header called get is no function', async () => {
  const server = platformWithHeaders()
  const honest = await rawRequest(server, [`Authorization: Bearer ${mint()}`, 'get: () => null'])
  expect([honest.status, honest.body]).toEqual([200, 'shop'])
  expect((await rawRequest(server, [`get: Bearer ${mint()}`])).status).toBe(401)
})
