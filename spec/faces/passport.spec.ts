import { afterEach, describe, expect, it, jest } from '@jest/globals'
import express, { type RequestHandler } from 'express'
import passport from 'passport'
import PassportStrategy from 'passport-strategy'
import {
  createVerifier,
  ReverseJwtStrategy,
  type Project,
  type ProjectToken,
  type RequestLike,
  type VerifyCallback,
} from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { challengeOf, notOneToken } from '../helpers/refusals.js'
import { rejection } from '../helpers/rejection.js'

/** What Passport puts on a strategy; resolves to the one action that was called. */
function authenticate(
  strategy: object,
  req: RequestLike & { session?: unknown },
  options?: { session?: boolean; assignProperty?: string },
): Promise<unknown[]> {
  return new Promise((resolve) => {
    const action = (name: string) =>
      jest.fn((...args: unknown[]) => {
        resolve([name, ...args])
      })
    const actions = {
      success: action('success'),
      fail: action('fail'),
      pass: action('pass'),
      error: action('error'),
    }
    const clone = Object.assign(
      Object.create(strategy) as { authenticate(...args: unknown[]): unknown },
      actions,
    )
    // Passport waits for no promise.
    expect(clone.authenticate(req, options)).toBeUndefined()
  })
}

const stateless = { session: false }
const carrying = (token = mint()) => ({ headers: { authorization: `Bearer ${token}` } })

it('is a Passport strategy with the name reverse-jwt', () => {
  const strategy = new ReverseJwtStrategy(platform().options)
  expect(strategy.name).toBe('reverse-jwt')
  expect(strategy).toBeInstanceOf(PassportStrategy.Strategy)
})

it('works as the clone that Passport makes, and writes nothing on itself', async () => {
  const strategy = Object.freeze(new ReverseJwtStrategy(platform().options))
  const outcome = await authenticate(strategy, carrying(), stateless)
  expect(outcome).toEqual(['success', expect.objectContaining({ id: 'shop' })])
})

it('calls fail with the challenge and the status, and nothing on the response', async () => {
  const { options } = platform()
  const res = new Proxy(
    {},
    {
      get: () => {
        expect('res').toBe('untouched')
      },
      set: () => false,
    },
  )
  const strategy = new ReverseJwtStrategy(options)
  const fail = async (req: object) => authenticate(strategy, { headers: {}, ...req, ...{ res } }, stateless)
  expect(await fail({})).toEqual(['fail', 'Bearer realm="reverse-jwt"', 401])
  expect(await fail(carrying('abc'))).toEqual(['fail', challengeOf('token_malformed'), 401])
  expect(await fail({ headers: { authorization: 'Bearer' } })).toEqual([
    'fail',
    challengeOf('request_malformed', notOneToken),
    400,
  ])
  const bound = mint({ claims: { origin: 'https://shop.example' } })
  expect(await fail(carrying(bound))).toEqual(['fail', undefined, 403])
})

it('calls pass for absent credentials alone when it is optional', async () => {
  const strategy = new ReverseJwtStrategy({ ...platform().options, optional: true })
  expect(await authenticate(strategy, { headers: {} }, stateless)).toEqual(['pass'])
  expect((await authenticate(strategy, carrying('abc'), stateless))[0]).toBe('fail')
})

describe('when success throws', () => {
  const boom = new Error('in the platform')
  /** What the application hears of it, and by whom. */
  const outcomeOf = (request: RequestLike) =>
    new Promise((resolve) => {
      const fail = (by: string) => (error: unknown) => {
        resolve([by, error])
      }
      jest.spyOn(console, 'error').mockImplementationOnce(fail('console'))
      const clone = Object.assign(
        Object.create(new ReverseJwtStrategy(platform().options)) as ReverseJwtStrategy,
        {
          success: () => {
            throw boom
          },
          fail: fail('fail'),
          pass: fail('pass'),
          error: fail('error'),
        },
      )
      clone.authenticate(request, stateless)
    })
  afterEach(() => {
    jest.restoreAllMocks()
  })

  it('tells the next of Express', async () => {
    const heard = new Promise((resolve) => {
      void outcomeOf({ ...carrying(), next: resolve } as RequestLike)
    })
    expect(await heard).toBe(boom)
  })

  it('calls no other action where there is no Express: Passport would call the handler again', async () => {
    expect(await outcomeOf(carrying())).toEqual(['console', boom])
  })
})

it('calls error when the request cannot be written on', async () => {
  const [action, error] = await authenticate(
    new ReverseJwtStrategy(platform().options),
    Object.freeze(carrying()),
    stateless,
  )
  expect([action, error]).toEqual(['error', expect.any(TypeError)])
})

describe('without sessions', () => {
  const needs =
    "passport.authenticate('reverse-jwt') needs { session: false }: a project token is used once and this app has no sessions"

  it.each([
    ['no options', undefined, {}],
    ['options that do not say', {}, {}],
    ['session: true', { session: true }, {}],
    ['an empty session', {}, { session: undefined }],
    ['a session that was destroyed', {}, { session: null }],
  ])('calls error before the token is looked at, with %s', async (_, how, extra) => {
    const consume = jest.fn(() => true)
    const find = jest.fn(() => undefined)
    const strategy = new ReverseJwtStrategy({
      ...platform().options,
      keyStore: { find },
      replayStore: { consume },
    })
    const req = { ...carrying(), ...extra }
    expect(await authenticate(strategy, req, how)).toEqual(['error', new TypeError(needs)])
    expect(find).not.toHaveBeenCalled()
    expect(consume).not.toHaveBeenCalled()
    expect(req).not.toHaveProperty('project')
  })

  it.each([
    ['session: false', stateless, {}],
    ['assignProperty', { assignProperty: 'account' }, {}],
    ['a session', {}, { session: {} }],
  ])('goes on with %s', async (_, how, extra) => {
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue()
    const strategy = new ReverseJwtStrategy(platform().options)
    expect((await authenticate(strategy, { ...carrying(), ...extra }, how))[0]).toBe('success')
    warned.mockRestore()
  })
})

describe('the verify callback', () => {
  it.each(['text', 7, {}, true, null])('must be a function, not %p', (verify) => {
    expect(() => new ReverseJwtStrategy(platform().options, verify as unknown as VerifyCallback)).toThrow(
      new TypeError('ReverseJwtStrategy: verify must be a function (project, token, done)'),
    )
  })

  it('gets the project and the token, and its info reaches Passport', async () => {
    const verify = jest.fn<VerifyCallback>((_project, _token, done) => {
      done(null, 'user', { via: 'portal' })
    })
    const strategy = new ReverseJwtStrategy({ verifier: createVerifier(platform().options) }, verify)
    const req: RequestLike & { project?: Project; projectToken?: ProjectToken } = carrying()
    expect(await authenticate(strategy, req, stateless)).toEqual(['success', 'user', { via: 'portal' }])
    expect(verify.mock.calls).toEqual([[req.project, req.projectToken, expect.any(Function)]])
    expect(req.project).toMatchObject({ id: 'shop' })
  })

  it('is believed once, whatever else it says', async () => {
    const strategy = new ReverseJwtStrategy(platform().options, async (_project, _token, done) => {
      done(null, 'first')
      done(null, 'second')
      done(new Error('third'))
      done(null, false)
      await Promise.resolve()
      done(null, 'fifth')
      said()
    })
    let said = () => {}
    const saidAll = new Promise<void>((resolve) => (said = resolve))
    const actions = { success: jest.fn(), fail: jest.fn(), pass: jest.fn(), error: jest.fn() }
    const clone = Object.assign(Object.create(strategy) as ReverseJwtStrategy, actions)
    clone.authenticate(carrying(), stateless)
    await saidAll
    expect(actions.success.mock.calls).toEqual([['first', undefined]])
    for (const other of [actions.fail, actions.pass, actions.error]) expect(other).not.toHaveBeenCalled()
  })

  it('refuses with 403 and its reason', async () => {
    const strategy = new ReverseJwtStrategy(platform().options, (_project, _token, done) => {
      done(null, false, 'closed on Sundays')
    })
    expect(await authenticate(strategy, carrying(), stateless)).toEqual(['fail', 'closed on Sundays', 403])
  })
})

it('fits the types of Passport without a cast of its own', () => {
  const { options } = platform()
  const strategy = new ReverseJwtStrategy({ verifier: createVerifier(options) }, (project, token, done) => {
    done(null, { id: project.id, scopes: token.scopes })
  })
  const authenticator = new passport.Passport()
  authenticator.use(strategy)
  authenticator.use('another-name', new ReverseJwtStrategy(options))
  const app = express()
  // The one cast there is: Passport types what it makes as any.
  const guards: RequestHandler[] = [
    authenticator.authenticate('reverse-jwt', stateless) as RequestHandler,
    authenticator.authenticate(strategy, stateless) as RequestHandler,
    authenticator.authenticate(['reverse-jwt', 'another-name'], stateless) as RequestHandler,
  ]
  app.get('/', guards)
  // @ts-expect-error -- the second argument is a function
  expect(() => new ReverseJwtStrategy(options, 'verify')).toThrow(TypeError)
})

it.each([undefined, null, '', 0, false])(
  'is an error when a verifier of another make rejects with %p, which Passport would take for no error',
  async (nothing) => {
    const verifier = { ...createVerifier(platform().options), authenticate: () => rejection(nothing) }
    const [action, error] = await authenticate(
      new ReverseJwtStrategy({ verifier }),
      carrying(mint()),
      stateless,
    )
    expect([action, error]).toEqual(['error', new Error('The verifier failed')])
  },
)
