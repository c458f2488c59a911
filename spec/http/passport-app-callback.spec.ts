import { describe, expect, it, jest } from '@jest/globals'
import type { RequestHandler } from 'express'
import passport, { type AuthenticateOptions } from 'passport'
import request from 'supertest'
import { type VerifierOptions, type VerifyCallback } from '../../lib/index.js'
import { expresses } from '../helpers/express.js'
import { stateless, strategyOf, withToken } from './passport.js'
import { challengeOf, descriptionOf, notOneToken } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

describe.each(expresses)('%s', (_, express) => {
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
