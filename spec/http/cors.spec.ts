import { describe, expect, it, jest } from '@jest/globals'
import cors from 'cors'
import type { RequestHandler } from 'express'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import passport from 'passport'
import request from 'supertest'
import { corsFor, problemDetails, projectOf, reverseJwt, ReverseJwtStrategy } from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { expectAnswer } from '../helpers/refusals.js'
import { openServer, rawRequest } from '../helpers/server.js'

const serve = openServer()
const home = 'https://shop.example'
const evil = 'https://evil.example'
const known = new Set([home, 'http://localhost:4001'])

type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void

/** The same said in the words of the package that is compared with. */
const reference = cors({
  // With this a stranger's answer varies, too.
  origin: (origin, allow) => {
    allow(null, origin !== undefined && known.has(origin) ? [origin] : [])
  },
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type', 'DPoP'],
  exposedHeaders: ['WWW-Authenticate', 'Retry-After', 'DPoP-Nonce'],
  maxAge: 7200,
})

/** Whatever comes through is answered like this. */
const handler = (_: IncomingMessage, res: ServerResponse) => {
  res.statusCode = 200
  res.end('through')
}

const hosts: readonly (readonly [string, (middleware: Middleware) => RequestListener])[] = [
  ...expresses.map(
    ([name, express]) =>
      [name, (middleware: Middleware) => express().use(middleware as RequestHandler, handler)] as const,
  ),
  [
    'node:http',
    (middleware) => (req, res) => {
      middleware(req, res, () => {
        handler(req, res)
      })
    },
  ],
]

interface Seen {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** cors says to everyone, and on every answer, what a page may read. */
function withoutExposed(seen: Seen): Seen {
  const { 'access-control-expose-headers': exposed, ...headers } = seen.headers
  expect(exposed).toHaveLength(3)
  return { ...seen, headers }
}

/** What both say of one request; lists as sets, since spaces in them mean nothing. */
async function both(host: (middleware: Middleware) => RequestListener, method: string, headers: object) {
  const seen: Seen[] = []
  for (const middleware of [corsFor(known) as unknown as Middleware, reference]) {
    const call = request(serve(host(middleware)))
      [method.toLowerCase() as 'get']('/')
      .set({ ...headers })
    const { status, text, headers: answered } = await call
    const told = Object.entries(answered).filter(([name]) =>
      /^access-control|^vary$|^content-length$/.test(name),
    )
    const lists = told.map(([name, value]) => [name, value.split(/, ?/)])
    seen.push({ status, text, headers: Object.fromEntries(lists) as Seen['headers'] })
  }
  const [ours, theirs] = seen as [Seen, Seen]
  return { ours, theirs }
}

describe.each(hosts)('in %s', (_, host) => {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

  it.each(methods)('corsFor answers a %s as cors does', async (method) => {
    for (const origin of [home, 'http://localhost:4001', evil, 'null', 'https://Shop.example', undefined]) {
      const { ours, theirs } = await both(host, method, origin === undefined ? {} : { Origin: origin })
      // To strangers it says nothing.
      expect(ours).toEqual(known.has(String(origin)) ? theirs : withoutExposed(theirs))
      expect(ours.headers.vary).toEqual(['Origin'])
      expect(ours.headers['access-control-allow-origin']).toEqual(
        known.has(String(origin)) ? [origin] : undefined,
      )
    }
  })

  it.each(methods)('corsFor answers a preflight for %s as cors does', async (method) => {
    const asks = {
      'Access-Control-Request-Method': method,
      'Access-Control-Request-Headers': 'authorization',
    }
    const { ours, theirs } = await both(host, 'OPTIONS', { Origin: home, ...asks })
    // Browsers read it on the answer itself alone.
    expect(ours).toEqual(withoutExposed(theirs))
    expect(ours.status).toBe(204)
  })

  it('corsFor differs from cors in these answers to OPTIONS', async () => {
    const asks = { 'Access-Control-Request-Method': 'GET' }
    const names = ({ headers }: Seen) =>
      Object.keys(headers).filter((name) => name.startsWith('access-control'))
    const foreign = await both(host, 'OPTIONS', { Origin: evil, ...asks })
    // cors tells strangers what pages may do.
    expect([foreign.ours.status, names(foreign.ours)]).toEqual([204, []])
    expect([foreign.theirs.status, names(foreign.theirs)]).toMatchObject([204, { length: 4 }])
    // cors ends every OPTIONS, also that of a program that asks what the route can do.
    const plain = await both(host, 'OPTIONS', { Origin: home })
    expect([plain.ours.status, plain.ours.text]).toEqual([200, 'through'])
    expect([plain.theirs.status, plain.theirs.text]).toEqual([204, ''])
    expect(plain.ours.headers['access-control-allow-origin']).toEqual([home])
  })

  it('takes two Origin headers for none that is known', async () => {
    const server = serve(host(corsFor(known)))
    for (const pair of [
      [home, home],
      [home, evil],
      [evil, home],
    ]) {
      const { headers, status } = await rawRequest(
        server,
        pair.map((origin) => `Origin: ${origin}`),
      )
      expect([status, headers.filter(([name]) => name.startsWith('access-control'))]).toEqual([200, []])
      expect(headers).toContainEqual(['vary', 'Origin'])
    }
  })
})

it('varies for strangers where cors with a callback of false does not', async () => {
  const before = cors({
    origin: (_origin, allow) => {
      allow(null, false)
    },
  })
  const answer = (middleware: Middleware) => {
    const server = createServer((req, res) => {
      middleware(req, res, () => {
        handler(req, res)
      })
    })
    return request(server).get('/').set('Origin', evil)
  }
  expect((await answer(before as Middleware)).headers).not.toHaveProperty('vary')
  expect((await answer(corsFor(known) as unknown as Middleware)).headers.vary).toBe('Origin')
})

describe.each(expresses)('before what authenticates in %s', (_, express: Express) => {
  const strategy = () => {
    const authenticator = new passport.Passport().use(new ReverseJwtStrategy(platform().options))
    const options = { session: false, failWithError: true }
    return authenticator.authenticate('reverse-jwt', options) as RequestHandler
  }
  const app = (guard: RequestHandler) => {
    const made = express()
    made.use(corsFor(known), guard, (req, res) => {
      res.vary('Accept-Encoding').json({ project: projectOf(req).id })
    })
    return made.use(problemDetails())
  }

  it.each([
    ['reverseJwt', () => reverseJwt(platform().options)],
    ['the Passport strategy', strategy],
  ])('lets a known page read what %s answers, refusals too', async (_name, guard) => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
    const server = serve(app(guard()))
    const readable = {
      'access-control-allow-origin': home,
      'access-control-expose-headers': 'WWW-Authenticate, Retry-After, DPoP-Nonce',
      vary: 'Origin',
    }
    const refused = await request(server).get('/').set('Origin', home)
    expectAnswer(refused, 'credentials_missing')
    expect(refused.headers).toMatchObject(readable)
    const accepted = await request(server).get('/').set('Origin', home).auth(mint(), { type: 'bearer' })
    expect([accepted.status, accepted.body]).toEqual([200, { project: 'shop' }])
    expect(accepted.headers).toMatchObject({ ...readable, vary: 'Origin, Accept-Encoding' })

    const foreign = await request(server).get('/').set('Origin', evil)
    expectAnswer(foreign, 'credentials_missing')
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin')
    expect(foreign.headers.vary).toBe('Origin')
    // A stranger's preflight ends here, and is no reason to tell the platform to mount CORS.
    const asks = { Origin: evil, 'Access-Control-Request-Method': 'GET' }
    expect((await request(server).options('/').set(asks)).status).toBe(204)
    expect(emitWarning).not.toHaveBeenCalled()
    emitWarning.mockRestore()
  })

  it('answers an error of the source by the error handler, to nobody who could read it', async () => {
    const failing = {
      has: () => {
        throw Object.assign(new Error('away'), { status: 503 })
      },
    }
    const made = express().set('env', 'test')
    made.use(corsFor(failing), (_req, res) => {
      res.json({})
    })
    const answer = await request(serve(made)).get('/').set('Origin', home)
    expect([answer.status, answer.headers.vary]).toEqual([503, 'Origin'])
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    // Without an Origin the source is not asked.
    expect((await request(serve(made)).get('/')).status).toBe(200)
  })
})
