import { describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { problemDetails, projectOf, projectTokenOf, reverseJwt } from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { expectAnswer, notOneToken, tokenInQuery } from '../helpers/refusals.js'
import { openServer, rawRequest } from '../helpers/server.js'

const serve = openServer()

/** Tells who came, or that nobody in particular did. */
function welcome(express: Express, override: Parameters<typeof platform>[0] = {}) {
  const app = express()
  app.use(reverseJwt({ ...platform(override).options, optional: true }))
  app.get('/portal', (req, res) => {
    const { project } = req as { project?: { id: string } }
    res.json({ project: project?.id ?? 'nobody' })
  })
  app.get('/name', (req, res) => {
    res.json({ project: projectOf(req).id })
  })
  app.get('/scopes', (req, res) => {
    res.json({ scopes: projectTokenOf(req).scopes })
  })
  app.use(problemDetails())
  return app
}

describe.each(expresses)('%s, optional: true', (_, express) => {
  it('lets a request without credentials pass, as nobody', async () => {
    const answer = await request(serve(welcome(express))).get('/portal')
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({ project: 'nobody' })
    expect(answer.headers).not.toHaveProperty('www-authenticate')
  })

  it.each(['Basic c2hvcDpzZWNyZXQ=', 'Digest username="shop"', 'DPoP abc', 'BearerX abc', 'Token abc'])(
    'lets %j pass, which is for somebody else',
    async (authorization) => {
      const answer = await request(serve(welcome(express)))
        .get('/portal')
        .set({ authorization })
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({ project: 'nobody' })
    },
  )

  it('knows the project of a good token', async () => {
    const answer = await request(serve(welcome(express)))
      .get('/portal')
      .auth(mint(), { type: 'bearer' })
    expect(answer.body).toEqual({ project: 'shop' })
  })

  it('refuses a bad token all the same', async () => {
    const server = serve(welcome(express))
    const used = mint()
    await request(server).get('/portal').auth(used, { type: 'bearer' })
    const get = (authorization: string) => request(server).get('/portal').set({ authorization })

    expectAnswer(await get(`Bearer ${used}`), 'token_replayed')
    expectAnswer(await get(`Bearer ${mint({ claims: { exp: now - 10, iat: now - 19 } })}`), 'token_expired')
    expectAnswer(await get(`Bearer ${mint({ signature: Buffer.alloc(64) })}`), 'token_not_verified')
    expectAnswer(await get('Bearer abc'), 'token_malformed')
    expectAnswer(await get('Bearer'), 'request_malformed', notOneToken)
    expectAnswer(await request(server).get('/portal?access_token=abc'), 'request_malformed', tokenInQuery)
    const two = await rawRequest(server, ['Authorization: Basic YTpi', 'Authorization: Basic YTpi'])
    expect(two.status).toBe(400)
  })

  it('answers 503, and lets nobody pass, while a store is down', async () => {
    const keyStore = { find: () => Promise.reject(new Error('down')) }
    const server = serve(welcome(express, { keyStore }))
    expectAnswer(await request(server).get('/portal').auth(mint(), { type: 'bearer' }), 'store_unavailable')
  })

  it('throws where a handler takes for granted what was optional', async () => {
    const server = serve(welcome(express))
    const sentence = (name: string) =>
      `Error: This request has no ${name}. Mount reverseJwt() or passport.authenticate('reverse-jwt') before this handler; behind optional: true, look at req.${name} first.`
    const plain = (html: string) => html.replaceAll('&#39;', "'")

    for (const [path, name] of [
      ['/name', 'project'],
      ['/scopes', 'projectToken'],
    ] as const) {
      const answer = await request(server).get(path)
      expect(answer.status).toBe(500)
      expect(plain(answer.text)).toContain(sentence(name))
    }
    expect((await request(server).get('/name').auth(mint(), { type: 'bearer' })).status).toBe(200)
  })
})
