import { beforeEach, describe, expect, it } from '@jest/globals'
import type { RequestHandler } from 'express'
import type { IncomingMessage } from 'node:http'
import { adminApp, credentials, operator, send } from '../helpers/admin.js'
import { expresses } from '../helpers/express.js'
import { managed, type ManagedPlatform } from '../helpers/registry.js'
import { openServer, rawRequest } from '../helpers/server.js'

const serve = openServer()
let platform: ManagedPlatform
let kid: string

beforeEach(async () => {
  platform = managed()
  await platform.registry.createProject({ id: 'shop' }, { by: operator })
  ;({ kid } = await platform.registry.generateKey('shop', { by: operator }))
})

const states = async () => (await platform.registry.listKeys('shop')).keys.map(({ state }) => state)

/** Reads the body to its end and leaves nothing, or this. */
const reading =
  (left?: unknown): RequestHandler =>
  (req, _res, next) => {
    req.resume().once('end', () => {
      req.body = left
      next()
    })
  }

/** Reads what has come so far, and lets go. */
const readingAPart: RequestHandler = (req, _res, next) => {
  req.once('data', () => {
    req.pause()
    next()
  })
}

const aborting: RequestHandler = (req, _res, next) => {
  req.once('data', () => {
    Object.defineProperty(req, 'destroyed', { value: true })
    next()
  })
}

const middlewares: [what: string, handler: RequestHandler][] = [
  ['reads it and leaves nothing', reading()],
  ['reads it and leaves null', reading(null)],
  ['reads it and leaves an empty text', reading('')],
  ['reads it and leaves no bytes', reading(Buffer.alloc(0))],
  ['reads it and leaves an empty object, as Express 4 does for what it did not parse', reading({})],
  ['reads its beginning', readingAPart],
  ['gives it up', aborting],
]

describe.each(expresses)('in %s, a middleware that', (_name, express) => {
  const server = (...before: RequestHandler[]) => {
    const app = express()
    app.use(...before, adminApp(platform.registry).app as RequestHandler)
    return serve(app)
  }
  const rotation = () => JSON.stringify({ kid, overlap: 0 })

  it.each(middlewares)('%s does not make a rotation another one', async (_what, middleware) => {
    const path = '/projects/shop/keys/rotate'
    const answer = await send(server(middleware), 'POST', path, { body: rotation() })
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, { code: 'body_malformed' }])
    expect(await states()).toEqual(['active'])
    const control = await send(server(), 'POST', path, { body: rotation() })
    expect(control.status).toBe(201)
    expect((await states()).sort()).toEqual(['active', 'revoked'])
  })

  it.each(middlewares)('%s does not either when the body has no length', async (_what, middleware) => {
    const lines = [
      `Authorization: ${credentials}`,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      '',
      `${rotation().length.toString(16)}\r\n${rotation()}\r\n0`,
    ]
    const post = (handler: RequestHandler[]) =>
      rawRequest(server(...handler), lines, 'POST /admin/projects/shop/keys/rotate HTTP/1.1')
    expect(await post([middleware])).toMatchObject({ status: 400 })
    expect(await states()).toEqual(['active'])
    expect(await post([])).toMatchObject({ status: 201 })
  })

  it.each([
    ['nothing comes before', []],
    ['express.json() comes before', [express.json()]],
    [
      'somebody reads along',
      [
        (req: IncomingMessage, _: unknown, next: () => void) => {
          req.on('data', () => 0)
          next()
        },
      ],
    ],
    ['a reader without an end of its own comes before', [reading()]],
  ] as [string, RequestHandler[]][])('leaves an empty body what it is, when %s', async (_what, before) => {
    const path = '/projects/shop/keys/rotate'
    expect((await send(server(...before), 'POST', path)).status).toBe(201)
  })

  it('parses it as an empty object is believed when that was all there was', async () => {
    const path = '/projects/shop/keys/rotate'
    expect((await send(server(express.json()), 'POST', path, { body: '{}' })).status).toBe(201)
    const lost = await send(server(express.json()), 'POST', path, { body: '{      }' })
    expect(lost.status).toBe(400)
  })
})
