import { Writable } from 'node:stream'
import { expect, it, describe } from '@jest/globals'
import express, { type ErrorRequestHandler } from 'express'
import Koa from 'koa'
import passport from 'passport'
import pino from 'pino'
import request from 'supertest'
import {
  createVerifier,
  problemDetails,
  reverseJwt,
  ReverseJwtStrategy,
  type VerifierOptions,
} from '../../lib/index.js'
import { mint, now } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { challengeOf, descriptionOf, expectAnswer, saidOf, type Code } from '../helpers/refusals.js'

const failing = { find: () => Promise.reject(new Error('connection refused')) }
const origin = 'https://evil.example'

/** One code of each status that there is. */
const refusals: readonly [number, Code, string, Partial<VerifierOptions>][] = [
  [401, 'token_expired', mint({ claims: { iat: now - 130, exp: now - 10 } }), {}],
  [403, 'origin_not_allowed', mint(), {}],
  [400, 'request_malformed', 'a b', {}],
  [503, 'store_unavailable', mint(), { keyStore: failing }],
]
const oddDescription: Partial<Record<Code, string>> = {
  request_malformed: 'The Bearer scheme must be followed by one token.',
  token_expired: saidOf('token_expired').replace('N s', '10 s'),
}
const textOf = (code: Code) => oddDescription[code] ?? descriptionOf(code)

const optionsFor = (override: Partial<VerifierOptions>) =>
  platform(override, [shop(['ES256'], { allowedOrigins: ['https://shop.example'] })]).options

function appWith(override: Partial<VerifierOptions>, ...handlers: ErrorRequestHandler[]) {
  const app = express().set('env', 'production')
  app.get('/portal', reverseJwt(optionsFor(override)))
  return app.use(handlers)
}

const ask = (app: Parameters<typeof request>[0], token: string) =>
  request(app).get('/portal').set('Origin', origin).set('Authorization', `Bearer ${token}`)

/** Writes what it logs into a list. */
function logger() {
  const lines: string[] = []
  const stream = new Writable({
    write(line: Buffer, _, done) {
      lines.push(line.toString())
      done()
    },
  })
  return { log: pino(stream), lines }
}

const logThen = (log: pino.Logger): ErrorRequestHandler =>
  function logThen(error, _req, _res, next) {
    log.error(error)
    next(error)
  }

/** What a careless or hostile plugin does. */
const overwrite: ErrorRequestHandler = function overwrite(error: Error, _req, _res, next) {
  const wrong = {
    status: 200,
    statusCode: 200,
    expose: false,
    headers: { 'X-Owned': 'yes' },
    challenge: 'Basic',
  }
  const texts = { message: 'owned', description: 'owned', title: 'owned', error: 'owned', retry: 'owned' }
  Object.assign(error, wrong, texts, {
    code: 'owned',
    realm: 'owned',
    serverTime: 0,
    cause: 'owned',
    name: 'owned',
  })
  next(error)
}

describe.each(refusals)('%d %s', (status, code, token, override) => {
  const description = textOf(code)

  it('is answered with its status by a handler that reads statusCode, as that of NestJS does', async () => {
    const handler: ErrorRequestHandler = (
      error: { statusCode?: number; message: string },
      _req,
      res,
      next,
    ) => {
      if (res.headersSent) next(error)
      else res.status(error.statusCode ?? 500).json({ message: error.message })
    }
    const answer = await ask(appWith(override, handler), token)
    expect([answer.status, answer.body]).toEqual([status, { message: description }])
  })

  it('is answered in full after pino has logged it', async () => {
    const { log, lines } = logger()
    const answer = await ask(appWith(override, logThen(log), problemDetails()), token)
    expectAnswer(answer, code, description)
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: { code, status } })
    expect(lines[0]).not.toContain(token)
  })

  it('is answered in full by problemDetails, whatever was written on it', async () => {
    const answer = await ask(appWith(override, overwrite, problemDetails()), token)
    expectAnswer(answer, code, description)
    expect(answer.headers).not.toHaveProperty('x-owned')
    expect(JSON.stringify(answer.headers) + answer.text).not.toContain('owned')
  })

  it('is answered with its status, headers and text by Koa', async () => {
    const verifier = createVerifier(optionsFor(override))
    const koa = new Koa()
    koa.silent = true
    koa.use(async ({ req }) => {
      await verifier.authenticate(req)
    })
    const answer = await ask(koa.callback(), token)
    expect([answer.status, answer.text]).toEqual([status, description])
    expect(answer.headers['www-authenticate']).toBe(challengeOf(code, description))
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['retry-after']).toBe(status === 503 ? '5' : undefined)
  })

  it('can be marked by Koa when the answer has begun', async () => {
    const verifier = createVerifier(optionsFor(override))
    const koa = new Koa()
    const errors: unknown[] = []
    koa.on('error', (error) => errors.push(error))
    koa.use(async ({ req, res }) => {
      res.flushHeaders()
      await verifier.authenticate(req).finally(() => res.end())
    })
    await ask(koa.callback(), token)
    expect(errors).toEqual([expect.objectContaining({ code, headerSent: true })])
  })

  it('is answered in full behind Passport after its error was logged and written on', async () => {
    const verifier = createVerifier(optionsFor(override))
    const passports = new passport.Passport()
    passports.use(new ReverseJwtStrategy({ verifier }))
    const { log } = logger()
    const app = express()
    app.get(
      '/portal',
      passports.authenticate('reverse-jwt', {
        session: false,
        failWithError: true,
      }) as express.RequestHandler,
    )
    app.use(logThen(log), problemDetails())
    expectAnswer(await ask(app, token), code, description)
  })
})

it('takes what a wrapped verifier has written on a refusal for nothing', async () => {
  const honest = createVerifier(platform().options)
  const verifier: typeof honest = {
    ...honest,
    authenticate: (...given) =>
      honest.authenticate(...given).catch((error: unknown) => {
        throw Object.assign(error as Error, { code: 'credentials_missing', status: 200, headers: {} })
      }),
  }
  const app = express().set('env', 'production')
  app.get('/portal', reverseJwt({ verifier, optional: true }), (_req, res) => void res.send('let in'))
  app.use(problemDetails())
  expectAnswer(await ask(app, mint({ header: { kid: 'unknown' } })), 'token_not_verified')
})
