import { describe, expect, it } from '@jest/globals'
import express from 'express'
import passport from 'passport'
import request from 'supertest'
import { createVerifier, reverseJwt, ReverseJwtStrategy, type VerifierEvent } from '../lib/index.js'
import { mint } from './helpers/mint.js'
import { platform, shop } from './helpers/platform.js'

/** The obvious wrong things: each is said at once, in a sentence that tells what to do. */

describe('reverseJwt refuses', () => {
  it('to be mounted without being called', () => {
    const req = { method: 'GET', url: '/', headers: {} }
    expect(() => reverseJwt(req as never)).toThrow(
      new TypeError(
        'reverseJwt: headers is of a request; call reverseJwt({ ... }) and mount what it returns',
      ),
    )
  })

  it('a verifier without its name', () => {
    const verifier = createVerifier(platform().options)
    expect(() => reverseJwt(verifier as never)).toThrow(
      new TypeError('reverseJwt: verifier must be named: { verifier }'),
    )
  })
})

describe('the strategy refuses', () => {
  const { options } = platform()
  const verifier = createVerifier(options)

  it.each([
    (project: unknown) => project,
    (project: unknown, done: (error: unknown, user: unknown) => void) => {
      done(null, project)
    },
  ])('the verify callback %p, which cannot call done', (verify) => {
    expect(() => new ReverseJwtStrategy({ verifier }, verify as never)).toThrow(
      new TypeError('ReverseJwtStrategy: verify takes (project, token, done) and must call done'),
    )
  })

  it('takes a verify callback that names no parameters', () => {
    expect(
      () =>
        new ReverseJwtStrategy({ verifier }, (...all) => {
          all[2](null, true)
        }),
    ).not.toThrow()
  })

  it.each([{ scope: 'portal:admin' }, { optional: true }, { tokenFrom: ['body'] }])(
    'the option %j of passport.authenticate, before the token is used up',
    async (misplaced) => {
      const authenticator = new passport.Passport()
      authenticator.use(new ReverseJwtStrategy({ verifier }))
      const app = express()
      const guards = [misplaced, {}].map((more): express.RequestHandler => {
        const guard: unknown = authenticator.authenticate('reverse-jwt', { session: false, ...more })
        return guard as express.RequestHandler
      })
      app.get('/wrong', guards[0] as express.RequestHandler, (_, res) => {
        res.json('in')
      })
      app.get('/right', guards[1] as express.RequestHandler, (_, res) => {
        res.json('in')
      })
      const told: unknown[] = []
      app.use(((error, _req, res, next) => {
        // Express knows an error handler by its four parameters.
        if (res.headersSent) next(error)
        told.push(error)
        res.status(500).end()
      }) as express.ErrorRequestHandler)

      const token = mint()
      const server = app.listen(0)
      const wrong = await request(server).get('/wrong').auth(token, { type: 'bearer' })
      const right = await request(server).get('/right').auth(token, { type: 'bearer' })
      server.close()
      const [name = ''] = Object.keys(misplaced)
      expect([wrong.status, right.status]).toEqual([500, 200])
      expect(told).toEqual([
        new TypeError(`${name} belongs to new ReverseJwtStrategy({ ${name} }), not to passport.authenticate`),
      ])
    },
  )
})

describe('an event shows whose configuration is wrong', () => {
  const eventOf = async (token: string, origin?: string): Promise<VerifierEvent | undefined> => {
    const { options, events } = platform({}, [shop(['ES256'], { allowedOrigins: ['https://shop.example'] })])
    await createVerifier(options)
      .verify(token, { origin })
      .catch(() => undefined)
    return events[0]
  }

  it('by the audience of the token', async () => {
    const event = await eventOf(mint({ claims: { aud: 'https://another.example\n' } }))
    expect(event).toMatchObject({
      code: 'audience_mismatch',
      unverifiedAudience: 'https://another.example\n',
    })
    expect(await eventOf(mint({ claims: { jti: '' } }))).not.toHaveProperty('unverifiedAudience')
  })

  it('by the origin of the request, and the rule that refused it', async () => {
    expect(await eventOf(mint(), 'https://www.shop.example')).toMatchObject({
      code: 'origin_not_allowed',
      cause: 'the origin is not one of the project',
      origin: 'https://www.shop.example',
    })
    expect(
      await eventOf(mint({ claims: { origin: 'https://a.example' } }), 'https://shop.example'),
    ).toMatchObject({
      cause: 'the origin is not the one in the token',
      origin: 'https://shop.example',
    })
    const absent = await eventOf(mint({ claims: { origin: 'https://a.example' } }))
    expect(absent).toMatchObject({ cause: 'the request has no origin, and needs one' })
    expect(absent).not.toHaveProperty('origin')
    expect(await eventOf(mint(), 'https://shop.example')).toMatchObject({ type: 'accepted' })
  })
})
