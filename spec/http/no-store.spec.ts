import { describe, expect, it } from '@jest/globals'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import request from 'supertest'
import { problemDetails, reverseJwt } from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { openServer } from '../helpers/server.js'
import { stateless, strategyOf, ways } from './passport.js'

const serve = openServer()

const guards: [name: string, make: () => RequestHandler][] = [
  ['reverseJwt', () => reverseJwt(platform().options)],
  ...ways.map(([name, way]): [string, () => RequestHandler] => [
    `the strategy ${name}`,
    () => way(strategyOf(), stateless),
  ]),
]

function ask(express: Express, guard: RequestHandler, before?: string, own?: string) {
  const app = express()
  app.use((_req, res, next) => {
    if (before !== undefined) res.setHeader('Cache-Control', before)
    next()
  })
  app.use(guard, (_req, res) => {
    if (own !== undefined) res.setHeader('Cache-Control', own)
    res.json({})
  })
  app.use(problemDetails())
  return request(serve(app)).get('/').auth(mint(), { type: 'bearer' })
}

describe.each(expresses)('%s', (_, express) => {
  describe.each(guards)('behind %s an answer', (_name, make) => {
    it('is kept by no cache, whatever was set before', async () => {
      for (const before of [undefined, 'public, max-age=60']) {
        const answer = await ask(express, make(), before)
        expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store'])
      }
    })

    it('may be kept where its handler says so', async () => {
      const answer = await ask(express, make(), undefined, 'private, max-age=60')
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'private, max-age=60'])
    })
  })

  it('says nothing of caches for a request that passes without a token', async () => {
    const app = express()
    app.use(reverseJwt({ ...platform().options, optional: true }), (_req, res) => {
      res.json({})
    })
    expect((await request(serve(app)).get('/')).headers).not.toHaveProperty('cache-control')
  })

  it('writes nothing on an answer that a timeout has sent meanwhile', async () => {
    const { options } = platform()
    const thrown: unknown[] = []
    let seen: () => void
    const late = new Promise<void>((resolve) => (seen = resolve))
    const app = express()
    app.use((_req, res, next) => {
      next()
      res.status(504).end()
    })
    app.use(reverseJwt(options), () => {
      seen()
    })
    app.use(((error, _req, _res, next) => {
      thrown.push(error)
      next()
    }) satisfies ErrorRequestHandler)
    const answer = await request(serve(app)).get('/').auth(mint(), { type: 'bearer' })
    await late
    expect([answer.status, thrown]).toEqual([504, []])
  })
})
