import { expect, it } from '@jest/globals'
import request from 'supertest'
import { openServer } from '../helpers/server.js'
import { exchange, issuerName, issuing, pageOrigin, serviceOf } from '../session/platform.js'

const serve = openServer()
const made = issuing()

async function stolen(): Promise<string> {
  return (await exchange(serve(made.app))).body.access_token as string
}

const send = (session: string, origin?: string, requireOrigin = false) => {
  const service = serviceOf({
    issuer: issuerName,
    keys: made.issuer,
    clock: () => made.clock.now,
    requireOrigin,
  })
  const call = request(serve(service)).post('/orders').auth(session, { type: 'bearer' })
  return origin === undefined ? call : call.set('Origin', origin)
}

it('works on the page that it was made for', async () => {
  expect((await send(await stolen(), pageOrigin)).status).toBe(200)
})

it.each([
  'https://evil.example',
  'https://shop.example.evil.example',
  'https://shop.example:8443',
  'http://shop.example',
  'https://SHOP.example',
  'null',
])('is refused while a browser sends it from %s', async (origin) => {
  const answer = await send(await stolen(), origin)
  expect(answer.status).toBe(403)
  expect(answer.body).toMatchObject({ code: 'origin_not_allowed', retry: 'no' })
})

it('works from a program that says nothing of a page, which is stated, unless a page is required', async () => {
  expect((await send(await stolen())).status).toBe(200)
  expect((await send(await stolen(), undefined, true)).status).toBe(403)
})

it('is refused by the token endpoint of another page, too: a project token is not its', async () => {
  const session = await stolen()
  expect((await exchange(serve(made.app), session)).body.code).toBe('token_type_not_allowed')
})
