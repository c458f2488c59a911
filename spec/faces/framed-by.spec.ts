import { describe, expect, it, jest } from '@jest/globals'
import helmet from 'helmet'
import type { ServerResponse } from 'node:http'
import request from 'supertest'
import { framedBy, type FramedByOptions, type OriginSource } from '../../lib/index.js'
import { expresses } from '../helpers/express.js'
import { openServer, rawRequest } from '../helpers/server.js'

const home = 'https://shop.example'
const known = new Set([home])
const serve = openServer()
const fromShop = { Referer: `${home}/`, 'Sec-Fetch-Site': 'cross-site' }
const withinFrame = { Referer: 'https://platform.example/portal', 'Sec-Fetch-Site': 'same-origin' }

/** What node:http answers behind the middleware, however the handler writes. */
async function ask(
  headers: Readonly<Record<string, string>>,
  {
    source = known,
    options = {},
    write = (res) => res.end('portal'),
  }: { source?: OriginSource; options?: FramedByOptions; write?: (res: ServerResponse) => unknown } = {},
) {
  const middleware = framedBy(source, options)
  const app = serve((req, res) => {
    middleware(req, res, () => write(res))
  })
  return request(app).get('/portal').set(headers)
}

it('is a named function of three parameters, which is how Express knows it', () => {
  const middleware = framedBy(known)
  expect([middleware.name, middleware.length]).toEqual(['framedBy', 3])
})

it('names the page that frames, and no other', async () => {
  const { headers } = await ask(fromShop, { source: new Set([home, 'https://other.example']) })
  expect(headers).toMatchObject({
    'content-security-policy': `frame-ancestors ${home}`,
    'cross-origin-opener-policy': 'unsafe-none',
    vary: 'Referer, Sec-Fetch-Site',
  })
})

it('lists the frames around the page behind it, and where the page is unknown lists none', async () => {
  const options = { ancestors: ['https://suite.example', 'http://suite.localhost:8080'] }
  const shown = await ask(fromShop, { options })
  expect(shown.headers['content-security-policy']).toBe(
    `frame-ancestors ${home} https://suite.example http://suite.localhost:8080`,
  )
  const refused = await ask({ Referer: 'https://suite.example/' }, { options })
  expect(refused.headers['content-security-policy']).toBe("frame-ancestors 'none'")
})

it('says nothing of frames where a document of the platform navigates within the frame', async () => {
  const { headers } = await ask(withinFrame)
  // Empty and not absent: a 304 changes only headers that it has.
  expect(headers['content-security-policy']).toBe('')
  expect(headers['cross-origin-opener-policy']).toBe('unsafe-none')
})

it.each(['same-site', 'cross-site', 'none', 'Same-Origin', 'same-origin, same-origin', ''])(
  'takes Sec-Fetch-Site %j for another page',
  async (site) => {
    const { headers } = await ask({ ...withinFrame, 'Sec-Fetch-Site': site })
    expect(headers['content-security-policy']).toBe("frame-ancestors 'none'")
  },
)

it('lets nobody frame where there are two Referers', async () => {
  const middleware = framedBy(known)
  const app = serve((req, res) => {
    middleware(req, res, () => res.end())
  })
  for (const second of ['https://evil.example/', `${home}/`]) {
    const { headers } = await rawRequest(app, [`Referer: ${home}/`, `Referer: ${second}`])
    expect(headers).toContainEqual(['content-security-policy', "frame-ancestors 'none'"])
  }
})

describe.each(expresses)('%s', (_, express) => {
  const defaults = helmet.contentSecurityPolicy.getDefaultDirectives()
  const others = Object.keys(defaults).filter((name) => name !== 'frame-ancestors')

  const answerOf = async (
    order: 'before' | 'behind' | 'without',
    headers: Readonly<Record<string, string>>,
    path = '/portal',
  ) => {
    const app = express()
    app.set('env', 'test')
    if (order === 'before') app.use(framedBy(known))
    if (order !== 'without') app.use(helmet())
    if (order !== 'before') app.use(framedBy(known))
    app.get('/portal', (_req, res) => {
      res.vary('Accept-Encoding').send('portal')
    })
    app.get('/defect', () => {
      throw new Error('of the handler')
    })
    return request(serve(app)).get(path).set(headers)
  }
  const directives = (policy: unknown) => (policy as string).split(';').map((text) => text.trim())
  const names = (policy: unknown) => directives(policy).map((directive) => directive.split(' ')[0])

  it.each(['before', 'behind'] as const)('goes with helmet, mounted %s it', async (order) => {
    const { headers } = await answerOf(order, fromShop)
    const policy = headers['content-security-policy']
    expect(names(policy).sort()).toEqual([...others, 'frame-ancestors'].sort())
    expect(directives(policy)).toContain(`frame-ancestors ${home}`)
    expect(directives(policy)).toContain("default-src 'self'")
    expect(headers['x-frame-options']).toBeUndefined()
    expect(headers['cross-origin-opener-policy']).toBe('unsafe-none')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers.vary).toBe('Accept-Encoding, Referer, Sec-Fetch-Site')
  })

  it.each(['before', 'behind'] as const)(
    "takes helmet's frame-ancestors away within the frame, mounted %s it",
    async (order) => {
      const { headers } = await answerOf(order, withinFrame)
      expect(names(headers['content-security-policy']).sort()).toEqual([...others].sort())
      expect(headers['x-frame-options']).toBeUndefined()
    },
  )

  it('goes without helmet', async () => {
    const { headers } = await answerOf('without', fromShop)
    expect(headers['content-security-policy']).toBe(`frame-ancestors ${home}`)
  })

  it.each(['before', 'behind', 'without'] as const)(
    'lets a page of an error be framed no further, %s helmet',
    async (order) => {
      const log = jest.spyOn(console, 'error').mockImplementation(() => undefined)
      for (const path of ['/defect', '/unknown']) {
        const known = await answerOf(order, fromShop, path)
        expect(known.status).toBe(path === '/defect' ? 500 : 404)
        // Express takes all headers away, and sets a policy of its own.
        expect(directives(known.headers['content-security-policy'])).toEqual([
          "default-src 'none'",
          `frame-ancestors ${home}`,
        ])
        const { headers } = await answerOf(order, { Referer: 'https://evil.example/' }, path)
        expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      }
      log.mockRestore()
    },
  )
})

describe('a source that cannot say', () => {
  const failed = async (has: unknown) => {
    const middleware = framedBy({ has } as never)
    const next = jest.fn()
    const app = serve((req, res) => {
      middleware(req, res, (error) => {
        next(error)
        res.statusCode = 500
        res.end()
      })
    })
    const { headers } = await request(app).get('/portal').set(fromShop)
    expect(headers['content-security-policy']).toBe("frame-ancestors 'none'")
    expect(next).toHaveBeenCalledTimes(1)
    return next.mock.calls[0]?.[0]
  }

  it('hands on what it throws, and lets nobody frame', async () => {
    const error = new Error('away')
    const thrower = (thrown: unknown) => () => {
      throw thrown
    }
    expect(await failed(thrower(error))).toBe(error)
    expect(await failed(thrower(undefined))).toEqual(new Error('framedBy: origins.has threw nothing'))
  })

  it.each([
    ['a promise', () => Promise.resolve(true)],
    ['a promise that rejects', () => Promise.reject(new Error('away'))],
    ['nothing', () => undefined],
  ])('is told so when it returns %s', async (_, has) => {
    expect(await failed(has)).toEqual(
      new TypeError('framedBy: origins.has must return true or false, and at once'),
    )
  })
})

describe('options', () => {
  const origins = 'framedBy: origins must be an object with has(origin)'
  it.each([
    [undefined, origins],
    [[home], origins],
    [{ has: () => true, framing: known }, 'give its framing: framedBy(origins.framing)'],
  ])('need a source of listed origins, not %j', (source, message) => {
    expect(() => framedBy(source as never)).toThrow(message)
    expect(() => framedBy(source as never)).toThrow(TypeError)
  })

  const list = 'framedBy: ancestors must be a list of origins as browsers write them'
  it.each([
    [{ ancestor: [home] }, 'unknown option "ancestor". Did you mean "ancestors"?'],
    [{ ancestors: undefined }, 'ancestors is undefined'],
    [{ ancestors: home }, list],
    [{ ancestors: Array(1) }, list],
    [{ ancestors: ["'self'"] }, list],
    [{ ancestors: ['*'] }, list],
    [{ ancestors: ['https://*.suite.example'] }, list],
    [{ ancestors: ['https://suite.example/'] }, list],
    [{ ancestors: ['https://suite.example; script-src *'] }, list],
    [{ ancestors: ['http://suite.example'] }, list],
    [{ ancestors: ['null'] }, list],
    [{ ancestors: ['app://suite'] }, list],
  ])('refuse %j', (options, message) => {
    expect(() => framedBy(known, options as never)).toThrow(message)
    expect(() => framedBy(known, options as never)).toThrow(TypeError)
  })

  it('are not changed by what becomes of the list', async () => {
    const ancestors = ['https://suite.example']
    const middleware = framedBy(known, { ancestors })
    ancestors.push('https://evil.example')
    const app = serve((req, res) => {
      middleware(req, res, () => res.end())
    })
    const { headers } = await request(app).get('/').set(fromShop)
    expect(headers['content-security-policy']).toBe(`frame-ancestors ${home} https://suite.example`)
  })

  it('of the first one decide, where there are two', async () => {
    const [first, second] = [framedBy(known), framedBy(new Set<string>())]
    const app = serve((req, res) => {
      first(req, res, () => {
        second(req, res, () => res.end())
      })
    })
    const { headers } = await request(app).get('/').set(fromShop)
    expect(headers['content-security-policy']).toBe(`frame-ancestors ${home}`)
    expect(headers.vary).toBe('Referer, Sec-Fetch-Site')
  })
})
