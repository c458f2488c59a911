import { describe, expect, it, jest } from '@jest/globals'
import express from 'express'
import { createServer } from 'node:http'
import request from 'supertest'
import {
  AuthenticationError,
  createVerifier,
  problemDetails,
  projectOf,
  reverseJwt,
  type RequestLike,
  type ResponseLike,
  type Verifier,
} from '../../lib/index.js'
import { rejection } from '../helpers/rejection.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { challengeOf } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

/** A response that remembers what was done to it. */
function response(headersSent = false) {
  const done: unknown[] = []
  const fake: ResponseLike = {
    set statusCode(status: number) {
      done.push(['status', status])
    },
    headersSent,
    setHeader: (name, value) => done.push([name, value]),
    end: () => done.push('end'),
  }
  return { done, fake }
}

/** Runs the middleware once, and resolves to what next() was called with. */
function run(middleware: ReturnType<typeof reverseJwt>, req: RequestLike, res = response().fake) {
  return new Promise<unknown[]>((resolve) => {
    middleware(req, res, (...args) => {
      resolve(args)
    })
  })
}

it('is a named function of three parameters, which is how Express knows it', () => {
  const middleware = reverseJwt(platform().options)
  expect([middleware.name, middleware.length]).toEqual(['reverseJwt', 3])
})

it('writes nothing but Cache-Control on the answer when it lets pass', async () => {
  const { done, fake } = response()
  const req = { headers: { authorization: `Bearer ${mint()}` } }
  expect(await run(reverseJwt(platform().options), req, fake)).toEqual([])
  expect(done).toEqual([['Cache-Control', 'no-store']])
  expect(Object.keys(req)).toEqual(['headers', 'project', 'projectToken'])
  expect(projectOf(req)).toMatchObject({ id: 'shop' })
})

it('sets the headers of a refusal, and leaves the status to the error handler', async () => {
  const { done, fake } = response()
  const req = { headers: { authorization: 'Bearer abc' } }
  const [error] = await run(reverseJwt(platform().options), req, fake)
  expect(error).toBeInstanceOf(AuthenticationError)
  const { code, status, headers } = error as AuthenticationError
  expect([code, status]).toEqual(['token_malformed', 401])
  const expected = {
    'Cache-Control': 'no-store',
    'WWW-Authenticate': challengeOf('token_malformed'),
  }
  expect(headers).toEqual(expected)
  expect(Object.fromEntries(done as [string, string][])).toEqual(expected)
  expect(Object.keys(req)).toEqual(['headers'])
})

it('sets the realm of its verifier, and the scheme alone where there is none', async () => {
  const refuse = async (verifier: Verifier) => {
    const [error] = await run(reverseJwt({ verifier }), { headers: {} })
    return (error as AuthenticationError).challenge
  }
  expect(await refuse(createVerifier({ ...platform().options, realm: "Ann's portal" }))).toBe(
    `Bearer realm="Ann's portal"`,
  )
  const bare = { authenticate: () => Promise.reject(new AuthenticationError('credentials_missing')) }
  expect(await refuse(bare as unknown as Verifier)).toBe('Bearer')
})

it("passes another verifier's own error on as it is, without headers", async () => {
  const own = new Error('of its own')
  const { done, fake } = response()
  const verifier = { authenticate: () => Promise.reject(own) } as unknown as Verifier
  expect(await run(reverseJwt({ verifier, optional: true }), { headers: {} }, fake)).toEqual([own])
  expect(done).toEqual([])
})

it('sets no header any more once something else has answered', async () => {
  const { done, fake } = response(true)
  const [error] = await run(reverseJwt(platform().options), { headers: {} }, fake)
  expect(error).toMatchObject({ code: 'credentials_missing' })
  expect(done).toEqual([])
})

it.each([undefined, null, false, 0, ''])(
  'lets nobody pass whose verifier rejects with %p',
  async (nothing) => {
    const verifier = { authenticate: () => rejection(nothing) } as unknown as Verifier
    const req = { headers: {} }
    expect(await run(reverseJwt({ verifier }), req)).toEqual([new Error('The verifier failed')])
    expect(Object.keys(req)).toEqual(['headers'])
  },
)

it('answers a preflight itself, without next()', () => {
  const next = jest.fn()
  const { done, fake } = response()
  const headers = { 'access-control-request-method': 'GET' }
  reverseJwt(platform().options)({ method: 'OPTIONS', headers }, fake, next)
  expect(done).toEqual([['status', 204], 'end'])
  expect(next).not.toHaveBeenCalled()
})

describe('its types', () => {
  it('fit Express without a cast', async () => {
    const app = express()
    const router = express.Router()
    app.use(reverseJwt(platform().options))
    app.use('/embed', reverseJwt({ verifier: createVerifier(platform().options), optional: true }))
    router.get('/portal', reverseJwt(platform().options), (req, res) => {
      res.json({ project: projectOf(req).id })
    })
    app.use(router)
    app.use(problemDetails())
    const answer = await request(serve(app)).get('/portal')
    expect(answer.status).toBe(401)
  })

  it('fit the requests and responses of node:http without a cast', async () => {
    const guard = reverseJwt(platform().options)
    const server = createServer((req, res) => {
      guard(req, res, (error) => {
        res.statusCode = error instanceof AuthenticationError ? error.status : 200
        res.end(error === undefined ? projectOf(req).id : '')
      })
    })
    const answer = await request(server).get('/').auth(mint(), { type: 'bearer' })
    expect([answer.status, answer.text]).toEqual([200, 'shop'])
    const refused = await request(server).get('/')
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer realm="reverse-jwt"'])
  })

  it('refuse what the options do not allow', () => {
    const { options } = platform()
    // @ts-expect-error -- a replay store is not optional
    expect(() => reverseJwt({ audience: 'a', keyStore: options.keyStore })).toThrow(TypeError)
    // @ts-expect-error -- a token never comes in a cookie
    expect(() => reverseJwt({ ...options, tokenFrom: ['cookie'] })).toThrow(TypeError)
    // @ts-expect-error -- undefined is most often a setting that got lost
    expect(() => reverseJwt({ ...options, scope: undefined })).toThrow(TypeError)
  })
})
