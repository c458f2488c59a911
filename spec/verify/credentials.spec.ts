import { describe, expect, it, jest } from '@jest/globals'
import type { RequestLike } from '../../lib/index.js'
import { requireToken, takeCredentials, type TokenSource } from '../../lib/verify/credentials.js'
import {
  badField,
  expectStepRefusal,
  notOneToken,
  tokenInQuery,
  twoAuthorizations,
  twoOrigins,
  twoPlaces,
} from '../helpers/refusals.js'

const form = 'application/x-www-form-urlencoded'

/** A request with these headers, raw ones included, as Node makes it. */
function requestWith(headers: Record<string, string>, more: Partial<RequestLike> = {}): RequestLike {
  return { method: 'GET', url: '/portal', headers, rawHeaders: Object.entries(headers).flat(), ...more }
}
function posted(body: unknown, headers: Record<string, string> = {}): RequestLike {
  return requestWith({ 'content-type': form, ...headers }, { method: 'POST', body })
}
function refused(request: RequestLike, description: string, from: readonly TokenSource[] = ['header']) {
  return expectStepRefusal(() => takeCredentials(request, from), 'request_malformed', description)
}
function missing(request: RequestLike, from: readonly TokenSource[] = ['header']) {
  return expectStepRefusal(() => takeCredentials(request, from), 'credentials_missing')
}

describe('in the header', () => {
  it.each(['Bearer a.b.c', 'bearer a.b.c', 'BEARER a.b.c', 'Bearer   a.b.c'])(
    'takes the token of %j',
    (authorization) => {
      expect(takeCredentials(requestWith({ authorization }), ['header'])).toEqual({
        token: 'a.b.c',
        origin: undefined,
      })
    },
  )

  it.each([
    '',
    'Basic dTpw',
    'DPoP a.b.c',
    'Bearers a.b.c',
    'Bearer-Token a.b.c',
    'a.b.c',
    ' Bearer a.b.c',
    'Token Bearer a.b.c',
  ])('finds nothing in %j, which is another scheme', (authorization) =>
    missing(requestWith({ authorization })),
  )

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer  ',
    'Bearer a b',
    'Bearer a.b.c ',
    'Bearer a,Bearer b',
    'Bearer a, b',
    'Bearer\ta',
    'Bearer=a',
    'Bearer,a',
    'Bearer a.é.c',
    'Bearer a=b',
    'Bearer a\n',
    'bearer :',
  ])('refuses %j, which has the scheme without one token', (authorization) =>
    refused(requestWith({ authorization }), notOneToken),
  )

  it('takes a list of one for the header that it holds, as some frameworks have it', async () => {
    expect(takeCredentials({ headers: { authorization: ['Bearer a'] } }, ['header']).token).toBe('a')
    await missing({ headers: { authorization: ['Basic a'] } })
  })

  it('finds no form whose type is a list, which Node makes of no header that counts here', async () => {
    const request = posted({ access_token: 'a' })
    await missing({ ...request, headers: { 'content-type': [form] } }, ['body'])
  })

  it('finds nothing where there is no header', async () => {
    await missing(requestWith({}))
    await missing(requestWith({ cookie: 'access_token=a.b.c', 'x-access-token': 'a.b.c' }))
  })
})

describe('two headers', () => {
  it.each([
    ['of one spelling', ['Authorization', 'Bearer a', 'Authorization', 'Bearer b']],
    ['of two spellings', ['authorization', 'Bearer a', 'AUTHORIZATION', 'Bearer a']],
    ['of two schemes', ['Authorization', 'Basic a', 'Host', 'h', 'Authorization', 'Bearer b']],
  ])('Authorization, %s, are refused although Node shows the first alone', (_, rawHeaders) =>
    refused({ headers: { authorization: 'Bearer a' }, rawHeaders }, twoAuthorizations),
  )

  it('Origin are refused although Node joins them', () =>
    refused(
      {
        headers: { authorization: 'Bearer a', origin: 'https://a.example, https://b.example' },
        rawHeaders: ['Origin', 'https://a.example', 'origin', 'https://b.example'],
      },
      twoOrigins,
    ))

  it('are refused where a server hands them over as a list', async () => {
    const lists = { authorization: ['Bearer a', 'Bearer b'], origin: ['a', 'b'] }
    await refused({ headers: { authorization: lists.authorization } }, twoAuthorizations)
    await refused({ headers: { authorization: 'Bearer a', origin: lists.origin } }, twoOrigins)
  })

  it('are not two headers whose names are as long', () => {
    const headers = {
      Accept: '*/*',
      Authorization: 'Bearer a',
      'Cache-Control': 'no-cache',
      Cookie: 'a=b',
      'If-None-Match': '"1"',
      Origin: 'https://a.example',
    }
    const request = { headers: { authorization: 'Bearer a' }, rawHeaders: Object.entries(headers).flat() }
    expect(takeCredentials(request, ['header']).token).toBe('a')
  })

  it('are not a header and a value that is spelled like one', () => {
    const rawHeaders = ['Authorization', 'Bearer a', 'X-Note', 'Authorization', 'X-Other', 'origin']
    expect(takeCredentials({ headers: { authorization: 'Bearer a' }, rawHeaders }, ['header']).token).toBe(
      'a',
    )
  })
})

describe('in the query', () => {
  const withUrl = (url: string, more: Partial<RequestLike> = {}) =>
    requestWith({ authorization: 'Bearer a.b.c' }, { url, ...more })

  it.each([
    '?access_token=a.b.c',
    '?access_token',
    '?a=1&access_token=',
    '?%61ccess_token=a',
    '?access%5Ftoken=a',
    '?a?&access_token=b',
  ])('refuses /portal%s, also beside a good header', (query) =>
    refused(withUrl(`/portal${query}`), tokenInQuery),
  )

  it('refuses it where there is nothing before the query', () =>
    refused(withUrl('?access_token=a'), tokenInQuery))

  it('refuses it where a router has cut the URL', () =>
    refused(withUrl('/', { originalUrl: '/portal?access_token=a' }), tokenInQuery))

  it.each([
    '/portal',
    '/portal?token=a',
    '/portal?access_token_2=a',
    '/access_token=a',
    '/portal&access_token=a',
    '/portal?a=access_token',
    '/portal?Access_Token=a',
  ])('lets %s pass', (url) => {
    expect(takeCredentials(withUrl(url), ['header']).token).toBe('a.b.c')
  })
})

describe('in the body', () => {
  const both = ['header', 'body'] as const

  it('takes the form field where it may be', () => {
    expect(takeCredentials(posted({ access_token: 'a.b.c' }), ['body']).token).toBe('a.b.c')
    expect(takeCredentials(posted({ access_token: 'a.b.c' }), both).token).toBe('a.b.c')
    const withCharset = posted({ access_token: 'a' }, { 'content-type': `${form}; charset=utf-8` })
    expect(takeCredentials(withCharset, ['body']).token).toBe('a')
  })

  it('takes the header where both may be and the form has none', () => {
    expect(takeCredentials(posted({}, { authorization: 'Bearer a' }), both).token).toBe('a')
  })

  it('finds nothing where it may not be', async () => {
    await missing(posted({ access_token: 'a.b.c' }))
    await missing(requestWith({ authorization: 'Bearer a' }), ['body'])
  })

  it.each([[both], [['header'] as const], [['body'] as const]])(
    'refuses two tokens, whatever counts: %j',
    (from) => refused(posted({ access_token: 'a' }, { authorization: 'Bearer a' }), twoPlaces, from),
  )

  it.each([[''], [['a', 'b']], [['a']], [{ a: 1 }], [1], [null]])('refuses the field %j', (access_token) =>
    refused(posted({ access_token }), badField, ['body']),
  )

  it.each([
    ['a GET', { method: 'GET' }],
    ['a HEAD', { method: 'HEAD' }],
    ['JSON', { headers: { 'content-type': 'application/json' } }],
    ['another type that begins alike', { headers: { 'content-type': `${form}-2` } }],
    ['another type that ends alike', { headers: { 'content-type': `x-${form}` } }],
    ['a request without a type', { headers: {} }],
    ['a body that is text', { body: 'access_token=a' }],
    ['no body', { body: null }],
    ['a field that the body only inherits', { body: Object.create({ access_token: 'a' }) as unknown }],
  ])('finds nothing in %s', (_, difference) =>
    missing({ ...posted({ access_token: 'a' }), ...difference }, ['body']),
  )

  it('warns once where nobody has parsed the form', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    await missing(posted(undefined, { 'content-length': '0' }), ['body'])
    await missing(posted(undefined), ['header'])
    expect(warned).not.toHaveBeenCalled()
    await missing(posted(undefined), ['body'])
    await missing(posted(undefined), ['body'])
    expect(warned).toHaveBeenCalledTimes(1)
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('express.urlencoded'), {
      type: 'ReverseJwtWarning',
      code: 'REVERSE_JWT_BODY_NOT_PARSED',
    })
  })
})

it.each(['https://shop.example', 'null', ''])('hands on the Origin %j as it came', (origin) => {
  expect(takeCredentials(requestWith({ authorization: 'Bearer a', origin }), ['header']).origin).toBe(origin)
})

describe('without a request', () => {
  it('takes the token itself', () => {
    expect(requireToken('a.b.c')).toBe('a.b.c')
  })

  it.each([[undefined], [null], ['']])('finds nothing in %j', (token) =>
    expectStepRefusal(() => requireToken(token), 'credentials_missing'),
  )

  it.each([[1], [true], [['a.b.c']], [{ toString: () => 'a.b.c' }], [Buffer.from('a.b.c')]])(
    'refuses %j',
    (token) =>
      expectStepRefusal(() => requireToken(token), 'request_malformed', 'The token must be a string.'),
  )
})
