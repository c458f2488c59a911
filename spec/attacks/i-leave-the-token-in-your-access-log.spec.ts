import { expect, it } from '@jest/globals'
import express from 'express'
import request, { type Response } from 'supertest'
import { problemDetails, reverseJwt } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { appOf, platform } from '../helpers/platform.js'
import { expectAnswer, tokenInQuery } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

function expectRefused(answer: Response): void {
  expectAnswer(answer, 'request_malformed', tokenInQuery)
}

it.each([
  'access_token=',
  '%61ccess_token=',
  'access%5Ftoken=',
  '%61%63%63%65%73%73%5f%74%6f%6b%65%6e=',
  'tab=3&access_token=',
  'access_token&jwt=',
  'access_token=x&access_token=',
  '?access_token=x&access_token=',
])('refuses a token in the query as %j, also beside an honest one', async (name) => {
  const server = serve(appOf({ ...platform().options, tokenFrom: ['header', 'body'] }))
  const inHeader = mint()
  expectRefused(await request(server).get(`/portal?${name}${mint()}`))
  expectRefused(await request(server).get(`/portal?${name}${mint()}`).auth(inHeader, { type: 'bearer' }))
  // Refused, but not used up.
  const control = await request(server).get('/portal?tab=3').auth(inHeader, { type: 'bearer' })
  expect(control.status).toBe(200)
})

it('refuses it behind a router that hides the query from the handler', async () => {
  const app = express()
  app.use(
    '/embed',
    (req, _res, next) => {
      req.url = '/portal'
      next()
    },
    reverseJwt(platform().options),
    (_req, res) => {
      res.json({})
    },
  )
  app.use(problemDetails())
  const server = serve(app)
  expectRefused(await request(server).get(`/embed?access_token=${mint()}`).auth(mint(), { type: 'bearer' }))
  expect((await request(server).get('/embed').auth(mint(), { type: 'bearer' })).status).toBe(200)
})

it('takes no other name for a token, and lets nobody in by one', async () => {
  const server = serve(appOf(platform().options))
  for (const name of ['Access_Token', 'token', 'jwt', 'access_token[]', 'x.access_token']) {
    expectAnswer(await request(server).get(`/portal?${name}=${mint()}`), 'credentials_missing')
    const control = await request(server).get(`/portal?${name}=1`).auth(mint(), { type: 'bearer' })
    expect(control.status).toBe(200)
  }
})
