import { describe, expect, it } from '@jest/globals'
import passport from 'passport'
import request from 'supertest'
import {
  problemDetails,
  projectOf,
  projectTokenOf,
  ReverseJwtStrategy,
  type VerifierOptions,
} from '../../lib/index.js'
import { expresses } from '../helpers/express.js'
import { now } from '../helpers/mint.js'
import { behind, stateless, strategyOf, telling, ways, withToken } from './passport.js'
import { platform } from '../helpers/platform.js'
import { every } from '../helpers/provocations.js'
import {
  answers,
  challengeOf,
  expectAnswer,
  notOneToken,
  saidOf,
  withoutSeconds,
} from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

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
      expect(answer.headers['cache-control']).toBe('no-store')
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
          const { description = saidOf(code) } = provocation
          const challenge = withoutSeconds(answer.headers['www-authenticate'] ?? '')
          expect(challenge).toBe(challengeOf(code, description))
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
})
