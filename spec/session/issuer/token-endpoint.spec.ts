import { beforeEach, describe, expect, it } from '@jest/globals'
import type { RequestListener, Server } from 'node:http'
import { expresses } from '../../helpers/express.js'
import { openServer } from '../../helpers/server.js'
import { rivalKeys } from '../../helpers/platform.js'
import {
  exchange,
  grantType,
  issuing,
  mint,
  mintSession,
  now,
  pageOrigin,
  post,
  type Answer,
  type Issuing,
} from '../platform.js'

const serve = openServer()
let made: Issuing
let server: Server

beforeEach(() => {
  made = issuing()
  server = serve(made.app)
})

/** [what is sent, status, error, code, retry] */
type Row = [string, () => Promise<Answer>, number, string, string | undefined, string | undefined]

const form = (assertion: string, more: Record<string, string> = {}) => ({
  grant_type: grantType,
  assertion,
  ...more,
})

const rows: Row[] = [
  [
    'no grant_type',
    () => post(server, '/oauth/token', { assertion: mint() }),
    400,
    'invalid_request',
    'request_malformed',
    'no',
  ],
  [
    'no assertion',
    () => post(server, '/oauth/token', { grant_type: grantType }),
    400,
    'invalid_request',
    'request_malformed',
    'no',
  ],
  ['an empty assertion', () => exchange(server, ''), 400, 'invalid_request', 'request_malformed', 'no'],
  [
    'an empty scope',
    () => exchange(server, mint(), { scope: '' }),
    400,
    'invalid_request',
    'request_malformed',
    'no',
  ],
  [
    'an assertion twice',
    () => post(server, '/oauth/token', `${new URLSearchParams(form(mint())).toString()}&assertion=${mint()}`),
    400,
    'invalid_request',
    'request_malformed',
    'no',
  ],
  [
    'a parameter that nobody knows, twice',
    () => post(server, '/oauth/token', `${new URLSearchParams(form(mint())).toString()}&a=1&a=2`),
    400,
    'invalid_request',
    'request_malformed',
    'no',
  ],
  [
    'bytes that are no UTF-8',
    () => post(server, '/oauth/token', `${new URLSearchParams(form(mint())).toString()}&a=%ff`),
    400,
    'invalid_request',
    'request_malformed',
    'no',
  ],
  [
    'a token in the URL, too',
    () => post(server, `/oauth/token?assertion=${mint()}`, form(mint())),
    400,
    'invalid_request',
    'request_malformed',
    'no',
  ],
  [
    'a token in Authorization, too',
    () => post(server, '/oauth/token', form(mint()), { Authorization: `Bearer ${mint()}` }),
    400,
    'invalid_request',
    'request_malformed',
    'no',
  ],
  [
    'JSON',
    () => post(server, '/oauth/token', JSON.stringify(form(mint())), { 'Content-Type': 'application/json' }),
    415,
    'invalid_request',
    undefined,
    undefined,
  ],
  [
    'a body of 16,385 bytes',
    () => post(server, '/oauth/token', 'a'.repeat(16_385)),
    413,
    'invalid_request',
    undefined,
    undefined,
  ],
  [
    'another grant',
    () => post(server, '/oauth/token', { grant_type: 'client_credentials', assertion: mint() }),
    400,
    'unsupported_grant_type',
    undefined,
    undefined,
  ],
  [
    'a scope that is none',
    () => exchange(server, mint(), { scope: 'a  b' }),
    400,
    'invalid_scope',
    'request_malformed',
    'no',
  ],
  [
    'a scope that the project lacks',
    () => exchange(server, mint(), { scope: 'admin' }),
    400,
    'invalid_scope',
    'scope_insufficient',
    'no',
  ],
  [
    'another client_id',
    () => exchange(server, mint(), { client_id: 'rival' }),
    400,
    'invalid_client',
    undefined,
    undefined,
  ],
  [
    'a token that has expired',
    () => exchange(server, mint({ claims: { exp: now - 60, iat: now - 90 } })),
    400,
    'invalid_grant',
    'token_expired',
    'fresh-token',
  ],
  [
    'a token of another key',
    () => exchange(server, mint({ privateKey: rivalKeys.privateKey })),
    400,
    'invalid_grant',
    'token_not_verified',
    'no',
  ],
  ['a session', () => exchange(server, mintSession()), 400, 'invalid_grant', 'token_type_not_allowed', 'no'],
  ['rubbish', () => exchange(server, 'a.b'), 400, 'invalid_grant', 'token_malformed', 'no'],
]

it.each(rows)('refuses %s', async (_, ask, status, error, code, retry) => {
  const { body, headers, ...answer } = await ask()
  expect({ status: answer.status, error: body.error, code: body.code, retry: body.retry }).toEqual({
    status,
    error,
    code,
    retry,
  })
  expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('content-type')).toBe('application/json')
})

it('has GET and PUT of another method than POST refused, and says which is allowed', async () => {
  const { port } = server.address() as { port: number }
  for (const method of ['GET', 'PUT', 'OPTIONS']) {
    const response = await fetch(`http://127.0.0.1:${port}/oauth/token`, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  }
})

it('says of a refused token what the platform says, when, and which refusal it is', async () => {
  const token = mint()
  await exchange(server, token)
  const { status, body } = await exchange(server, token)
  expect(status).toBe(400)
  expect(body).toEqual({
    error: 'invalid_grant',
    error_description: expect.stringContaining('used before') as unknown,
    code: 'token_replayed',
    // An exchange runs nothing.
    retry: 'fresh-token',
    server_time: now,
    instance: expect.stringMatching(/^urn:uuid:[\da-f-]{36}$/) as unknown,
  })
})

describe('a token is not used up', () => {
  it.each([
    ['where the scope is too wide', (token: string) => exchange(server, token, { scope: 'admin' })],
    ['where the client_id is another', (token: string) => exchange(server, token, { client_id: 'rival' })],
    [
      'where a parameter came twice',
      (token: string) => post(server, '/oauth/token', `grant_type=${grantType}&assertion=${token}&a=1&a=1`),
    ],
    [
      'where the origin is another',
      (token: string) => post(server, '/oauth/token', form(token), { Origin: 'https://evil.example' }),
    ],
  ])('%s', async (_, ask) => {
    const token = mint({ claims: { origin: pageOrigin } })
    expect((await ask(token)).status).toBe(400)
    expect((await exchange(server, token)).status).toBe(200)
  })
})

it('grants the scope that is asked for, and no more', async () => {
  const { body } = await exchange(server, mint(), { scope: 'portal:read' })
  expect(body.scope).toBe('portal:read')
})

it('leaves the scope out where the token grants none', async () => {
  const { body } = await exchange(server, mint({ claims: { scope: 'other' } }))
  expect(body).not.toHaveProperty('scope')
})

it('takes the client_id of the project, and parameters that it does not know', async () => {
  expect((await exchange(server, mint(), { client_id: 'shop', resource: 'x' })).status).toBe(200)
})

it('leaves out an origin that names no page', async () => {
  const open = issuing()
  const { body } = await post(serve(open.app), '/oauth/token', form(mint()), { Origin: 'null' })
  expect(body.access_token).toEqual(expect.any(String))
  const claims = JSON.parse(
    Buffer.from(String(body.access_token).split('.')[1] ?? '', 'base64url').toString(),
  ) as object
  expect(claims).not.toHaveProperty('origin')
})

describe.each<[string, () => RequestListener]>([
  ...expresses.flatMap(([name, express]): [string, () => RequestListener][] =>
    [undefined, express.urlencoded({ extended: false }), express.urlencoded({ extended: true })].map(
      (parser, index) => [
        `${name}, ${['unparsed', 'parsed', 'parsed by an extended parser'][index] ?? ''}`,
        () => {
          const app = express()
          if (parser !== undefined) app.use(parser)
          app.post('/oauth/token', issuing().issuer.tokenEndpoint())
          return app
        },
      ],
    ),
  ),
  ['node:http', () => issuing().issuer.tokenEndpoint()],
])('in %s', (_, listener) => {
  it('answers as in any other server', async () => {
    const other = serve(listener())
    expect((await exchange(other)).status).toBe(200)
    expect((await exchange(other, 'a')).status).toBe(400)
    const twice = `${new URLSearchParams(form(mint())).toString()}&assertion=${mint()}`
    expect((await post(other, '/oauth/token', twice)).body.error).toBe('invalid_request')
  })
})
