import { describe, expect, it, jest } from '@jest/globals'
import helmet from 'helmet'
import type { RequestListener, ServerResponse } from 'node:http'
import request from 'supertest'
import { framedBy, type FramedByOptions, type OriginSource } from '../../lib/index.js'
import { expresses } from '../helpers/express.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
const shop = 'https://shop.example'
const known = new Set([shop, 'https://www.shop.example', 'https://other.example'])

/** A page that answers as `answer` does, behind framedBy. */
const page =
  (
    answer: (res: ServerResponse) => unknown = (res) => res.end('portal'),
    source: OriginSource = known,
    options: FramedByOptions = {},
  ): RequestListener =>
  (req, res) => {
    framedBy(source, options)(req, res, (error) => {
      if (error === undefined) answer(res)
      else res.writeHead(500).end(`${(error as Error).name}: ${(error as Error).message}`)
    })
  }

const fromShop = { Referer: `${shop}/cart?id=1`, 'Sec-Fetch-Site': 'cross-site' }
const ask = (app: RequestListener, headers: Record<string, string | string[]> = fromShop) => {
  const asked = request(serve(app)).get('/portal')
  for (const [name, value] of Object.entries(headers)) void asked.set(name, value as string)
  return asked
}
const policyOf = async (
  app: RequestListener,
  headers?: Record<string, string | string[]>,
): Promise<string | undefined> => (await ask(app, headers)).headers['content-security-policy']

it('is a named function of three parameters, which is how Express knows it', () => {
  const middleware = framedBy(known)
  expect([middleware.name, middleware.length]).toEqual(['framedBy', 3])
})

it('names the one origin that frames, and lets a popup speak to its opener', async () => {
  const { headers } = await ask(page())
  expect(headers).toMatchObject({
    'content-security-policy': `frame-ancestors ${shop}`,
    'cross-origin-opener-policy': 'unsafe-none',
    vary: 'Referer, Sec-Fetch-Site',
  })
  expect(headers).not.toHaveProperty('x-frame-options')
})

describe('nobody may frame it', () => {
  it.each<[string, Record<string, string>]>([
    ['without a Referer', {}],
    ['from an unknown page', { Referer: 'https://evil.example/' }],
    ['from a longer name', { Referer: 'https://shop.example.evil.example/' }],
    ['from another port', { Referer: 'https://shop.example:8443/' }],
    ['without TLS', { Referer: 'http://shop.example/' }],
    ['from an address that only ends like one', { Referer: 'https://evil.example/?https://shop.example/' }],
    ['from a name before a host', { Referer: 'https://shop.example@evil.example/' }],
    ['from no address', { Referer: 'shop.example' }],
    ['from null', { Referer: 'null' }],
    ['from a file', { Referer: 'file:///home/page.html' }],
    [
      'from another page of its own site',
      { Referer: 'https://evil.example/', 'Sec-Fetch-Site': 'same-site' },
    ],
    ['where two values were joined', { 'Sec-Fetch-Site': 'same-origin, same-origin' }],
    ['where nobody says from where', { 'Sec-Fetch-Site': 'none' }],
  ])('%s', async (_, headers) => {
    expect(await policyOf(page(), headers)).toBe("frame-ancestors 'none'")
  })
})

it('leaves the frame as it is to a page of its own that navigates in it', async () => {
  const within = { Referer: 'https://evil.example/', 'Sec-Fetch-Site': 'same-origin' }
  const { headers } = await ask(page(), within)
  expect(headers).toMatchObject({
    // Also in a 304, after which the one in the cache is no more.
    'content-security-policy': '',
    'cross-origin-opener-policy': 'unsafe-none',
    vary: 'Referer, Sec-Fetch-Site',
  })
})

it('adds the frames that stand around the one that frames', async () => {
  const ancestors = ['https://suite.example', 'https://office.example']
  const app = page(undefined, known, { ancestors })
  expect(await policyOf(app)).toBe(`frame-ancestors ${shop} ${ancestors.join(' ')}`)
  expect(await policyOf(app, {})).toBe("frame-ancestors 'none'")
})

describe('of what others say', () => {
  const name = 'Content-Security-Policy'
  const own = `frame-ancestors ${shop}`

  it.each<[string, string | string[], string]>([
    [
      'other directives stay',
      "default-src 'self';script-src 'self' https:",
      `default-src 'self'; script-src 'self' https:; ${own}`,
    ],
    ['their frame-ancestors go', "frame-ancestors 'self'; img-src *", `img-src *; ${own}`],
    ['they go however they are written', " Frame-Ancestors\t'self' ; FRAME-ANCESTORS *;", own],
    [
      'directives that begin like it stay',
      'frame-ancestors-x a; frame-src b',
      `frame-ancestors-x a; frame-src b; ${own}`,
    ],
    [
      'each policy of a line stays',
      "img-src *, frame-ancestors *; font-src 'none', frame-ancestors *",
      `img-src *; ${own}, font-src 'none'`,
    ],
    [
      'each line stays',
      ["default-src 'self'; frame-ancestors 'none'", 'img-src *'],
      `default-src 'self'; ${own}, img-src *`,
    ],
    ['nothing stays of nothing', '', own],
  ])('%s', async (_, present, expected) => {
    const set = page((res) => res.setHeader(name, present).end())
    expect(await policyOf(set)).toBe(expected)
  })

  it('the same goes where it names nobody, and where it says nothing', async () => {
    const set = page((res) => res.setHeader(name, "img-src *; frame-ancestors 'self'").end())
    expect(await policyOf(set, {})).toBe("img-src *; frame-ancestors 'none'")
    expect(await policyOf(set, { 'Sec-Fetch-Site': 'same-origin' })).toBe('img-src *')
    const alone = page((res) => res.setHeader(name, "frame-ancestors 'self'").end())
    expect(await policyOf(alone, { 'Sec-Fetch-Site': 'same-origin' })).toBe('')
  })

  it('what only reports stays, and so does what else the answer depends on', async () => {
    const report = "frame-ancestors 'none'; report-to all"
    const app = page((res) =>
      res
        .setHeader('Content-Security-Policy-Report-Only', report)
        .setHeader('Vary', ['Accept', 'referer'])
        .end(),
    )
    expect((await ask(app)).headers).toMatchObject({
      'content-security-policy-report-only': report,
      vary: 'Accept, referer, Sec-Fetch-Site',
    })
  })
})

describe('however an answer is written', () => {
  const theirs = {
    'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'",
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
  }

  it.each<[string, (res: ServerResponse) => unknown]>([
    ['with headers at once', (res) => res.writeHead(200, theirs).end()],
    ['with headers at once, as a list', (res) => res.writeHead(200, Object.entries(theirs).flat()).end()],
    ['with a reason and headers', (res) => res.writeHead(200, 'Fine', theirs).end()],
    ['with headers that were set', (res) => res.setHeaders(new Map(Object.entries(theirs))).end()],
    ['in pieces', (res) => (res.setHeaders(new Map(Object.entries(theirs))).write('a'), res.end('b'))],
    ['headers first', (res) => (res.setHeaders(new Map(Object.entries(theirs))).flushHeaders(), res.end())],
  ])('%s', async (_, answer) => {
    const { headers } = await ask(page(answer))
    expect(headers).toMatchObject({
      'content-security-policy': `default-src 'self'; frame-ancestors ${shop}`,
      'cross-origin-opener-policy': 'unsafe-none',
    })
    expect(headers).not.toHaveProperty('x-frame-options')
  })
})

describe.each(expresses)('in %s with helmet', (_, express) => {
  it.each<[string, boolean]>([
    ['before it', true],
    ['after it', false],
  ])('%s, all else that helmet says stays', async (_, isFirst) => {
    const app = express()
    if (isFirst) app.use(helmet())
    app.use('/portal', framedBy(known))
    if (!isFirst) app.use(helmet())
    app.get('/portal', (_req, res) => {
      res.send('portal')
    })
    app.get('/other', (_req, res) => {
      res.send('other')
    })
    const plain = (await request(serve(app)).get('/other')).headers as Record<string, string>
    const { headers } = (await ask(app)) as { headers: Record<string, string> }
    const policy = plain['content-security-policy']
      ?.replace("frame-ancestors 'self';", '')
      .replaceAll(';', '; ')
    expect(headers['content-security-policy']).toBe(`${policy}; frame-ancestors ${shop}`)
    expect(headers['cross-origin-opener-policy']).toBe('unsafe-none')
    const changed =
      /^(content-security-policy|cross-origin-opener-policy|x-frame-options|vary|date|etag|content-length)$/
    const rest = (all: Record<string, string>) => Object.entries(all).filter(([name]) => !changed.test(name))
    expect(rest(headers)).toEqual(rest(plain))
    expect(plain['x-frame-options']).toBe('SAMEORIGIN')
  })
})

it('lets the Referer of the frame go on over a redirect', async () => {
  const app = page((res) =>
    res.writeHead(301, { Location: '/portal/', 'Referrer-Policy': 'no-referrer' }).end(),
  )
  expect((await ask(app)).headers).not.toHaveProperty('referrer-policy')
  const other = page((res) => res.setHeader('Referrer-Policy', 'no-referrer').end())
  expect((await ask(other)).headers).toMatchObject({ 'referrer-policy': 'no-referrer' })
})

it('names the same in the answer that takes the place of one that could not be written', async () => {
  const app = page((res) => {
    try {
      res.writeHead(9_999)
    } catch {
      res.writeHead(500).end()
    }
  })
  expect((await ask(app)).headers).toMatchObject({ 'content-security-policy': `frame-ancestors ${shop}` })
})

describe('a source that cannot be asked', () => {
  it.each<[string, OriginSource, unknown]>([
    [
      'that throws',
      {
        has: () => {
          throw new Error('away')
        },
      },
      'Error: away',
    ],
    [
      'that throws nothing',
      {
        has: () => {
          throw undefined as unknown as Error
        },
      },
      'Error: framedBy: origins.has threw nothing',
    ],
    [
      'that promises',
      { has: () => Promise.reject(new Error('late')) as never },
      'TypeError: framedBy: origins.has must return true or false, and at once',
    ],
  ])('%s is an error, and no page is shown', async (_, source, text) => {
    const { status, text: said, headers } = await ask(page(undefined, source))
    expect([status, said]).toEqual([500, text])
    expect(headers).toMatchObject({ 'content-security-policy': "frame-ancestors 'none'" })
  })

  it('is not asked for what is no origin', async () => {
    const has = jest.fn(() => true)
    const app = page(undefined, { has })
    for (const Referer of ["https://a;script-src'self'/", 'https://a,b/', 'data:,', 'x'.repeat(9_000)])
      await ask(app, { Referer })
    expect(has).not.toHaveBeenCalled()
  })
})

it.each<[unknown[], string]>([
  [[], 'framedBy: origins must be an object with has(origin), such as a Set'],
  [[[shop]], 'framedBy: origins must be an object with has(origin), such as a Set'],
  [
    [{ has: () => true, framing: known }],
    'framedBy: origins may have pages that no project lists; give origins.framing',
  ],
  [[known, { ancestors: ['https://suite.example/'] }], 'framedBy: ancestors has an entry'],
  [[known, { ancestors: ["'self'"] }], 'framedBy: ancestors has an entry'],
  [[known, { ancestor: [shop] }], 'framedBy: unknown option "ancestor"'],
])('refuses %p', (given, text) => {
  expect(() => framedBy(...(given as Parameters<typeof framedBy>))).toThrow(TypeError)
  expect(() => framedBy(...(given as Parameters<typeof framedBy>))).toThrow(text)
})
