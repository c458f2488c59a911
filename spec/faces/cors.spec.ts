import { describe, expect, it, jest } from '@jest/globals'
import { corsFor, type CorsOptions, type OriginSource, type ResponseLike } from '../../lib/index.js'

const home = 'https://shop.example'
const known = new Set([home])

/** A response that keeps its headers. */
function response(present: Record<string, unknown> = {}) {
  const headers = new Map(Object.entries(present))
  const end = jest.fn()
  const res: ResponseLike = {
    statusCode: 200,
    headersSent: false,
    setHeader: (name, value) => headers.set(name, value),
    getHeader: (name) => headers.get(name),
    end,
  }
  return { res, headers, end }
}

/** What one request comes to: the headers of its answer, and what `next` got. */
function ask(
  origin: string | undefined,
  {
    source = known,
    method = 'GET',
    present,
  }: { source?: OriginSource; method?: string; present?: object } = {},
) {
  const { res, headers, end } = response({ ...present })
  const next = jest.fn()
  const asks = method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}
  corsFor(source)({ method, headers: { origin, ...asks } }, res, next)
  return { headers: Object.fromEntries(headers), next: next.mock.calls, ended: end.mock.calls.length > 0 }
}

const stranger = { headers: { Vary: 'Origin' }, next: [[]], ended: false }

it('is a named function of three parameters, which is how Express knows it', () => {
  const middleware = corsFor(known)
  expect([middleware.name, middleware.length]).toEqual(['corsFor', 3])
})

it('lets a known origin read the answer', () => {
  const headers = {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': home,
    'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After, DPoP-Nonce',
  }
  expect(ask(home)).toEqual({ headers, next: [[]], ended: false })
})

it('lets all others go on without a header but Vary', () => {
  expect(ask(undefined)).toEqual(stranger)
  for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'https://SHOP.example'])
    expect(ask(origin)).toEqual(stranger)
  // Node joins two headers like this.
  for (const joined of [`${home}, ${home}`, `${home}, https://evil.example`])
    expect(ask(joined)).toEqual(stranger)
})

it('never answers null, * or nothing, whatever the source says', () => {
  for (const source of [{ has: () => true }, new Set(['null', '*', ''])]) {
    for (const origin of ['null', '*', '', undefined]) {
      expect(ask(origin, { source })).toEqual(stranger)
      const { headers, ended } = ask(origin, { source, method: 'OPTIONS' })
      expect([Object.keys(headers), ended]).toEqual([['Vary', 'Content-Length'], true])
    }
  }
  const { headers } = ask(home, { source: { has: () => true } })
  expect(Object.keys(headers)).not.toContain('Access-Control-Allow-Credentials')
})

it('reads the Origin of Headers of the Fetch standard, too', () => {
  const { res, headers } = response()
  corsFor(known)({ method: 'GET', headers: new Headers({ origin: home }) }, res, jest.fn())
  expect(headers.get('Access-Control-Allow-Origin')).toBe(home)
})

it('reads no other header that names a page', () => {
  const { res, headers } = response()
  const lookalikes = { referer: `${home}/`, 'x-forwarded-origin': home, host: 'shop.example' }
  corsFor(known)({ method: 'GET', headers: lookalikes }, res, jest.fn())
  expect(Object.fromEntries(headers)).toEqual({ Vary: 'Origin' })
})

describe('Vary', () => {
  it.each([
    ['Accept-Encoding', 'Accept-Encoding, Origin'],
    [['Accept-Encoding', 'Accept'], 'Accept-Encoding, Accept, Origin'],
    ['X-Origin', 'X-Origin, Origin'],
    ['', 'Origin'],
    ['Origin', 'Origin'],
    ['accept,origin', 'accept,origin'],
    [
      ['Accept', 'Origin'],
      ['Accept', 'Origin'],
    ],
    ['*', '*'],
  ])('%j becomes %j', (present, after) => {
    for (const origin of [home, 'https://evil.example', undefined])
      expect(ask(origin, { present: { Vary: present } }).headers.Vary).toEqual(after)
  })

  it('is set where nobody can be asked what is there', () => {
    const { res, headers } = response()
    const setHeader = res.setHeader.bind(res)
    const bare: ResponseLike = { statusCode: 200, headersSent: false, setHeader, end: jest.fn() }
    corsFor(known)({ method: 'GET', headers: {} }, bare, jest.fn())
    expect(headers.get('Vary')).toBe('Origin')
  })
})

describe('a source that cannot say', () => {
  const failed = (source: OriginSource, method?: string) => {
    const { headers, next, ended } = ask(home, { source, ...(method !== undefined && { method }) })
    expect([headers, ended, next.length]).toEqual([{ Vary: 'Origin' }, false, 1])
    return next[0]?.[0]
  }

  it('hands on what it throws, and lets nobody read the answer', () => {
    const error = new Error('away')
    for (const method of ['GET', 'OPTIONS']) {
      const thrower = (thrown: unknown) => ({
        has: () => {
          throw thrown
        },
      })
      expect(failed(thrower(error), method)).toBe(error)
      expect(failed(thrower(undefined), method)).toBeInstanceOf(Error)
    }
  })

  it.each([
    ['a promise', () => Promise.resolve(true)],
    ['a promise that rejects', () => Promise.reject(new Error('away'))],
    ['nothing', () => undefined],
    ['1', () => 1],
    ['a word', () => 'yes'],
  ])('is told so when it returns %s', async (_, has) => {
    const message = 'corsFor: origins.has must return true or false, and at once'
    for (const method of ['GET', 'OPTIONS'])
      expect(failed({ has: has as never }, method)).toEqual(new TypeError(message))
    await new Promise(setImmediate)
  })

  it('leaves what next throws to whoever called', () => {
    const error = new Error('of the handler')
    const next = jest.fn(() => {
      throw error
    })
    expect(() => {
      corsFor(known)({ method: 'GET', headers: { origin: home } }, response().res, next)
    }).toThrow(error)
    expect(next).toHaveBeenCalledTimes(1)
  })
})

describe('options', () => {
  const headersWith = (options: CorsOptions, method = 'OPTIONS') => {
    const { res, headers } = response()
    const asks = method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}
    corsFor(known, options)({ method, headers: { origin: home, ...asks } }, res, jest.fn())
    return Object.fromEntries(headers)
  }

  it('replace the default lists', () => {
    const options = { methods: ['GET'], allowedHeaders: ['X-A', 'x-b'], exposedHeaders: ['X-C'], maxAge: 1.9 }
    expect(headersWith(options)).toEqual({
      Vary: 'Origin',
      'Access-Control-Allow-Origin': home,
      'Access-Control-Allow-Methods': 'GET',
      'Access-Control-Allow-Headers': 'X-A, x-b',
      'Access-Control-Max-Age': '1',
      'Content-Length': '0',
    })
    expect(headersWith(options, 'GET')).toMatchObject({ 'Access-Control-Expose-Headers': 'X-C' })
    expect(headersWith({ maxAge: 0 })).toMatchObject({ 'Access-Control-Max-Age': '0' })
  })

  it('leave out a header that would be empty', () => {
    const none = { methods: [], allowedHeaders: [], exposedHeaders: [] }
    const names = ['Vary', 'Access-Control-Allow-Origin']
    expect(Object.keys(headersWith(none))).toEqual([...names, 'Access-Control-Max-Age', 'Content-Length'])
    expect(Object.keys(headersWith(none, 'GET'))).toEqual(names)
  })

  it('are not changed by what becomes of the list', () => {
    const methods = ['GET']
    const middleware = corsFor(known, { methods })
    methods.push('PUT')
    const { res, headers } = response()
    const asks = { origin: home, 'access-control-request-method': 'GET' }
    middleware({ method: 'OPTIONS', headers: asks }, res, jest.fn())
    expect(headers.get('Access-Control-Allow-Methods')).toBe('GET')
  })

  it.each([
    [undefined, 'corsFor: origins must be an object with has(origin)'],
    [[home], 'corsFor: origins must be an object with has(origin)'],
    [home, 'corsFor: origins must be an object with has(origin)'],
  ])('need an OriginSource, not %j', (origins, message) => {
    expect(() => corsFor(origins as never)).toThrow(message)
    expect(() => corsFor(origins as never)).toThrow(TypeError)
  })

  const capitals = "methods must be a list of methods in capital letters, such as ['GET', 'POST']"
  const wildcard = 'has *, which does not stand for Authorization in browsers; name each'
  it.each([
    [{ credentials: true }, 'unknown option "credentials"'],
    [{ method: ['GET'] }, 'unknown option "method". Did you mean "methods"?'],
    [{ methods: undefined }, 'methods is undefined'],
    [{ methods: 'GET,POST' }, capitals],
    [{ methods: ['get'] }, capitals],
    [{ methods: ['GET, POST'] }, capitals],
    [{ methods: [''] }, capitals],
    [{ methods: Array(1) }, capitals],
    [{ methods: ['*'] }, `methods ${wildcard}`],
    [{ allowedHeaders: ['*'] }, `allowedHeaders ${wildcard}`],
    [{ allowedHeaders: ['X\r\nSet-Cookie: a'] }, 'allowedHeaders must be a list of names of headers'],
    [{ exposedHeaders: ['Retry-After', 1] }, 'exposedHeaders must be a list of names of headers'],
    [{ exposedHeaders: ['é'] }, 'exposedHeaders must be a list of names of headers'],
    [{ maxAge: -1 }, 'maxAge must be a number of seconds from 0 to 86400'],
    [{ maxAge: 7_200_000 }, '7200000 looks like milliseconds'],
    [{ maxAge: '7200' }, 'maxAge must be a number of seconds'],
    ['GET', 'corsFor takes an object'],
  ])('refuse %j', (options, message) => {
    expect(() => corsFor(known, options as never)).toThrow(message)
    expect(() => corsFor(known, options as never)).toThrow(TypeError)
  })
})

describe('onUnknownOrigin', () => {
  const preflightOf = (origin: string | undefined, onUnknownOrigin: (origin: string) => unknown) => {
    const { res } = response()
    const headers = { origin, 'access-control-request-method': 'POST' }
    corsFor(known, { onUnknownOrigin })({ method: 'OPTIONS', headers }, res, jest.fn())
    return res.statusCode
  }

  it('is told of preflights of unknown pages, by their origin or null, and of nothing else', () => {
    const told = jest.fn()
    for (const origin of [
      'https://www.shop.example',
      'null',
      home,
      undefined,
      '*',
      'x://\n',
      'https://a.example/b',
    ])
      expect(preflightOf(origin, told)).toBe(204)
    const call = { method: 'POST', headers: { origin: 'https://evil.example' } }
    corsFor(known, { onUnknownOrigin: told })(call, response().res, jest.fn())
    expect(told.mock.calls).toEqual([['https://www.shop.example'], ['null']])
  })

  it('changes no answer by what it throws', async () => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
    const status = preflightOf('https://www.shop.example', () => Promise.reject(new Error('no log')))
    await new Promise((resolve) => setImmediate(resolve))
    expect(status).toBe(204)
    expect(emitWarning.mock.calls.map(([, options]) => options)).toEqual([
      { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_LISTENER_FAILED' },
    ])
    emitWarning.mockRestore()
  })
})
