import { describe, expect, it, jest } from '@jest/globals'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import passport from 'passport'
import { problemDetails, StoreError, type VerifyCallback } from '../../lib/index.js'
import { rejection } from '../helpers/rejection.js'
import { expresses } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { strategyOf, telling, tellWho, withToken } from './passport.js'
import { expectAnswer } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

describe.each(expresses)('%s', (_, express) => {
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
      ['rejects with nothing', () => rejection(undefined), 'The verify callback failed'],
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
})
