import { describe, expect, it, jest } from '@jest/globals'
import type { Application, ErrorRequestHandler, RequestHandler } from 'express'
import type { Server } from 'node:http'
import passport, { type AuthenticateOptions, type Strategy } from 'passport'
import request, { type Test } from 'supertest'
import {
  problemDetails,
  projectOf,
  projectTokenOf,
  ReverseJwtStrategy,
  StoreError,
  type FaceOptions,
  type VerifierOptions,
  type VerifyCallback,
} from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { holdKeysOf } from '../helpers/held-key-store.js'
import { mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { every } from '../helpers/provocations.js'
import { answers, challengeOf, descriptionOf, expectAnswer, notOneToken } from '../helpers/refusals.js'
import { mintRival } from '../helpers/rival.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
const stateless: AuthenticateOptions = { session: false }
const telling: AuthenticateOptions = { session: false, failWithError: true }

const tellWho: RequestHandler = (req, res) => {
  const { project, user } = req as { project?: { id: string }; user?: unknown }
  res.json({ project: project?.id, user })
}

/** `guard` in front of one handler that tells who came. */
function behind(express: Express, guard: unknown, ...after: ErrorRequestHandler[]): Application {
  const app = express()
  app.use(guard as RequestHandler, tellWho)
  for (const handler of after) app.use(handler)
  return app
}

/** How a platform hands the strategy to Passport. */
const ways: readonly [name: string, way: (strategy: Strategy, how: AuthenticateOptions) => RequestHandler][] =
  [
    [
      'by its registered name',
      (strategy, how) =>
        new passport.Passport().use(strategy).authenticate('reverse-jwt', how) as RequestHandler,
    ],
    [
      'as an instance',
      (strategy, how) => new passport.Passport().authenticate(strategy, how) as RequestHandler,
    ],
  ]

const strategyOf = (options: Partial<VerifierOptions & FaceOptions> = {}, verify?: VerifyCallback) =>
  new ReverseJwtStrategy({ ...platform().options, ...options }, verify)

const withToken = (server: Server, token = mint()): Test =>
  request(server).get('/').auth(token, { type: 'bearer' })

describe.each(expresses)('%s', (_, express) => {
  describe.each(ways)('%s', (_, way) => {
    it('attaches the project, the token and the user', async () => {
      const guard = way(strategyOf(), stateless)
      const app = express()
      app.use(guard, (req, res) => {
        const same = req.user === projectOf(req)
        res.json({ same, project: projectOf(req).id, scopes: projectTokenOf(req).scopes })
      })
      const answer = await withToken(serve(app))
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({ same: true, project: 'shop', scopes: ['portal:read', 'portal:write'] })
      expect(answer.headers).not.toHaveProperty('www-authenticate')
      expect(answer.headers).not.toHaveProperty('cache-control')
    })

    it.each(every)(
      'answers %s in full with failWithError and problemDetails()',
      async (code, provocation) => {
        const { options } = platform({}, provocation.projects)
        const guard = way(new ReverseJwtStrategy({ ...options, ...provocation.options?.() }), telling)
        const server = serve(behind(express, guard, problemDetails()))
        const statuses: number[] = []
        for (const authorization of provocation.authorizations()) {
          const sent = request(server)
            .get('/')
            .set(authorization === undefined ? {} : { authorization })
          const answer = await sent
          statuses.push(answer.status)
          if (answer.status === 200) continue
          expectAnswer(answer, code, provocation.description, provocation.scope)
          expect(answer.body).toMatchObject({ server_time: now })
        }
        expect(statuses.at(-1)).toBe(answers[code][0])
      },
    )

    it.each(every)('answers %s with at least its status without them', async (code, provocation) => {
      const { options } = platform({}, provocation.projects)
      for (const how of [stateless, telling]) {
        const guard = way(new ReverseJwtStrategy({ ...options, ...provocation.options?.() }), how)
        const server = serve(behind(express, guard))
        const authorization = provocation.authorizations().at(-1)
        const send = () =>
          request(server)
            .get('/')
            .set(authorization === undefined ? {} : { authorization })
        // What only the second request provokes has been provoked by now.
        if (code === 'token_replayed') await send()
        if (code === 'replay_store_full') await withToken(server)
        const answer = await send()
        const [status, , retry] = answers[code]
        expect(answer.status).toBe(status)
        if (status === 401) {
          expect(answer.headers['www-authenticate']).toBe(challengeOf(code, provocation.description))
        }
        expect(answer.headers['retry-after']).toBe(retry === 'later' ? '5' : undefined)
        const segments = (authorization ?? '').slice('Bearer '.length).split(/[. ]/)
        for (const segment of segments) if (segment !== '') expect(answer.text).not.toContain(segment)
      }
    })

    it('marks a refusal no-store, whatever the app has set before', async () => {
      const app = express()
      app.use((_req, res, next) => {
        res.set('Cache-Control', 'public, max-age=60')
        next()
      })
      app.use(way(strategyOf(), telling))
      app.use(problemDetails())
      expectAnswer(await request(serve(app)).get('/'), 'credentials_missing')
    })

    it('gives each of two requests that overlap its own project', async () => {
      const { options } = platform()
      const { keyStore, asked, release } = holdKeysOf('shop', options)
      const guard = way(new ReverseJwtStrategy({ ...options, keyStore }), telling)
      const server = serve(behind(express, guard, problemDetails()))

      // A waits for its key; B comes, is let in and answered; C comes and is refused; then A's key arrives.
      const a = withToken(server).then((answer) => answer)
      await asked
      const b = await withToken(server, mintRival())
      const c = await withToken(server, mintRival({ signature: Buffer.alloc(64) }))
      release()

      expect([b.status, b.body]).toEqual([200, expect.objectContaining({ project: 'rival' })])
      expect(b.body).toMatchObject({ user: { id: 'rival' } })
      expectAnswer(c, 'token_not_verified')
      const answer = await a
      expect(answer.status).toBe(200)
      expect(answer.body).toMatchObject({ project: 'shop', user: { id: 'shop' } })
    })

    it('refuses the request that was refused, not the one that came after it', async () => {
      const { options } = platform()
      const { keyStore, asked, release } = holdKeysOf('shop', options)
      const guard = way(new ReverseJwtStrategy({ ...options, keyStore }), telling)
      const app = express()
      const entered: unknown[] = []
      app.use(guard, (req, _res, next) => {
        entered.push(projectOf(req).id)
        next()
      })
      app.use(tellWho)
      app.use(problemDetails())
      const server = serve(app)

      const forged = withToken(server, mint({ signature: Buffer.alloc(64) })).then((answer) => answer)
      await asked
      const honest = await withToken(server, mintRival())
      release()
      expect(honest.body).toMatchObject({ project: 'rival' })
      expectAnswer(await forged, 'token_not_verified')
      expect(entered).toEqual(['rival'])
    })

    it('keeps forty mixed requests at once apart', async () => {
      const { options } = platform()
      const { keyStore } = options
      const slow: VerifierOptions['keyStore'] = {
        async find(projectId, kid) {
          // The later a request comes, the sooner its key: the answers come in another order than the requests.
          for (let turns = 40; turns > 0; turns -= kid.length) await Promise.resolve()
          return keyStore.find(projectId, kid)
        },
      }
      const verify: VerifyCallback = (project, token, done) => {
        setImmediate(done, null, { id: project.id, jti: token.claims.jti })
      }
      const guard = way(new ReverseJwtStrategy({ ...options, keyStore: slow }, verify), telling)
      const server = serve(behind(express, guard, problemDetails()))

      const sent = Array.from({ length: 40 }, (_, at) => {
        const jti = `mixed-${at}`
        const token = at % 2 === 0 ? mint({ claims: { jti } }) : mintRival({ claims: { jti } })
        return withToken(server, token).then(({ status, body }) => ({ status, body: body as unknown }))
      })
      const expected = sent.map((_, at) => {
        const id = at % 2 === 0 ? 'shop' : 'rival'
        return { status: 200, body: { project: id, user: { id, jti: `mixed-${at}` } } }
      })
      expect(await Promise.all(sent)).toEqual(expected)
    })
  })

  describe('with a verify callback', () => {
    const answerOf = async (verify: VerifyCallback, { options = telling, token = mint() } = {}) => {
      const entered = jest.fn()
      const late: unknown[] = []
      const app = express()
      app.use(
        new passport.Passport().authenticate(strategyOf({}, verify), options) as RequestHandler,
        (_req, _res, next) => {
          entered()
          next()
        },
        tellWho,
      )
      app.use(problemDetails(), ((error, _req, res, next) => {
        if (res.headersSent) late.push(error)
        else next(error)
      }) satisfies ErrorRequestHandler)
      const answer = await withToken(serve(app), token)
      return { answer, entered, late }
    }

    it('hands over the project and the token, and takes the user from it', async () => {
      const { answer } = await answerOf(
        (project, token, done) => {
          done(null, { name: `${project.id}/${token.claims.jti}/${token.kid}` })
        },
        { token: mint({ claims: { jti: 'one' } }) },
      )
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({ project: 'shop', user: { name: 'shop/one/key-es256' } })
    })

    it.each<[string, VerifyCallback]>([
      [
        'later',
        (_project, _token, done) => {
          setImmediate(done, null, { name: 'u' })
        },
      ],
      [
        'from an async function',
        async (_project, _token, done) => {
          await Promise.resolve()
          done(null, { name: 'u' })
        },
      ],
      [
        'twice',
        (_project, _token, done) => {
          done(null, { name: 'u' })
          done(null, { name: 'v' })
          done(new Error('no'))
          done(null, false)
        },
      ],
    ])('is answered once by one that calls done %s', async (_, verify) => {
      const { answer, entered, late } = await answerOf(verify)
      expect(answer.status).toBe(200)
      expect(answer.body).toMatchObject({ user: { name: 'u' } })
      expect(entered).toHaveBeenCalledTimes(1)
      expect(late).toEqual([])
    })

    it.each<[string, VerifyCallback]>([
      [
        'throws',
        (_project, _token, done) => {
          done(null, { name: 'u' })
          throw new Error('afterwards')
        },
      ],
      [
        'rejects',
        (_project, _token, done) => {
          done(null, { name: 'u' })
          return Promise.reject(new Error('afterwards'))
        },
      ],
    ])(
      'is answered once by one that calls done and then %s, and the error is not lost',
      async (_, verify) => {
        const { answer, entered, late } = await answerOf(verify)
        expect(answer.status).toBe(200)
        expect(answer.body).toMatchObject({ user: { name: 'u' } })
        expect(entered).toHaveBeenCalledTimes(1)
        expect(late).toEqual([new Error('afterwards')])
      },
    )

    it.each<[string, unknown, unknown]>([
      ['false', false, undefined],
      ['null', null, undefined],
      ['undefined', undefined, undefined],
      ['an empty string', '', undefined],
      ['zero', 0, undefined],
      ['false with a reason', false, { message: 'not for you' }],
      ['false with a text', false, 'not for you'],
    ])('is refused with 403 when it says %s', async (_, user, info) => {
      const { answer, entered } = await answerOf((_project, _token, done) => {
        done(null, user, info)
      })
      expect(answer.status).toBe(403)
      expect(answer.headers).not.toHaveProperty('www-authenticate')
      expect(entered).not.toHaveBeenCalled()
    })

    it.each<[string, VerifyCallback, string]>([
      [
        'says an error',
        (_project, _token, done) => {
          done(new Error('database'))
        },
        'database',
      ],
      [
        'throws',
        () => {
          throw new Error('database')
        },
        'database',
      ],
      ['rejects', () => Promise.reject(new Error('database')), 'database'],
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- JavaScript lets anybody do it
      ['rejects with nothing', () => Promise.reject(undefined), 'The verify callback failed'],
    ])('is an error, not a refusal, when it %s', async (_, verify, message) => {
      const { answer, entered } = await answerOf(verify)
      expect(answer.status).toBe(500)
      expect(answer.text).toContain(message)
      expect(entered).not.toHaveBeenCalled()
    })

    it('answers with the outage that it says', async () => {
      const { answer } = await answerOf((_project, _token, done) => {
        done(new StoreError('store_unavailable'))
      })
      expect(answer.status).toBe(503)
      expect(answer.body).toMatchObject({ code: 'store_unavailable' })
    })

    it('is not asked about a token that is refused', async () => {
      const verify = jest.fn<VerifyCallback>()
      const { answer } = await answerOf(verify, { token: 'abc' })
      expectAnswer(answer, 'token_malformed')
      expect(verify).not.toHaveBeenCalled()
    })
  })

  describe('with optional: true', () => {
    const server = (options: Partial<VerifierOptions> = {}) => {
      const strategy = strategyOf({ ...options, optional: true })
      const guard: unknown = new passport.Passport().authenticate(strategy, telling)
      return serve(behind(express, guard, problemDetails()))
    }

    it('lets pass who has no credentials of ours, and nobody else', async () => {
      for (const headers of [{}, { authorization: 'Basic YTpi' }]) {
        const answer = await request(server()).get('/').set(headers)
        expect(answer.status).toBe(200)
        expect(answer.body).toEqual({})
      }
      expect((await withToken(server())).body).toMatchObject({ project: 'shop' })
      expectAnswer(await withToken(server(), 'abc'), 'token_malformed')
      expectAnswer(
        await request(server()).get('/').set('authorization', 'Bearer'),
        'request_malformed',
        notOneToken,
      )
      const keyStore = { find: () => Promise.reject(new Error('down')) }
      expectAnswer(await withToken(server({ keyStore })), 'store_unavailable')
    })
  })

  describe('and sessions', () => {
    const sentence =
      "TypeError: passport.authenticate('reverse-jwt') needs { session: false }: a project token is used once and this app has no sessions"

    it.each<[string, AuthenticateOptions]>([
      ['left as it is', {}],
      ['undefined', { session: undefined }],
      ['true', { session: true }],
    ])(
      'is an error before the token is used up when session is %s and there are none',
      async (_, options) => {
        const strategy = strategyOf()
        const authenticator = new passport.Passport().use(strategy)
        const app = express()
        app.get('/wrong', authenticator.authenticate('reverse-jwt', options) as RequestHandler, tellWho)
        app.get('/right', authenticator.authenticate('reverse-jwt', stateless) as RequestHandler, tellWho)
        app.use(problemDetails())
        const server = serve(app)
        const token = mint()
        for (const attempt of ['first', 'second']) {
          const wrong = await request(server).get('/wrong').auth(token, { type: 'bearer' })
          expect([attempt, wrong.status]).toEqual([attempt, 500])
          expect(wrong.text.replaceAll('&#39;', "'")).toContain(sentence)
        }
        const right = await request(server).get('/right').auth(token, { type: 'bearer' })
        expect(right.status).toBe(200)
        expect(right.body).toMatchObject({ project: 'shop' })
      },
    )

    it('logs in where there are sessions', async () => {
      const warned = jest.spyOn(process, 'emitWarning').mockReturnValue()
      const authenticator = new passport.Passport()
      authenticator.use(strategyOf())
      authenticator.serializeUser((user, done) => {
        done(null, (user as { id: string }).id)
      })
      const app = express()
      app.use((req, _res, next) => {
        const calls = (done: () => void) => {
          done()
        }
        Object.assign(req, { session: { regenerate: calls, save: calls } })
        next()
      })
      app.use(authenticator.authenticate('reverse-jwt') as RequestHandler, (req, res) => {
        const { session } = req as unknown as { session: { passport: unknown } }
        res.json({ project: projectOf(req).id, session: session.passport })
      })
      const answer = await withToken(serve(app))
      expect(answer.body).toEqual({ project: 'shop', session: { user: 'shop' } })
      warned.mockRestore()
    })

    it('needs none for authorize and assignProperty, which log nobody in', async () => {
      const authenticator = new passport.Passport().use(strategyOf())
      const app = express()
      const tellAccount: RequestHandler = (req, res) => {
        const { account, user } = req as { account?: { id: string }; user?: unknown }
        res.json({ project: projectOf(req).id, account: account?.id, user })
      }
      app.get('/authorize', authenticator.authorize('reverse-jwt') as RequestHandler, tellAccount)
      const assign = authenticator.authenticate('reverse-jwt', {
        assignProperty: 'account',
      }) as RequestHandler
      app.get('/assign', assign, tellAccount)
      const server = serve(app)
      for (const path of ['/authorize', '/assign']) {
        const answer = await request(server).get(path).auth(mint(), { type: 'bearer' })
        expect(answer.status).toBe(200)
        expect(answer.body).toEqual({ project: 'shop', account: 'shop' })
        expect((await request(server).get(path).auth('abc', { type: 'bearer' })).status).toBe(401)
      }
    })
  })

  describe('with a callback of the app', () => {
    const server = (options: Partial<VerifierOptions> = {}, how: AuthenticateOptions = stateless) => {
      const authenticator = new passport.Passport().use(strategyOf(options))
      const app = express()
      app.use((req, res, next) => {
        const answer: passport.AuthenticateCallback = (error, user, info, status) => {
          res.json({ error: String(error), user: user && (user as { id: string }).id, info, status })
        }
        const guard = authenticator.authenticate('reverse-jwt', how, answer) as RequestHandler
        void guard(req, res, next)
      })
      return serve(app)
    }

    it('tells it who came', async () => {
      expect((await withToken(server())).body).toEqual({ error: 'null', user: 'shop' })
    })

    it('tells it why nobody came', async () => {
      expect((await request(server()).get('/')).body).toEqual({
        error: 'null',
        user: false,
        info: 'Bearer realm="reverse-jwt"',
        status: 401,
      })
      expect((await withToken(server(), 'a b')).body).toEqual({
        error: 'null',
        user: false,
        info: challengeOf('request_malformed', notOneToken),
        status: 400,
      })
    })

    it('is called once though it throws, and its error is answered', async () => {
      const done: VerifyCallback = (project, _token, answer) => {
        answer(null, project)
      }
      for (const verify of [undefined, done]) {
        const called = jest.fn()
        const strategy = strategyOf({}, verify)
        const app = express()
        app.use((req, res, next) => {
          const answer = () => {
            called()
            throw new Error('in the callback')
          }
          const guard = new passport.Passport().authenticate(strategy, stateless, answer) as RequestHandler
          void guard(req, res, next)
        })
        const answer = await withToken(serve(app))
        expect(answer.status).toBe(500)
        expect(answer.text).toContain('in the callback')
        expect(called).toHaveBeenCalledTimes(1)
      }
    })

    it('tells it of an outage and of a missing session: false', async () => {
      const keyStore = { find: () => Promise.reject(new Error('down')) }
      expect((await withToken(server({ keyStore }))).body).toEqual({
        error: `StoreError: ${descriptionOf('store_unavailable')}`,
      })
      const { error } = (await withToken(server({}, {}))).body as { error: string }
      expect(error).toContain('needs { session: false }')
    })
  })
})
