import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import cors from 'cors'
import express, { type RequestHandler } from 'express'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import request from 'supertest'
import { corsFor, problemDetails, reverseJwt } from '../../lib/index.js'
import { platform } from '../helpers/platform.js'
import { openServer } from '../helpers/server.js'

const home = 'https://shop.example'
const other = 'https://other.example'
const evil = 'https://evil.example'
const serve = openServer()

/** A public answer beside the protected one: who may cache it needs no token to poison it. */
function platformWith(allow: RequestHandler) {
  const app = express()
  app.use(allow)
  app.get('/catalogue', (_req, res) => {
    res.set('Cache-Control', 'public, max-age=60').json({ plans: ['gold'] })
  })
  app.get('/portal', reverseJwt(platform().options))
  return app.use(problemDetails())
}

interface Kept {
  readonly vary: readonly string[]
  readonly asked: IncomingMessage['headers']
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A shared cache in front of a platform, as RFC 9111 section 4.1 wants it: Vary decides which request an answer is for. */
class SharedCache {
  private readonly kept = new Map<string, Kept[]>()
  private readonly origin: Server
  readonly server: Server

  constructor(origin: Server) {
    this.origin = origin
    this.server = createServer((req, res) => {
      const { url = '', headers } = req
      const fits = ({ vary, asked }: Kept) => vary.every((name) => asked[name] === headers[name])
      const hit = this.kept.get(url)?.find(fits)
      const answer = hit ? Promise.resolve(hit) : this.fetch(url, headers)
      void answer.then((found) => {
        res.writeHead(found.status, { ...found.headers, 'x-cache': hit ? 'hit' : 'miss' }).end(found.body)
      })
    })
  }

  private fetch(path: string, asked: IncomingMessage['headers']): Promise<Kept> {
    const { port } = this.origin.address() as AddressInfo
    return new Promise((resolve, reject) => {
      get({ port, path, headers: asked }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const { headers, statusCode: status = 0 } = answer
          const vary = (headers.vary ?? '').toLowerCase().split(/, */).filter(Boolean)
          const kept = { vary, asked, status, headers, body: Buffer.concat(chunks).toString() }
          const mayKeep = headers['cache-control']?.includes('public') === true
          if (mayKeep) this.kept.set(path, [...(this.kept.get(path) ?? []), kept])
          resolve(kept)
        })
      }).on('error', reject)
    })
  }
}

let cache: SharedCache
beforeAll(async () => {
  cache = new SharedCache(serve(express()))
  await new Promise<void>((resolve) => cache.server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  cache.server.closeAllConnections()
  cache.server.close()
})

/** What a page of an origin may read of an answer, through the cache. */
async function read(origin: string | undefined, path: string) {
  const call = request(cache.server).get(path)
  const { headers } = await (origin === undefined ? call : call.set('Origin', origin))
  const allowed = headers['access-control-allow-origin']
  return {
    readable: allowed === origin && origin !== undefined,
    allowed,
    cached: headers['x-cache'] === 'hit',
  }
}

let number = 0
/** A page that no test has asked for before. */
const fresh = () => `/catalogue?${++number}`

describe('behind corsFor', () => {
  beforeEach(() => {
    serve(platformWith(corsFor(new Set([home, other]))))
  })

  it.each([
    ['a stranger', evil],
    ['nobody in particular', undefined],
    ['another customer', other],
    ['a sandboxed frame', 'null'],
  ])('I ask first, as %s, and the honest page can read its answer all the same', async (_, first) => {
    const path = fresh()
    await read(first, path)
    expect(await read(home, path)).toEqual({ readable: true, allowed: home, cached: false })
    // The control: it is a cache.
    expect(await read(home, path)).toEqual({ readable: true, allowed: home, cached: true })
  })

  it('I ask after the honest page, and do not get its answer', async () => {
    const path = fresh()
    await read(home, path)
    for (const origin of [evil, undefined, 'null'])
      expect(await read(origin, path)).toMatchObject({ readable: false, allowed: undefined, cached: false })
    expect(await read(other, path)).toMatchObject({ readable: true, allowed: other })
  })

  it('I have a refusal kept, and it is not', async () => {
    for (const origin of [evil, home, home])
      expect(await read(origin, '/portal')).toMatchObject({ readable: origin === home, cached: false })
  })
})

it('I do it to a platform that leaves Vary out for strangers', async () => {
  const allow = cors({
    origin: (origin, done) => {
      done(null, origin === home)
    },
  })
  serve(platformWith(allow))
  const path = fresh()
  await read(evil, path)
  expect(await read(home, path)).toEqual({ readable: false, allowed: undefined, cached: true })
})
