import { describe, expect, it } from '@jest/globals'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import passport from 'passport'
import request from 'supertest'
import { problemDetails, refusalOf, reverseJwt, ReverseJwtStrategy } from '../../lib/index.js'
import { anyUuid } from '../helpers/events.js'
import { expresses, type Express } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
const origin = 'https://shop.example'

/** A guard as NestJS and many apps write it: a callback of their own decides. */
function withOwnCallback(express: Express) {
  const { options, events } = platform({}, [shop(['ES256'], { allowedOrigins: [origin] })])
  const authenticator = new passport.Passport().use(new ReverseJwtStrategy(options))
  const guard: RequestHandler = (req, res, next) => {
    const callback = (error: unknown, user: unknown) => {
      const refusal = refusalOf(req)
      res.json({
        error: error instanceof Error,
        user: Boolean(user),
        refusal: refusal && { ...(JSON.parse(JSON.stringify(refusal)) as object), id: refusal.id },
      })
    }
    const handler = authenticator.authenticate('reverse-jwt', { session: false }, callback) as RequestHandler
    void handler(req, res, next)
  }
  const server = serve(express().use(guard))
  const get = (token: string, from = origin) =>
    request(server).get('/').set('Origin', from).auth(token, { type: 'bearer' })
  return { get, events, options }
}

describe.each(expresses)('%s: in a callback of passport.authenticate', (_, express) => {
  it('it has code, status, retry and the id of the event', async () => {
    const { get, events } = withOwnCallback(express)
    const token = mint()
    expect((await get(token)).body).toEqual({ error: false, user: true })
    expect((await get(token)).body).toMatchObject({
      user: false,
      refusal: { code: 'token_replayed', status: 401, retry: 'if-idempotent', id: events[1]?.id },
    })
    expect((await get(mint(), 'https://evil.example')).body).toMatchObject({
      user: false,
      refusal: { code: 'origin_not_allowed', status: 403, retry: 'no', id: events[2]?.id },
    })
    expect(events[2]).toMatchObject({ id: anyUuid, face: 'passport' })
  })

  it('it is not there for an outage, which the callback is given', async () => {
    const { get, options } = withOwnCallback(express)
    Object.assign(options.keyStore, { find: () => Promise.reject(new Error('down')) })
    expect((await get(mint())).body).toEqual({ error: true, user: false })
  })
})

describe.each(expresses)('%s: in an error handler', (_, express) => {
  const app = (optional: boolean) => {
    const { options, events } = platform()
    const seen: unknown[] = []
    const own = express()
    own.use(reverseJwt({ ...options, optional }))
    own.use((req, res) => {
      seen.push(refusalOf(req))
      res.json({})
    })
    own.use(((error, req, _res, next) => {
      seen.push([refusalOf(req)?.id, (error as { id?: string }).id])
      next(error)
    }) as ErrorRequestHandler)
    own.use(problemDetails())
    return { server: serve(own), events, seen }
  }

  it('it is what the middleware refused with, and its id is that of the answer and of the event', async () => {
    const { server, events, seen } = app(false)
    for (const token of ['rubbish', undefined]) {
      const call = request(server).get('/')
      const answer = await (token === undefined ? call : call.auth(token, { type: 'bearer' }))
      const id = events.at(-1)?.id
      expect(seen.pop()).toEqual([id, id])
      expect((answer.body as { instance?: string }).instance).toBe(`urn:uuid:${id ?? ''}`)
    }
    expect(events).toMatchObject([{ face: 'express' }, { face: 'express', code: 'credentials_missing' }])
  })

  it('it is undefined where nobody was refused, and that is no event', async () => {
    const { server, events, seen } = app(true)
    expect((await request(server).get('/')).status).toBe(200)
    expect((await request(server).get('/').auth(mint(), { type: 'bearer' })).status).toBe(200)
    expect(seen).toEqual([undefined, undefined])
    expect(events).toMatchObject([{ type: 'accepted' }])
  })
})

it('an outage of the clock is told of by the face that asked', async () => {
  const { options, events } = platform({ clock: () => NaN })
  await request(serve(express().use(reverseJwt(options)))).get('/')
  expect(events).toMatchObject([{ type: 'unavailable', face: 'express', reason: 'clock' }])
})
