import { expect, it } from '@jest/globals'
import express, { type RequestHandler } from 'express'
import passport, { type Strategy } from 'passport'
import request from 'supertest'
import { problemDetails, ReverseJwtStrategy } from '../../lib/index.js'
import { platform } from '../helpers/platform.js'
import { expectAnswer } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
const telling = { session: false, failWithError: true }

it('marks a refusal of Passport no-store, whatever the app has set before', async () => {
  const app = express()
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'public, max-age=60')
    next()
  })
  app.use(
    new passport.Passport().authenticate(
      new ReverseJwtStrategy(platform().options),
      telling,
    ) as RequestHandler,
  )
  app.use(problemDetails())
  expectAnswer(await request(serve(app)).get('/'), 'credentials_missing')
})

it('does not speak for a later guard that refuses after another strategy let the request in', async () => {
  const staff = {
    authenticate(this: Strategy & { success: (user: unknown) => void }) {
      this.success({ name: 'staff' })
    },
  } as unknown as Strategy
  const admin = {
    authenticate(this: Strategy & { fail: (challenge: string, status: number) => void }) {
      this.fail('Admin', 401)
    },
  } as unknown as Strategy
  const first = [new ReverseJwtStrategy(platform().options), staff] as unknown as string[]
  const app = express()
  app.use(new passport.Passport().authenticate(first, telling) as RequestHandler)
  app.use(new passport.Passport().authenticate(admin, telling) as RequestHandler)
  app.use(problemDetails())
  const answer = await request(serve(app)).get('/')
  expect(answer.status).toBe(401)
  expect(answer.headers['www-authenticate']).toBe('Admin')
  expect(answer.headers['content-type']).not.toContain('problem')
})
