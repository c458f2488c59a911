import { expect, it } from '@jest/globals'
import { AuthenticationError, problemDetails, problemOf, StoreError } from '../../lib/index.js'
import { keepRefusal } from '../../lib/faces/kept-refusal.js'

/** Passport's own error, as `failWithError: true` makes it. */
class PassportError extends Error {
  override name = 'AuthenticationError'
  readonly status: number
  constructor(status: number) {
    super('Unauthorized')
    this.status = status
  }
}

/** Hands the handler an error; tells what it did to the response, and what it passed on. */
function handle(error: unknown, { req = {}, sent = false, before = {} } = {}) {
  const headers: Record<string, unknown> = { ...before }
  const outcome = { status: 200, headers, body: undefined as string | undefined, passedOn: [] as unknown[] }
  const res = {
    set statusCode(status: number) {
      outcome.status = status
    },
    headersSent: sent,
    getHeader: (name: string) => headers[name],
    setHeader: (name: string, value: string) => (headers[name] = value),
    end: (body?: string) => (outcome.body = body),
  }
  problemDetails()(error, req, res, (passedOn) => outcome.passedOn.push(passedOn))
  return outcome
}

const json = 'application/problem+json'

it('has four parameters, which is how Express knows an error handler', () => {
  expect([problemDetails().name, problemDetails().length]).toEqual(['problemDetails', 4])
})

it('renders a refusal with its nine members, in this order', () => {
  const error = new AuthenticationError('token_expired', { serverTime: 1_790_000_000.9, realm: 'portal' })
  const { status, headers, body, passedOn } = handle(error)
  expect(status).toBe(401)
  expect(headers).toEqual({
    'Content-Type': json,
    'Cache-Control': 'no-store',
    'WWW-Authenticate':
      'Bearer realm="portal", error="invalid_token", error_description="The token has expired. Sign a new one for each call."',
  })
  expect(body?.replace(error.id, 'ID')).toBe(
    '{"type":"https://unpkg.com/reverse-jwt/docs/errors/token_expired.md","title":"Token expired","status":401,"detail":"The token has expired. Sign a new one for each call.","instance":"urn:uuid:ID","error":"invalid_token","code":"token_expired","retry":"fresh-token","server_time":1790000000}',
  )
  expect(passedOn).toEqual([])
})

it('never renders the cause', () => {
  const secret = 'the key is revoked'
  for (const error of [
    new AuthenticationError('token_not_verified', { cause: secret }),
    new StoreError('store_unavailable', { cause: new Error(secret) }),
  ]) {
    expect(JSON.stringify(handle(error))).not.toContain(secret)
  }
})

it('overrides what the response had before', () => {
  const before = { 'Cache-Control': 'public', 'WWW-Authenticate': 'Basic', 'Content-Type': 'text/html' }
  expect(handle(new AuthenticationError('credentials_missing'), { before }).headers).toEqual({
    'Cache-Control': 'no-store',
    'WWW-Authenticate': 'Bearer',
    'Content-Type': json,
  })
})

it.each([
  undefined,
  null,
  'text',
  new Error('mine'),
  new TypeError('mine'),
  { status: 401, code: 'token_expired' },
  Object.create(AuthenticationError.prototype),
  new PassportError(401),
])('passes on %p, which is not ours, and leaves the response alone', (error) => {
  const before = { 'Content-Type': 'text/plain' }
  expect(handle(error, { before })).toEqual({
    status: 200,
    headers: before,
    body: undefined,
    passedOn: [error],
  })
})

it('passes on its own error once the answer has begun', () => {
  const error = new AuthenticationError('token_expired')
  expect(handle(error, { sent: true })).toEqual({
    status: 200,
    headers: {},
    body: undefined,
    passedOn: [error],
  })
})

it("renders the kept refusal for Passport's error, and leaves the challenges that Passport wrote", () => {
  const req = {}
  const refusal = new AuthenticationError('token_replayed')
  keepRefusal(req, refusal)
  const before = { 'WWW-Authenticate': ['Staff realm="b"', refusal.challenge] }
  const { status, headers, body } = handle(new PassportError(401), { req, before })
  expect(status).toBe(401)
  expect(headers).toEqual({ ...before, 'Cache-Control': 'no-store', 'Content-Type': json })
  expect(JSON.parse(body ?? '')).toMatchObject({ code: 'token_replayed' })

  keepRefusal(req, new AuthenticationError('scope_insufficient', { scope: ['a'] }))
  expect(handle(new PassportError(403), { req }).headers['WWW-Authenticate']).toMatch(/ scope="a"$/)
})

it("does not lend the kept refusal to anybody else's error", () => {
  const req = {}
  keepRefusal(req, new AuthenticationError('token_replayed'))
  const others = [
    new PassportError(403),
    Object.assign(new Error('mine'), { status: 401 }),
    Object.assign(new Error('mine'), { name: 'AuthenticationError' }),
  ]
  for (const error of others) expect(handle(error, { req }).passedOn).toEqual([error])
  expect(handle(new PassportError(401), { req: {} }).body).toBeUndefined()
})

it.each([
  new AuthenticationError('token_replayed', {
    realm: 'portal',
    serverTime: 1_790_000_000.9,
    cause: 'secret',
  }),
  new AuthenticationError('credentials_missing'),
  new AuthenticationError('scope_insufficient', { realm: 'portal', scope: ['portal:read'] }),
  new StoreError('store_unavailable', { cause: new Error('connection refused') }),
])('says to any server what problemDetails answers to %s', (error) => {
  const { status, headers, body } = handle(error)
  const problem = problemOf(error)
  expect(problem).toEqual({ status, headers, body: JSON.parse(body ?? '') as unknown })
  expect(JSON.stringify(problem?.body)).toBe(body)
})

it.each([
  new Error('a'),
  new TypeError('a'),
  { status: 401, headers: {} },
  undefined,
  null,
  'token_replayed',
])('says nothing of an error that is not ours: %s', (error) => {
  expect(problemOf(error)).toBeUndefined()
})

it('says of an error what it was made with, whatever was written on it', () => {
  const error = Object.assign(new AuthenticationError('token_expired'), {
    status: 200,
    headers: {},
    code: 'owned',
  })
  expect(problemOf(error)).toMatchObject({ status: 401, body: { status: 401, code: 'token_expired' } })
  expect(problemOf(error)?.headers).toHaveProperty('WWW-Authenticate')
})
