import { describe, expect, it, jest } from '@jest/globals'
import type { Application, ErrorRequestHandler } from 'express'
import type { Server } from 'node:http'
import { format } from 'node:util'
import request, { type Response } from 'supertest'
import {
  AuthenticationError,
  problemDetails,
  projectOf,
  projectTokenOf,
  reverseJwt,
  type FaceOptions,
  type VerifierOptions,
} from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { holdKeysOf } from './held-key-store.js'
import { kidOf, mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { every, provocations, type Provocation } from '../helpers/provocations.js'
import {
  answers,
  descriptionOf,
  expectAnswer,
  expectHeaders,
  saidOf,
  withoutSeconds,
} from '../helpers/refusals.js'
import { openServer, rawText } from '../helpers/server.js'

const serve = openServer()

function appOn(express: Express, options: VerifierOptions & FaceOptions): Application {
  const app = express()
  app.all('/portal', reverseJwt(options), (req, res) => {
    res.json({ project: projectOf(req).id })
  })
  return app
}

/** Sends what the provocation says; returns the last answer and all the tokens. */
async function provoke(server: Server, { authorizations }: Provocation) {
  const sent = authorizations()
  const statuses: number[] = []
  let answer: Response | undefined
  for (const authorization of sent) {
    answer = await request(server)
      .get('/portal')
      .set(authorization === undefined ? {} : { authorization })
    statuses.push(answer.status)
  }
  expect(statuses.slice(0, -1)).toEqual(sent.slice(1).map(() => 200))
  return { answer: answer as Response, sent: sent.filter((text) => text !== undefined) }
}

function expectNoSecrets(
  { text, headers }: Pick<Response, 'text' | 'headers'>,
  sent: readonly string[],
): void {
  const all = `${text}\n${JSON.stringify(headers)}`
  for (const authorization of sent) {
    for (const segment of authorization.replace('Bearer ', '').split(/[. ]/)) {
      if (segment !== '') expect(all).not.toContain(segment)
    }
  }
  expect(all).not.toMatch(/\bat .*:\d+:\d+|\.js\b|node:|node_modules|ECONNREFUSED/)
}

describe.each(expresses)('%s', (name, express) => {
  it('is the Express that the title says', () => {
    // Only 4 still has this.
    expect(Object.hasOwn(express.application, 'del')).toBe(name === 'Express 4')
  })

  it('attaches the project and what its token said', async () => {
    const app = express()
    app.use('/portal', reverseJwt(platform().options))
    app.get('/portal', (req, res) => {
      const { project, projectToken } = req as { project?: unknown; projectToken?: unknown }
      const same = project === projectOf(req) && projectToken === projectTokenOf(req)
      res.json({ same, project, projectToken })
    })
    const token = mint({ claims: { jti: 'use-a', scope: 'portal:read portal:admin', tab: 3 } })
    const answer = await request(serve(app)).get('/portal').auth(token, { type: 'bearer' })

    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      same: true,
      project: {
        id: 'shop',
        issuer: 'shop',
        scopes: ['portal:read', 'portal:write'],
        suspended: false,
      },
      projectToken: {
        header: { alg: 'ES256', kid: kidOf('ES256'), typ: 'project-auth+jwt' },
        claims: {
          iss: 'shop',
          sub: 'shop',
          aud: 'https://platform.example',
          proj_id: 'shop',
          jti: 'use-a',
          iat: now - 10,
          exp: now + 110,
          scope: 'portal:read portal:admin',
          tab: 3,
        },
        scopes: ['portal:read'],
        kid: kidOf('ES256'),
      },
    })
    expect(answer.headers).not.toHaveProperty('www-authenticate')
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it.each(every)('answers %s with headers and problem details', async (code, provocation) => {
    const { options } = platform({}, provocation.projects)
    const app = appOn(express, { ...options, ...provocation.options?.() })
    app.use(problemDetails())
    const { answer, sent } = await provoke(serve(app), provocation)

    expectAnswer(answer, code, provocation.description, provocation.scope)
    expect(answer.body).toMatchObject({ server_time: now })
    expectNoSecrets(answer, sent)
  })

  it.each(every)("answers %s with the same headers from Express's own handler", async (code, provocation) => {
    const { options } = platform({}, provocation.projects)
    const app = appOn(express, { ...options, ...provocation.options?.() })
    const { answer, sent } = await provoke(serve(app), provocation)

    const { description = saidOf(code), scope } = provocation
    expectHeaders(answer, code, description, scope)
    const name = answers[code][0] === 503 ? 'StoreError' : 'AuthenticationError'
    const text = /<pre>(.*)<\/pre>/s.exec(answer.text)?.[1] ?? ''
    expect(withoutSeconds(text)).toBe(`${name}: ${description}`)
    expectNoSecrets(answer, sent)
  })

  it('tells nothing but the status in production, and logs neither token nor stack', async () => {
    const logged = new Promise<string>((resolve) => {
      jest.spyOn(console, 'error').mockImplementationOnce((...line) => {
        resolve(format(...line))
      })
    })
    const app = appOn(express, platform().options)
    app.set('env', 'production')
    const { answer, sent } = await provoke(serve(app), provocations.token_not_verified)

    expectHeaders(answer, 'token_not_verified')
    expect(/<pre>(.*)<\/pre>/s.exec(answer.text)?.[1]).toBe('Unauthorized')
    const text = await logged
    expect(text).toContain(`AuthenticationError: ${descriptionOf('token_not_verified')}`)
    expectNoSecrets({ text, headers: {} }, sent)
  })

  it('does not let an earlier answer decide the status of a refusal', async () => {
    const app = express()
    app.use((_req, res, next) => {
      res.status(201).set('WWW-Authenticate', 'Basic').set('Cache-Control', 'public, max-age=60')
      next()
    })
    app.use(reverseJwt(platform().options), problemDetails())
    const { answer } = await provoke(serve(app), provocations.token_expired)
    expectHeaders(answer, 'token_expired')
  })

  it.each([
    ['a plain error', new Error('the disk is full'), 500],
    [
      'an error with a status',
      Object.assign(new Error('tea'), { status: 418, headers: { 'x-tea': 'oolong' } }),
      418,
    ],
    [
      "another library's AuthenticationError",
      Object.assign(new Error('no'), { name: 'AuthenticationError', status: 401 }),
      401,
    ],
    ['a string', 'just text', 500],
  ])('passes on %s to whoever comes next', async (_, thrown, status) => {
    const app = express()
    app.use(reverseJwt(platform().options), (_req, _res, next) => {
      next(thrown)
    })
    app.use(problemDetails())
    const seen: unknown[] = []
    app.use(((error, _req, _res, next) => {
      seen.push(error)
      next(error)
    }) satisfies ErrorRequestHandler)
    const answer = await request(serve(app)).get('/').auth(mint(), { type: 'bearer' })

    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toMatch(/^text\/html/)
    expect(answer.headers['x-tea']).toBe(status === 418 ? 'oolong' : undefined)
    expect(seen).toEqual([thrown])
  })

  it('survives a refusal that comes after a timeout of the app has answered', async () => {
    const { options } = platform()
    const { keyStore, asked, release } = holdKeysOf('shop', options)
    const refused: unknown[] = []
    const app = express()
    app.use((_req, res, next) => {
      void asked.then(() => res.status(504).send('too late'))
      next()
    })
    app.use(reverseJwt({ ...options, keyStore }), ((error, _req, _res, next) => {
      refused.push(error)
      told()
      next(error)
    }) satisfies ErrorRequestHandler)
    let told = () => {}
    const refusal = new Promise<void>((resolve) => (told = resolve))
    const token = mint({ signature: Buffer.alloc(64) })
    const answer = await request(serve(app)).get('/').auth(token, { type: 'bearer' })
    expect([answer.status, answer.text]).toEqual([504, 'too late'])
    expect(answer.headers).not.toHaveProperty('www-authenticate')

    release()
    await refusal
    expect(refused).toMatchObject([{ code: 'token_not_verified' }])
  })

  it('cuts the connection, and adds nothing, when a refusal comes after the answer has begun', async () => {
    const app = express()
    app.get('/portal', (_req, res, next) => {
      res.write('begun')
      next(new AuthenticationError('token_expired'))
    })
    app.use(problemDetails())
    const text = await rawText(serve(app), 'GET /portal HTTP/1.1\r\nHost: platform.example\r\n\r\n')

    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(text).toMatch(/begun\r\n$/)
  })

  it.each(['get', 'post', 'put', 'patch', 'delete', 'options'] as const)(
    'asks %s for a token, and lets it in with one',
    async (method) => {
      const app = appOn(express, platform().options)
      app.use(problemDetails())
      const server = serve(app)
      expectAnswer(await request(server)[method]('/portal'), 'credentials_missing')
      const answer = await request(server)[method]('/portal').auth(mint(), { type: 'bearer' })
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({ project: 'shop' })
    },
  )

  it('asks HEAD for a token, and refuses without a body', async () => {
    const app = appOn(express, platform().options)
    app.use(problemDetails())
    const server = serve(app)
    const refused = await request(server).head('/portal')
    expectHeaders(refused, 'credentials_missing')
    expect(refused.text).toBeUndefined()
    const token = mint()
    expect((await request(server).head('/portal').auth(token, { type: 'bearer' })).status).toBe(200)
    expectHeaders(await request(server).head('/portal').auth(token, { type: 'bearer' }), 'token_replayed')
  })
})
