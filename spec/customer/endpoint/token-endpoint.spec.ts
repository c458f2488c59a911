import { describe, expect, it, jest } from '@jest/globals'
import { MemoryKeyStore, MemoryReplayStore, createVerifier } from '../../../lib/index.js'
import { audience } from '../../helpers/mint.js'
import { shop } from '../../helpers/platform.js'
import { openServer } from '../../helpers/server.js'
import { askOf, claimsOf, facesIn, page, type Options, type Question } from './faces.js'

const serve = openServer()

/** The first check that a request does not pass decides, so each question has one difference from the honest one. */
const refused: readonly [
  why: string,
  question: Question,
  options: Partial<Options>,
  status: number,
  code: string,
][] = [
  ['a GET', { method: 'GET' }, {}, 405, 'method_not_allowed'],
  ['a PUT', { method: 'PUT' }, {}, 405, 'method_not_allowed'],
  [
    'a preflight',
    { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } },
    {},
    405,
    'method_not_allowed',
  ],
  ['another site', { headers: { 'sec-fetch-site': 'cross-site' } }, {}, 403, 'foreign_origin'],
  ['a sibling subdomain', { headers: { 'sec-fetch-site': 'same-site' } }, {}, 403, 'foreign_origin'],
  ['an address that was typed', { headers: { 'sec-fetch-site': 'none' } }, {}, 403, 'foreign_origin'],
  [
    'two answers of one header',
    { headers: { 'sec-fetch-site': 'same-origin, same-origin' } },
    {},
    403,
    'foreign_origin',
  ],
  [
    'an older browser on another site',
    { headers: { 'sec-fetch-site': undefined, origin: 'https://evil.example' } },
    {},
    403,
    'foreign_origin',
  ],
  [
    'an older browser in a sandbox',
    { headers: { 'sec-fetch-site': undefined, origin: 'null' } },
    {},
    403,
    'foreign_origin',
  ],
  [
    'a program outside a browser',
    { headers: { 'sec-fetch-site': undefined, origin: undefined } },
    {},
    403,
    'foreign_origin',
  ],
  ['an Origin that is none', { headers: { origin: 'https://shop.example/path' } }, {}, 403, 'foreign_origin'],
  ['a page that is not listed', {}, { origins: ['https://www.shop.example'] }, 403, 'foreign_origin'],
  [
    'a listed page that is not named',
    { headers: { origin: undefined } },
    { origins: [page] },
    403,
    'foreign_origin',
  ],
  [
    'no page, where pages are listed and others may pass',
    { headers: { origin: undefined } },
    { origins: [page], requireOrigin: false },
    403,
    'foreign_origin',
  ],
  [
    'a form',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'scope=a' },
    {},
    415,
    'content_type_unsupported',
  ],
  ['JSON as text', { headers: { 'content-type': 'text/plain' } }, {}, 415, 'content_type_unsupported'],
  ['no type', { headers: { 'content-type': '' } }, {}, 415, 'content_type_unsupported'],
  [
    'JSON with another name',
    { headers: { 'content-type': 'application/json, text/plain' } },
    {},
    415,
    'content_type_unsupported',
  ],
  ['a compressed body', { headers: { 'content-encoding': 'gzip' } }, {}, 415, 'content_type_unsupported'],
  ['no JSON', { body: '{"scope":' }, {}, 400, 'request_malformed'],
  ['an empty body', { body: '' }, {}, 400, 'request_malformed'],
  ['a list', { body: '[]' }, {}, 400, 'request_malformed'],
  ['null', { body: 'null' }, {}, 400, 'request_malformed'],
  ['a byte order mark', { body: '\uFEFF{}' }, {}, 400, 'request_malformed'],
  ['a scope that is no text', { body: '{"scope":["portal:read"]}' }, {}, 400, 'request_malformed'],
  ['a scope of null', { body: '{"scope":null}' }, {}, 400, 'request_malformed'],
  ['an empty scope', { body: '{"scope":""}' }, {}, 400, 'request_malformed'],
  ['two spaces', { body: '{"scope":"a  b"}' }, {}, 400, 'request_malformed'],
  ['another member', { body: '{"scope":"a","sub":"rival"}' }, {}, 400, 'request_malformed'],
  ['a member of another name', { body: '{"__proto__":{"scope":"a"}}' }, {}, 400, 'request_malformed'],
  ['more than 4,096 bytes', { body: `{"scope":"${'a'.repeat(4_085)}"}` }, {}, 400, 'request_malformed'],
  ['no session', {}, { authorize: () => undefined }, 401, 'no_session'],
  ['no session, as null', {}, { authorize: () => Promise.resolve(null) }, 401, 'no_session'],
  ['a decision against it', {}, { authorize: () => false }, 403, 'token_denied'],
  ['a grant of nothing', {}, { authorize: () => ({ subject: 'user-7', scope: '' }) }, 403, 'token_denied'],
  [
    'a grant of an empty list',
    {},
    { authorize: () => ({ subject: 'user-7', scope: [] }) },
    403,
    'token_denied',
  ],
  [
    'a wish for another scope',
    { body: '{"scope":"portal:write"}' },
    { authorize: () => ({ subject: 'user-7', scope: 'portal:read' }) },
    403,
    'token_denied',
  ],
  ['a limit that is reached', {}, { limit: () => false }, 429, 'rate_limited'],
]

describe.each(facesIn(serve))('%s', (_, asks) => {
  it.each(refused)('refuses %s', async (_why, question, options, status, code) => {
    const sign = jest.fn(() => Promise.resolve('no token may come out'))
    const reply = await askOf(asks, { ...options, signer: { sign } as never })(question)
    expect(sign).not.toHaveBeenCalled()
    expect(reply.status).toBe(status)
    expect(reply.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(reply.body).toEqual({
      type: `https://unpkg.com/reverse-jwt/docs/errors/${code}.md`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
      code,
      retry: code === 'rate_limited' ? 'later' : 'no',
    })
    expect(reply.headers.allow).toBe(status === 405 ? 'POST' : undefined)
    expect(reply.headers['retry-after']).toBe(status === 429 ? '60' : undefined)
  })

  it('gives the honest page a token that the platform accepts once, from this page alone', async () => {
    const reply = await askOf(asks)()
    expect(reply.status).toBe(200)
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(Object.keys(reply.body)).toEqual(['token'])
    const keyStore = new MemoryKeyStore([shop()])
    const verifier = createVerifier({ audience, keyStore, replayStore: new MemoryReplayStore() })
    const token = reply.body.token as string
    await expect(verifier.verify(token, { origin: 'https://evil.example' })).rejects.toMatchObject({
      code: 'origin_not_allowed',
    })
    expect(await verifier.verify(token, { origin: page })).toMatchObject({ project: { id: 'shop' } })
  })

  it.each<[string, Question, Partial<Options>]>([
    ['an older browser', { headers: { 'sec-fetch-site': undefined } }, {}],
    [
      'an older browser that writes Host in other letters',
      { headers: { 'sec-fetch-site': undefined, host: 'Shop.Example' } },
      {},
    ],
    [
      'a listed page of another origin',
      { headers: { 'sec-fetch-site': 'cross-site', host: 'api.example' } },
      { origins: ['https://other.example', page] },
    ],
    ['a page behind a proxy that changes Host', { headers: { host: 'internal:8080' } }, {}],
    ['JSON that names UTF-8', { headers: { 'content-type': 'Application/JSON; charset=utf-8' } }, {}],
  ])('signs for %s', async (_why, question, options) => {
    const reply = await askOf(asks, options)(question)
    expect([reply.status, claimsOf(reply).origin]).toEqual([200, page])
  })

  it.each<[string, Question, Partial<Options>]>([
    [
      'a program outside a browser, where it may pass',
      { headers: { 'sec-fetch-site': undefined, origin: undefined } },
      { requireOrigin: false },
    ],
    [
      'the same where pages are listed',
      { headers: { 'sec-fetch-site': undefined, origin: undefined } },
      { requireOrigin: false, origins: [page] },
    ],
    ['a page whose browser hides its Origin', { headers: { origin: undefined } }, {}],
    ['the Origin null of a page of ours', { headers: { origin: 'null' } }, {}],
    ['a page, where no origin shall be signed', {}, { bindOrigin: false }],
  ])('signs no origin for %s', async (_why, question, options) => {
    const reply = await askOf(asks, options)(question)
    expect(reply.status).toBe(200)
    expect(claimsOf(reply)).not.toHaveProperty('origin')
  })

  it.each<[wish: string | undefined, grant: string | string[] | undefined, scope: string | undefined]>([
    [undefined, undefined, undefined],
    [undefined, 'portal:read portal:write', 'portal:read portal:write'],
    ['portal:read', undefined, 'portal:read'],
    ['portal:read admin', ['portal:write', 'portal:read'], 'portal:read'],
    ['b a b a', 'a b', 'b a'],
  ])('signs of the wish %s and the grant %j the scope %s', async (wish, grant, scope) => {
    const authorize = () => ({ subject: 'user-7', ...(grant !== undefined && { scope: grant }) })
    const body = JSON.stringify({ scope: wish })
    expect(claimsOf(await askOf(asks, { authorize })({ body })).scope).toBe(scope)
  })

  it('tells authorize what the page wishes, and where it is', async () => {
    const authorize = jest.fn<(request: unknown, wish: unknown) => true>().mockReturnValue(true)
    await askOf(asks, { authorize })({ body: '{"scope":"portal:read"}' })
    await askOf(asks, { authorize, requireOrigin: false })({
      headers: { origin: undefined, 'sec-fetch-site': undefined },
    })
    expect(authorize.mock.calls.map(([, wish]) => wish)).toEqual([
      { scope: 'portal:read', origin: page },
      { scope: undefined, origin: undefined },
    ])
    expect(authorize.mock.calls[0]?.[0]).toHaveProperty('headers')
  })

  it('signs the claims of the grant, and with the signer that belongs to the request', async () => {
    const claims = { plan: 'gold' }
    const other = { sign: (extra: unknown) => Promise.resolve(JSON.stringify(extra)) }
    const find = jest.fn<(request: unknown) => Promise<never>>().mockResolvedValue(other as never)
    const reply = await askOf(asks, { authorize: () => ({ subject: 7, claims }), signer: find as never })()
    expect(JSON.parse(reply.body.token as string)).toEqual({ plan: 'gold', origin: page })
    expect(find).toHaveBeenCalledTimes(1)
  })
})
