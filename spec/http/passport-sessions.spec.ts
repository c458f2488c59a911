import { describe, expect, it, jest } from '@jest/globals'
import type { RequestHandler } from 'express'
import passport, { type AuthenticateOptions } from 'passport'
import request from 'supertest'
import { problemDetails, projectOf } from '../../lib/index.js'
import { expresses } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { stateless, strategyOf, tellWho, withToken } from './passport.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

describe.each(expresses)('%s', (_, express) => {
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
})
