import { describe, expect, it } from '@jest/globals'
import type { RequestHandler } from 'express'
import { connect, createServer } from 'node:http2'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import request from 'supertest'
import { tokenEndpoint, tokenRoute } from '../../../lib/customer/index.js'
import { expresses } from '../../helpers/express.js'
import { openServer } from '../../helpers/server.js'
import { claimsOf, honestHeaders, host, page, signer, type Reply } from './faces.js'

const serve = openServer()
const authorize = () => ({ subject: 'user-7', scope: ['portal:read', 'portal:write'] })
const options = { signer, authorize }
const wished = '{"scope":"portal:read"}'

describe.each(expresses)('in %s, a token endpoint', (_, express) => {
  async function behind(parser: RequestHandler, body = wished) {
    const app = express()
    app.use(parser)
    app.post('/token', tokenEndpoint(options))
    const { status, body: answer } = (await request(serve(app))
      .post('/token')
      .set(honestHeaders)
      .send(body)) as { status: number; body: { code?: string } }
    return status === 200 ? claimsOf({ body: answer } as unknown as Reply).scope : answer.code
  }

  it.each<[string, RequestHandler]>([
    ['express.json()', express.json()],
    ['express.text()', express.text({ type: '*/*' })],
    ['express.raw()', express.raw({ type: '*/*' })],
    ['express.urlencoded(), which leaves other bodies alone', express.urlencoded({ extended: false })],
  ])('reads the wish behind %s', async (_name, parser) => {
    expect(await behind(parser)).toBe('portal:read')
  })

  it('refuses a body that somebody has read and not kept, and does not take it for no wish', async () => {
    const swallow: RequestHandler = (req, _res, next) => {
      req
        .on('end', () => {
          next()
        })
        .resume()
    }
    expect(await behind(swallow)).toBe('request_malformed')
  })

  it('measures what was parsed before, too', async () => {
    expect(await behind(express.json(), `{"scope":"${'a'.repeat(5_000)}"}`)).toBe('request_malformed')
  })
})

describe('a token route', () => {
  const post = (body: string | ReadableStream<Uint8Array>, init: RequestInit = {}) =>
    new Request(`https://${host}/token`, { method: 'POST', headers: honestHeaders, body, ...init })
  const route = tokenRoute(options)

  it('refuses a body that somebody has read before', async () => {
    const asked = post(wished)
    await asked.text()
    const answer = await route(asked)
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'request_malformed' }),
    ])
  })

  it('reads a body that comes in pieces, and no more of a long one than it takes', async () => {
    let pulled = 0
    const pieces = (count: number) =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled++
          if (pulled > count) controller.close()
          else
            controller.enqueue(
              new TextEncoder().encode(pulled === 1 ? '{' : pulled === count ? '}' : ' '.repeat(1_000)),
            )
        },
      })
    expect((await route(post(pieces(4), { duplex: 'half' }))).status).toBe(200)
    pulled = 0
    expect((await route(post(pieces(1_000_000), { duplex: 'half' }))).status).toBe(400)
    expect(pulled).toBeLessThan(10)
  })

  it('takes the host of the address, where the runtime has no Host header', async () => {
    const headers = { origin: page, 'content-type': 'application/json' }
    expect((await route(post(wished, { headers }))).status).toBe(200)
    const elsewhere = { ...headers, origin: 'https://evil.example' }
    expect((await route(post(wished, { headers: elsewhere }))).status).toBe(403)
  })
})

it('a token endpoint takes the host from :authority in HTTP/2', async () => {
  const endpoint = tokenEndpoint(options)
  const server = createServer((req, res) => {
    endpoint(req as never, res as never)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  try {
    const ask = async (origin: string) => {
      const stream = client.request({
        ':method': 'POST',
        ':path': '/token',
        ':authority': host,
        origin,
        'content-type': 'application/json',
      })
      stream.end(wished)
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
      return [headers[':status'], (JSON.parse(await text(stream)) as { code?: string }).code]
    }
    expect(await ask(page)).toEqual([200, undefined])
    expect(await ask('https://evil.example')).toEqual([403, 'foreign_origin'])
  } finally {
    client.close()
    server.close()
  }
})
