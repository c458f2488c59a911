import { describe, expect, it, jest } from '@jest/globals'
import cors from 'cors'
import type { RequestHandler } from 'express'
import request from 'supertest'
import { problemDetails, projectOf, reverseJwt } from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { expectAnswer } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

const preflight = {
  Origin: 'https://shop.example',
  'Access-Control-Request-Method': 'POST',
  'Access-Control-Request-Headers': 'authorization',
}

function guarded(express: Express, ...before: RequestHandler[]) {
  const reached = jest.fn()
  const app = express()
  if (before.length > 0) app.use(...before)
  app.use(reverseJwt(platform().options))
  app.use((req, res) => {
    reached(req.method)
    res.json({ project: projectOf(req).id })
  })
  app.use(problemDetails())
  return { app, reached }
}

describe.each(expresses)('%s', (_, express) => {
  it('answers a preflight 204, without CORS headers, and keeps it from the handler', async () => {
    const { app, reached } = guarded(express)
    const answer = await request(serve(app)).options('/portal').set(preflight)
    expect(answer.status).toBe(204)
    expect(answer.text).toBe('')
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(answer.headers).not.toHaveProperty('www-authenticate')
    expect(reached).not.toHaveBeenCalled()
  })

  it('does not let a token make a preflight reach the handler, or use the token up', async () => {
    const { app, reached } = guarded(express)
    const server = serve(app)
    const token = mint()
    const answer = await request(server).options('/portal').set(preflight).auth(token, { type: 'bearer' })
    expect(answer.status).toBe(204)
    expect(reached).not.toHaveBeenCalled()
    expect((await request(server).get('/portal').auth(token, { type: 'bearer' })).status).toBe(200)
  })

  it('asks OPTIONS for a token when it is no preflight', async () => {
    const { app, reached } = guarded(express)
    const server = serve(app)
    const { Origin } = preflight
    expectAnswer(await request(server).options('/portal').set({ Origin }), 'credentials_missing')
    expect(reached).not.toHaveBeenCalled()
    const answer = await request(server).options('/portal').set({ Origin }).auth(mint(), { type: 'bearer' })
    expect(answer.body).toEqual({ project: 'shop' })
    expect(reached).toHaveBeenCalledWith('OPTIONS')
  })

  it.each(['get', 'head', 'post', 'put', 'delete', 'patch'] as const)(
    'does not take %s with the headers of a preflight for one',
    async (method) => {
      const { app, reached } = guarded(express)
      const answer = await request(serve(app))[method]('/portal').set(preflight)
      expect(answer.status).toBe(401)
      expect(reached).not.toHaveBeenCalled()
    },
  )

  it('leaves the preflight to CORS that is mounted before, and a refusal its headers', async () => {
    const { app, reached } = guarded(express, cors({ origin: ['https://shop.example'] }))
    const server = serve(app)
    const allowed = await request(server).options('/portal').set(preflight)
    expect(allowed.status).toBe(204)
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-headers': 'authorization',
      vary: 'Origin, Access-Control-Request-Headers',
    })
    expect(reached).not.toHaveBeenCalled()

    const refused = await request(server).get('/portal').set('Origin', 'https://shop.example')
    expectAnswer(refused, 'credentials_missing')
    expect(refused.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      vary: 'Origin',
    })
  })

  it('ends a preflight that CORS hands on, with the headers that CORS has set', async () => {
    const before = cors({ origin: ['https://shop.example'], preflightContinue: true })
    const { app, reached } = guarded(express, before)
    const answer = await request(serve(app)).options('/portal').set(preflight)
    expect(answer.status).toBe(204)
    expect(answer.headers['access-control-allow-origin']).toBe('https://shop.example')
    expect(reached).not.toHaveBeenCalled()
  })
})
