import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import express5, { type RequestHandler } from 'express'
import request from 'supertest'
import { gzipSync } from 'node:zlib'
import { projectAdmin } from '../../lib/registry/index.js'
import { adminApp, credentials, operator, send } from '../helpers/admin.js'
import { expresses } from '../helpers/express.js'
import { managed, type ManagedPlatform } from '../helpers/registry.js'
import { openServer, rawText } from '../helpers/server.js'

const serve = openServer()
const before = Object.getOwnPropertyNames(Object.prototype)
let platform: ManagedPlatform

beforeEach(async () => {
  platform = managed()
  await platform.registry.createProject({ id: 'shop' }, { by: operator })
})
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

const records = async () => (await platform.registry.listAudit()).records.length

/** Members named like indices. */
function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `"${index}":0`).join()
}

const odd: [what: string, body: string | Buffer][] = [
  ['a member __proto__', '{"id":"x","__proto__":{"polluted":true}}'],
  ['an escaped __proto__', '{"id":"x","\\u005f_proto__":{"polluted":true}}'],
  ['a deep __proto__', '{"id":"x","metadata":{"a":[{"__proto__":{"polluted":true}}]}}'],
  ['a member twice', '{"id":"x","id":"y"}'],
  ['a list', '[{"id":"x"}]'],
  ['null', 'null'],
  ['a string', '"x"'],
  ['half an object', '{"id":"x"'],
  ['something after the object', '{"id":"x"}{}'],
  ['a byte order mark', '\ufeff{"id":"x"}'],
  ['bad UTF-8', Buffer.from('7b226964223a22ff227d', 'hex')],
  ['UTF-16', Buffer.from('{"id":"x"}', 'utf16le')],
  ['great depth', `{"id":"x","metadata":${'{"a":'.repeat(50)}1${'}'.repeat(50)}}`],
  ['more names of indices than are read', `{"id":"x","metadata":{${numbered(101)}}}`],
  ['more values than are read', `{"id":"x","metadata":{"a":[${Array(5000).fill(0).join()}]}}`],
  ['very great depth', `{"id":"x","metadata":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
]

const post = (app: Parameters<typeof serve>[0]) =>
  request(serve(app))
    .post('/admin/projects')
    .set('authorization', credentials)
    .type('application/json')
    .serialize((body) => body as string)

describe.each(expresses)('in %s', (_name, express) => {
  it.each(odd)('a body with %s is refused', async (_what, body) => {
    const { app } = adminApp(platform.registry, {}, express)
    const answer = await post(app).send(body as string)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'body_malformed' })
    expect(await records()).toBe(1)
  })

  it.each(odd)('and no worse when express.json() came before: %s', async (what, body) => {
    const app = express()
    app.use(express.json(), adminApp(platform.registry).app as RequestHandler)
    const answer = await post(app).send(body as string)
    // The parser that came before has dropped these without a word; what is left is a good body. Of bad UTF-8 a bad id is left.
    const mended = ['a member twice', 'a byte order mark'].includes(what)
    expect(answer.status).toBe(mended ? 201 : 400)
    expect(await records()).toBe(mended ? 2 : 1)
  })

  it.each([express.json(), express.raw({ type: '*/*' }), express.text({ type: '*/*' })])(
    'a good body passes, whoever has read it before',
    async (parser) => {
      const app = express()
      app.use(parser, adminApp(platform.registry).app as RequestHandler)
      expect((await post(app).send('{"id":"new"}')).status).toBe(201)
      expect((await post(app)).status).toBe(201)
    },
  )

  it('a form that another parser has read is none', async () => {
    const app = express()
    app.use(express.urlencoded({ extended: true }), adminApp(platform.registry).app as RequestHandler)
    const answer = await post(app).type('form').send('id=new')
    expect(answer.status).toBe(415)
  })
})

describe('a huge body', () => {
  const largest = (size: number) => {
    const text = (filler: string) => `{"reason":"x","nothing":"${filler}"}`
    return text('x'.repeat(size - text('').length))
  }

  it.each([65_537, 1_000_000])('of %d bytes is refused, with its length and without', async (size) => {
    const { app } = adminApp(platform.registry)
    const answer = await send(serve(app), 'POST', '/projects/shop/suspend', { body: largest(size) })
    expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([
      413,
      'body_too_large',
    ])
    const head = [
      'POST /admin/projects HTTP/1.1',
      'Host: x',
      'Connection: close',
      `Authorization: ${credentials}`,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    ]
    // Does not end: the answer must not wait for that.
    const chunk = `${size.toString(16)}\r\n${largest(size)}\r\n`
    const chunked = await rawText(serve(app), [...head, '', chunk].join('\r\n'))
    expect(chunked).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n/)
    expect(await records()).toBe(1)
  })

  it('of 65,536 bytes is read', async () => {
    const { app } = adminApp(platform.registry)
    const answer = await send(serve(app), 'POST', '/projects/shop/suspend', { body: largest(65_536) })
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('unknown option')])
  })

  it('is refused, too, when a parser that allows more has read it before', async () => {
    const app = express5()
    app.use(express5.json({ limit: '1mb' }), adminApp(platform.registry).app as RequestHandler)
    expect((await send(serve(app), 'POST', '/projects', { body: largest(65_537) })).status).toBe(413)
  })

  it('that is compressed is not even read', async () => {
    const { app } = adminApp(platform.registry)
    const answer = await request(serve(app))
      .post('/admin/projects')
      .set({ authorization: credentials, 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .send(gzipSync('{"id":"new"}'))
    expect(answer.status).toBe(415)
    expect(await records()).toBe(1)
  })
})

it('a body that breaks off leaves nothing behind', async () => {
  const { app, errors } = adminApp(platform.registry)
  const watched = express5()
  const closed = new Promise<void>((resolve) => {
    watched.use((req, _res, next) => {
      req.once('data', () => {
        setImmediate(() => req.socket.destroy())
      })
      req.once('close', resolve)
      next()
    }, app as RequestHandler)
  })
  const head = `Host: x\r\nAuthorization: ${credentials}\r\nContent-Type: application/json\r\nContent-Length: 50`
  const answer = await rawText(serve(watched), `POST /admin/projects HTTP/1.1\r\n${head}\r\n\r\n{"id"`)
  await closed
  expect([answer, errors]).toEqual(['', []])
  expect(await records()).toBe(1)
})

it.each([
  ['/projects/%ff', 400],
  ['/projects/', 400],
  ['/projects/shop%2Fkeys', 404],
  ['/projects/__proto__', 404],
  ['/projects/constructor/keys', 404],
  ['/projects/shop/', 404],
  ['//projects', 404],
  ['/projects?limit=1&limit=2', 400],
  ['/projects?limit=0x10', 400],
  ['/projects?limit=501', 400],
  ['/projects?__proto__=1', 400],
  ['/audit?before=-1', 400],
  ['/audit?before=99999999999999999999', 400],
])('GET %s is answered %d', async (path, status) => {
  const { app, errors } = adminApp(platform.registry)
  const answer = await send(serve(app), 'GET', path)
  expect([answer.status, errors]).toEqual([status, []])
  expect(answer.headers['content-type']).toBe('application/problem+json')
})

it('no project is made whose address a client would take for another', async () => {
  const { app } = adminApp(platform.registry)
  for (const id of ['.', '..']) {
    expect((await send(serve(app), 'POST', '/projects', { body: { id } })).status).toBe(400)
  }
  expect((await send(serve(app), 'POST', '/projects', { body: { id: '...' } })).status).toBe(201)
})

it('is at home without Express, too', async () => {
  const admin = projectAdmin({ registry: platform.registry, authorize: () => ({ by: operator }) })
  const answer = await request(serve(admin)).get('/projects/shop')
  expect([answer.status, (answer.body as { id: string }).id]).toEqual([200, 'shop'])
})
