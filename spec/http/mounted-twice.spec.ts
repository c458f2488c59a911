import { describe, expect, it } from '@jest/globals'
import type { Application, ErrorRequestHandler, RequestHandler } from 'express'
import passport from 'passport'
import request from 'supertest'
import {
  createVerifier,
  MemoryReplayStore,
  problemDetails,
  projectOf,
  projectTokenOf,
  reverseJwt,
  ReverseJwtStrategy,
  type FaceOptions,
  type TokenUse,
  type VerifierOptions,
} from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { expectAnswer, noOrigin, otherAudience } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

/** Options whose replay store counts. */
function counted() {
  const uses: TokenUse[] = []
  const inner = new MemoryReplayStore()
  const replayStore = {
    consume(use: TokenUse) {
      uses.push(use)
      return inner.consume(use)
    },
  }
  return { uses, ...platform({ replayStore }) }
}

/** Several faces in a row in front of one handler. */
function behind(express: Express, ...faces: (VerifierOptions & FaceOptions)[]): Application {
  const app = express()
  for (const face of faces) app.use(reverseJwt(face))
  app.get('/portal', (req, res) => {
    res.json({ project: projectOf(req).id, scopes: projectTokenOf(req).scopes })
  })
  app.use(problemDetails())
  return app
}

/** An error handler of the platform that goes on as if nothing had been. */
const forgive: ErrorRequestHandler = (_error, _req, _res, next) => {
  next()
}

const get = (app: Application, token: string) =>
  request(serve(app)).get('/portal').auth(token, { type: 'bearer' })

describe.each(expresses)('%s', (_, express) => {
  it('consumes a token once that two routers check, and tells of it once', async () => {
    const { options, uses, events } = counted()
    const app = express()
    const inner = express.Router()
    inner.use(reverseJwt(options))
    inner.get('/portal', (req, res) => {
      res.json({ project: projectOf(req).id })
    })
    app.use('/embed', reverseJwt(options), inner)
    app.use(problemDetails())
    const server = serve(app)
    const token = mint()

    const answer = await request(server).get('/embed/portal').auth(token, { type: 'bearer' })
    expect(answer.status).toBe(200)
    expect(uses).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['accepted'])
    expectAnswer(await request(server).get('/embed/portal').auth(token, { type: 'bearer' }), 'token_replayed')
  })

  it('consumes a token once that two verifiers with the same stores check', async () => {
    const { options, uses } = counted()
    const app = express()
    app.use(reverseJwt({ verifier: createVerifier(options) }))
    app.use(reverseJwt({ verifier: createVerifier({ ...options, realm: 'inner' }) }))
    app.use((req, res) => {
      res.json({ project: projectOf(req).id })
    })
    expect((await get(app, mint())).status).toBe(200)
    expect(uses).toHaveLength(1)
  })

  it('consumes a token once that the middleware and Passport check, in either order', async () => {
    for (const passportFirst of [false, true]) {
      const { options, uses } = counted()
      const app = express()
      const faces: RequestHandler[] = [
        reverseJwt(options),
        new passport.Passport().authenticate(new ReverseJwtStrategy(options), {
          session: false,
        }) as RequestHandler,
      ]
      app.use(...(passportFirst ? faces.reverse() : faces), (req, res) => {
        res.json({ project: projectOf(req).id, user: (req.user as { id: string }).id })
      })
      const answer = await get(app, mint())
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({ project: 'shop', user: 'shop' })
      expect(uses).toHaveLength(1)
    }
  })

  it('holds the token to the rules of the second face as well', async () => {
    const { options, uses } = counted()
    const strict = { ...options, scope: 'portal:admin' }
    const answer = await get(behind(express, options, strict), mint())
    expect(answer.status).toBe(403)
    expect(answer.headers['www-authenticate']).toContain('scope="portal:admin"')
    expect(uses).toHaveLength(1)

    const read = await get(behind(express, options, { ...options, scope: 'portal:read' }), mint())
    expect(read.status).toBe(200)
    expect(read.body).toEqual({ project: 'shop', scopes: ['portal:read', 'portal:write'] })
  })

  it('holds the token to the audience, lifetime, type and origin that the second verifier asks for', async () => {
    const { options } = counted()
    const app = (second: Partial<VerifierOptions>) => behind(express, options, { ...options, ...second })
    const inner = 'https://inner.example'
    expectAnswer(await get(app({ audience: inner }), mint()), 'audience_mismatch', otherAudience(inner))
    expectAnswer(await get(app({ maxLifetime: 60 }), mint()), 'token_lifetime_too_long')
    expectAnswer(await get(app({ algorithms: ['RS256'] }), mint()), 'algorithm_not_allowed')
    expectAnswer(await get(app({ requireOrigin: true }), mint()), 'origin_not_allowed', noOrigin)
    const plain = mint({ header: { typ: undefined } })
    expectAnswer(await get(app({ typ: 'project-auth+jwt' }), plain), 'token_type_not_allowed')
    const late = app({ clock: () => now + 200 })
    expectAnswer(await get(late, mint()), 'token_expired')
    expect((await get(app({}), mint())).status).toBe(200)
  })

  it('consumes a token in each replay store, where there are two', async () => {
    const [one, two] = [counted(), counted()]
    const both = behind(express, one.options, { ...one.options, replayStore: two.options.replayStore })
    const token = mint()
    expect((await get(both, token)).status).toBe(200)
    expect([one.uses.length, two.uses.length]).toEqual([1, 1])
    expectAnswer(await get(behind(express, two.options), token), 'token_replayed')
  })

  it('asks the second key store, where there are two', async () => {
    const { options } = counted()
    const empty = { ...options, keyStore: { find: () => undefined } }
    expectAnswer(await get(behind(express, options, empty), mint()), 'token_not_verified')
    // The other store has the key, but the same replay store has seen the token.
    const other = { ...options, keyStore: platform().options.keyStore }
    expectAnswer(await get(behind(express, options, other), mint()), 'token_replayed')
  })

  it('does not remember a refusal: the next face decides for itself', async () => {
    const { options, uses } = counted()
    const app = express()
    app.use(reverseJwt({ ...options, scope: 'portal:admin' }))
    app.use(forgive)
    app.use(reverseJwt(options), (req, res) => {
      res.json({ project: projectOf(req).id })
    })
    expect((await get(app, mint())).status).toBe(200)
    expect(uses).toHaveLength(1)
  })

  it('does not remember that nobody came: a strict face behind an optional one still refuses', async () => {
    const { options } = counted()
    const app = behind(express, { ...options, optional: true }, options)
    expectAnswer(await request(serve(app)).get('/portal'), 'credentials_missing')
    expectAnswer(await get(app, mint({ claims: { exp: now - 10, iat: now - 19 } })), 'token_expired')
    expect((await get(app, mint())).status).toBe(200)
  })

  it('does not carry anything over to the next request', async () => {
    const { options, uses } = counted()
    const app = behind(express, options, options)
    expect((await get(app, mint())).status).toBe(200)
    expect((await get(app, mint())).status).toBe(200)
    expect(uses).toHaveLength(2)
  })

  it('consumes a token once for three checks of one request at the same time', async () => {
    const { options, uses, events } = counted()
    const verifier = createVerifier(options)
    const app = express()
    app.use((req, res, next) => {
      const checks = [
        // The first to ask is refused, so it must not decide for the other two.
        verifier.authenticate(req, { scope: ['portal:admin'] }),
        verifier.authenticate(req),
        verifier.authenticate(req, { scope: ['portal:read'] }),
      ]
      Promise.allSettled(checks).then((outcomes) => {
        res.json(outcomes.map(({ status }) => status))
      }, next)
    })
    const answer = await get(app, mint())
    expect(answer.body).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(uses).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['refused', 'accepted'])
  })
})
