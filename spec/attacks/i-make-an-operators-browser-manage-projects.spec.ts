import { beforeEach, describe, expect, it } from '@jest/globals'
import { adminApp, operator, send, type AdminApp } from '../helpers/admin.js'
import { managed, type ManagedPlatform } from '../helpers/registry.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
let platform: ManagedPlatform
let admin: AdminApp

/** A platform that made the mistake: a cookie alone decides. */
beforeEach(async () => {
  platform = managed()
  await platform.registry.createProject({ id: 'shop' }, { by: operator })
  admin = adminApp(platform.registry, {
    authorize: ({ headers }) => headers.cookie === 'session=operator' && { by: operator },
  })
})

const records = async () => (await platform.registry.listAudit()).records.length
const foreign = { cookie: 'session=operator', origin: 'https://evil.example', authorization: undefined }

/** What a page can send to another site without asking it: the Fetch standard's safelisted content types, and none. */
describe.each([
  ['application/x-www-form-urlencoded', 'id=mine'],
  ['application/x-www-form-urlencoded', '{"id":"mine"}'],
  ['text/plain', '{"id":"mine"}'],
  ['text/plain;charset=UTF-8', '{"id":"mine"}'],
  [
    'multipart/form-data; boundary=x',
    '--x\r\ncontent-disposition: form-data; name="id"\r\n\r\nmine\r\n--x--',
  ],
  ['text/plain; application/json', '{"id":"mine"}'],
  [undefined, undefined],
])('a page of another site that posts %s', (type, body) => {
  it.each([
    '/projects',
    '/projects/shop/suspend',
    '/projects/shop/keys/generate',
    '/projects/shop/keys/rotate',
  ])('reaches nothing at %s', async (path) => {
    const headers = { ...foreign, 'content-type': type }
    const answer = await send(serve(admin.app), 'POST', path, { body, headers })
    expect(answer.status).toBe(415)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'media_type_not_supported' })
    expect(await records()).toBe(1)
  })
})

it.each(['POST', 'PATCH', 'DELETE'])('a preflight for %s from another site gets no leave', async (method) => {
  const headers = { ...foreign, 'access-control-request-method': method, cookie: undefined }
  const answer = await send(serve(admin.app), 'OPTIONS', '/projects/shop', { headers })
  expect(answer.status).toBe(403)
  expect(Object.keys(answer.headers as object).filter((name) => name.startsWith('access-control'))).toEqual(
    [],
  )
})

it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
  'the operator who sends %s is heard',
  async (type) => {
    const headers = { ...foreign, origin: undefined, 'content-type': type }
    const answer = await send(serve(admin.app), 'POST', '/projects', { body: { id: 'new' }, headers })
    expect(answer.status).toBe(201)
  },
)
