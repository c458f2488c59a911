import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import cors from 'cors'
import type { RequestHandler } from 'express'
import passport from 'passport'
import request from 'supertest'
import type { CorsOptions } from '../lib/index.js'
import type * as Warnings from '../lib/warnings.js'
import { expresses } from './helpers/express.js'
import { openServer } from './helpers/server.js'

const serve = openServer()

let warnOnce: typeof Warnings.warnOnce
let emitWarning: jest.SpiedFunction<typeof process.emitWarning>

beforeEach(async () => {
  // A warning is given once a process; a fresh module is as good as a fresh process.
  jest.resetModules()
  ;({ warnOnce } = await import('../lib/warnings.js'))
  emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
})
afterEach(() => {
  emitWarning.mockRestore()
})

it('gives each warning once, with a code that silences it', () => {
  const codes = [
    'REVERSE_JWT_NO_TLS',
    'REVERSE_JWT_MEMORY_STORE_IN_CLUSTER',
    'REVERSE_JWT_NO_CORS',
    'REVERSE_JWT_UNKNOWN_ORIGIN',
    'REVERSE_JWT_BUILT_IN_A_REQUEST',
    'REVERSE_JWT_SESSION_LEFT_ON',
    'REVERSE_JWT_BODY_NOT_PARSED',
    'REVERSE_JWT_TOKENS_NOT_LIMITED',
    'REVERSE_JWT_LISTENER_FAILED',
    'REVERSE_JWT_PRIVATE_ADDRESSES_ALLOWED',
  ] as const
  for (const code of [...codes, ...codes.toReversed()]) warnOnce(code)
  expect(emitWarning.mock.calls.map(([, options]) => options)).toEqual(
    codes.map((code) => ({ type: 'ReverseJwtWarning', code })),
  )
})

it('says what to do, and where there is more', () => {
  warnOnce('REVERSE_JWT_BODY_NOT_PARSED')
  expect(emitWarning.mock.calls[0]?.[0]).toBe(
    'tokenFrom includes "body", but a form arrived with req.body unset. Mount express.urlencoded({ extended: false }) before. See https://unpkg.com/reverse-jwt/docs/warnings.md#reverse_jwt_body_not_parsed',
  )
})

it('warns once of pages that corsFor does not know, without their origin, and not where that is listened for', async () => {
  const { corsFor } = await import('../lib/index.js')
  const answer = {
    statusCode: 200,
    headersSent: false,
    setHeader: jest.fn(),
    getHeader: jest.fn(),
    end: jest.fn(),
  }
  const preflight = (origin: string, options: CorsOptions = {}, method = 'OPTIONS') => {
    const headers = { origin, 'access-control-request-method': 'POST' }
    corsFor(new Set(['https://shop.example']), options)({ method, headers }, answer, jest.fn())
  }
  preflight('https://shop.example')
  preflight('https://other.example', {}, 'GET')
  preflight('https://other.example', { onUnknownOrigin: jest.fn() })
  expect(emitWarning).not.toHaveBeenCalled()
  preflight('https://other.example')
  preflight('https://another.example')
  expect(emitWarning.mock.calls).toEqual([
    [expect.not.stringContaining('other'), { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_UNKNOWN_ORIGIN' }],
  ])
})

describe.each(expresses)('%s', (_, express) => {
  it('warns of a verifier that is made anew for each request, and not of one that is made at start-up', async () => {
    const { reverseJwt } = await import('../lib/index.js')
    const { platform } = await import('./helpers/platform.js')
    const { options } = platform()
    const app = express()
    app.get('/once', reverseJwt({ ...options, optional: true }), (_req, res) => {
      res.json({})
    })
    app.get('/anew', (req, res, next) => {
      reverseJwt({ ...options, optional: true })(req, res, next)
    })
    const server = serve(app)
    await request(server).get('/once')
    expect(emitWarning).not.toHaveBeenCalled()
    await request(server).get('/anew')
    await request(server).get('/anew')
    expect(emitWarning.mock.calls.map(([, options]) => options)).toEqual([
      { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_BUILT_IN_A_REQUEST' },
    ])
  })

  it.each(['reverseJwt', 'the Passport strategy'])(
    'warns once of preflights that reach %s without CORS, and not of those that CORS has seen',
    async (face) => {
      const { reverseJwt, ReverseJwtStrategy } = await import('../lib/index.js')
      const { platform } = await import('./helpers/platform.js')
      const { options } = platform()
      const strategy = new passport.Passport().use(new ReverseJwtStrategy(options))
      const guard =
        face === 'reverseJwt'
          ? reverseJwt(options)
          : (strategy.authenticate('reverse-jwt', { session: false }) as RequestHandler)
      const app = express()
      app.use('/open', cors({ origin: ['https://shop.example'], preflightContinue: true }), guard)
      app.use(guard, cors())
      const server = serve(app)
      const preflight = (path: string) =>
        request(server)
          .options(path)
          .set({ Origin: 'https://shop.example', 'Access-Control-Request-Method': 'GET' })
      await preflight('/open')
      await request(server).options('/closed')
      await request(server).get('/closed')
      expect(emitWarning).not.toHaveBeenCalled()
      await preflight('/closed')
      await preflight('/closed')
      expect(emitWarning.mock.calls.map(([, options]) => options)).toEqual([
        { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_NO_CORS' },
      ])
    },
  )

  it('warns of a session that is left on, once, and not of one that is turned off', async () => {
    const { ReverseJwtStrategy } = await import('../lib/index.js')
    const { platform } = await import('./helpers/platform.js')
    const { mint } = await import('./helpers/mint.js')
    const authenticator = new passport.Passport()
    authenticator.use(new ReverseJwtStrategy(platform().options))
    authenticator.serializeUser((_user, done) => {
      done(null, 'shop')
    })
    const app = express()
    app.use((req, _res, next) => {
      const call = (done: () => void) => {
        done()
      }
      Object.assign(req, { session: { regenerate: call, save: call } })
      next()
    })
    const off = authenticator.authenticate('reverse-jwt', { session: false }) as RequestHandler
    const on = authenticator.authenticate('reverse-jwt') as RequestHandler
    const end: RequestHandler = (_req, res) => {
      res.json({})
    }
    app.get('/off', off, end)
    app.get('/on', on, end)
    const server = serve(app)
    const get = (path: string) => request(server).get(path).auth(mint(), { type: 'bearer' })
    expect((await get('/off')).status).toBe(200)
    expect(emitWarning).not.toHaveBeenCalled()
    expect((await get('/on')).status).toBe(200)
    expect((await get('/on')).status).toBe(200)
    expect(emitWarning.mock.calls.map(([, options]) => options)).toEqual([
      { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_SESSION_LEFT_ON' },
    ])
  })
})
