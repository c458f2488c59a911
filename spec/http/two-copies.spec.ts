import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import express, { type ErrorRequestHandler } from 'express'
import passport from 'passport'
import request from 'supertest'
import * as here from '../../lib/index.js'
import { factsOfOtherCopy } from '../../lib/http/http-error.js'
import { refusalFactsOf } from '../../lib/errors.js'
import { anyUuid } from '../helpers/events.js'
import { mint } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { every } from '../helpers/provocations.js'
import { descriptionOf, expectAnswer } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

/** As a bundle makes one, or a second version in the tree. */
let other: typeof here
beforeAll(async () => {
  jest.resetModules()
  other = await import('../../lib/index.js')
  expect(other.StoreError).not.toBe(here.StoreError)
})

/** A route that one copy guards, and whose refusals the other renders. */
function appOf(options: here.VerifierOptions, ...handlers: ErrorRequestHandler[]) {
  const app = express()
  app.get('/portal', other.reverseJwt(options), (_req, res) => {
    res.json({})
  })
  app.use(...handlers, here.problemDetails())
  return serve(app)
}
const get = (server: ReturnType<typeof appOf>, token: string) =>
  request(server).get('/portal').auth(token, { type: 'bearer' })

describe('a refusal of one copy', () => {
  const { options } = platform()
  const own = () => ({ ...options, keyStore: new other.MemoryKeyStore([shop()]) })

  it('is rendered by the other, whatever was written on it', async () => {
    const overwrite: ErrorRequestHandler = (error, _req, _res, next) => {
      Object.assign(error as object, { status: 200, code: 'owned', description: 'owned', headers: {} })
      next(error)
    }
    for (const handlers of [[], [overwrite]]) {
      const server = appOf(own(), ...handlers)
      expectAnswer(await get(server, 'abc'), 'token_malformed')
      const token = mint()
      expect((await get(server, token)).status).toBe(200)
      expectAnswer(await get(server, token), 'token_replayed')
    }
  })

  it('is rendered by the other behind Passport', async () => {
    const authenticator = new passport.Passport().use(new other.ReverseJwtStrategy(own()))
    const app = express()
    const how = { session: false, failWithError: true }
    app.use('/portal', authenticator.authenticate('reverse-jwt', how) as express.RequestHandler)
    app.use(here.problemDetails())
    expectAnswer(await get(serve(app), 'abc'), 'token_malformed')
  })

  it.each(every)('is read as what it is: %s', (code) => {
    const outage = code === 'store_unavailable' || code === 'replay_store_full'
    const details = { cause: 'why', realm: 'portal', serverTime: 7, scope: ['a'] }
    const error = outage ? new other.StoreError(code, details) : new other.AuthenticationError(code, details)
    const mine = outage ? new here.StoreError(code, details) : new here.AuthenticationError(code, details)
    const facts = refusalFactsOf(error)
    expect(facts).toEqual({ ...refusalFactsOf(mine), instance: expect.anything() })
    expect(facts?.instance.id).toBe(error.id)
  })
})

describe('what is no refusal of another copy', () => {
  const facts = { code: 'token_expired', status: 200, error: 'owned', retry: 'no', title: 'owned' }
  const says = (answer: unknown) => ({ [Symbol.for('reverse-jwt.error-facts')]: () => answer })

  it('cannot choose its status, its error or its title: the code alone does', () => {
    expect(refusalFactsOf(says(facts))).toMatchObject({
      status: 401,
      error: 'invalid_token',
      retry: 'fresh-token',
      title: 'Token expired',
      description: descriptionOf('token_expired'),
    })
  })

  it('cannot bring details of another type', () => {
    const wrong = { description: 7, realm: {}, serverTime: 'now', scope: ['a"b'] }
    expect(refusalFactsOf(says({ ...facts, ...wrong }))).toMatchObject({
      description: descriptionOf('token_expired'),
      realm: undefined,
      scope: undefined,
      serverTime: expect.any(Number),
    })
  })

  it.each([undefined, null, 'text', {}, { id: 7 }, { id: 'urn' }, { id: `${'a'.repeat(36)}\r\n` }])(
    'cannot bring another id than a UUID: %j',
    (instance) => {
      expect(refusalFactsOf(says({ ...facts, instance }))?.instance.id).toEqual(anyUuid)
    },
  )

  it.each([
    ['an unknown code', says({ ...facts, code: 'session_ended' })],
    ['a code that every object has', says({ ...facts, code: 'constructor' })],
    ['no code', says({})],
    ['a code in a list', says({ ...facts, code: ['token_expired'] })],
    ['nothing', says(undefined)],
    ['text', says('token_expired')],
    ['a method that throws', Object.assign(says(0), { [Symbol.for('reverse-jwt.error-facts')]: jest.fn })],
    ['another error', new Error('mine')],
    ['an heir of an error', Object.create(new here.AuthenticationError('token_expired'))],
    ['a proxy of an error', new Proxy(new here.AuthenticationError('token_expired'), {})],
    ['null', null],
    ['undefined', undefined],
  ])('is not read: %s', (_, thrown) => {
    expect(refusalFactsOf(thrown)).toBeUndefined()
  })

  it('does not end anything where it cannot even be asked', () => {
    const hostile = new Proxy({}, { get: () => JSON.parse('{') as never })
    expect(factsOfOtherCopy(hostile)).toBeUndefined()
  })
})

it('does not trust the keys of another copy, and says whose they are', async () => {
  const { options, events } = platform()
  const server = appOf({ ...options, keyStore: new here.MemoryKeyStore([shop()]) })
  expectAnswer(await get(server, mint()), 'store_unavailable')
  expect(events).toMatchObject([
    {
      code: 'store_unavailable',
      cause:
        'the key store returned a key that another copy of reverse-jwt admitted: make one copy of what "npm ls reverse-jwt" lists, or of what your bundle holds',
    },
  ])
})

it('takes the outage of a store of another copy for what it is', async () => {
  const replayStore = {
    consume: () => {
      throw new other.StoreError('replay_store_full')
    },
  }
  const verifier = here.createVerifier({ ...platform().options, replayStore })
  await expect(verifier.verify(mint())).rejects.toMatchObject({ code: 'replay_store_full', status: 503 })
})
