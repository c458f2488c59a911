import { describe, expect, it } from '@jest/globals'
import type { RequestHandler } from 'express'
import type { Server } from 'node:http'
import passport, { type Strategy } from 'passport'
import { Strategy as BearerStrategy } from 'passport-http-bearer'
import PassportStrategy from 'passport-strategy'
import request, { type Test } from 'supertest'
import {
  problemDetails,
  ReverseJwtStrategy,
  type VerifierOptions,
  type VerifyCallback,
} from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { challengeOf, descriptionOf, expectAnswer } from '../helpers/refusals.js'
import { openServer, rawRequest } from '../helpers/server.js'

const serve = openServer()

/** Another way in, for the platform's own staff. */
class StaffStrategy extends PassportStrategy.Strategy {
  override authenticate(req: { headers: Record<string, unknown> }): void {
    if (req.headers['x-staff-key'] === 'open sesame') this.success({ name: 'staff' })
    else this.fail('Staff realm="desk"', 401)
  }
}

/** Lets nobody in. */
class ClosedStrategy extends PassportStrategy.Strategy {
  private readonly refusal: readonly [challenge: string | undefined, status: number]

  constructor(...refusal: ClosedStrategy['refusal']) {
    super()
    this.refusal = refusal
  }

  override authenticate(): void {
    const [challenge, status] = this.refusal
    this.fail(challenge as string, status)
  }
}

const bearerFor = (known: string) =>
  new BearerStrategy((token, done) => {
    done(null, token === known && { name: 'robot' })
  })

const strategyOf = (options: Partial<VerifierOptions> = {}, verify?: VerifyCallback) =>
  new ReverseJwtStrategy({ ...platform().options, ...options }, verify)

/** Lets in whom one of the strategies lets in. */
const anyOf = (...strategies: Strategy[]) =>
  new passport.Passport().authenticate(strategies as unknown as string[], {
    session: false,
    failWithError: true,
  }) as RequestHandler

/** The guards, one after the other, in front of one handler that tells who came. */
function behind(express: Express, ...guards: RequestHandler[]): Server {
  const app = express()
  app.use(guards, ((req, res) => {
    const { project, user } = req as { project?: { id: string }; user?: unknown }
    res.json({ project: project?.id, user })
  }) satisfies RequestHandler)
  app.use(problemDetails())
  return serve(app)
}

const withToken = (server: Server, token = mint()): Test =>
  request(server).get('/').auth(token, { type: 'bearer' })

describe.each(expresses)('%s', (_, express) => {
  describe.each(['first', 'last'])('when it comes %s', (place) => {
    const beside = (ours: Strategy, other: Strategy) =>
      behind(express, place === 'first' ? anyOf(ours, other) : anyOf(other, ours))

    it.each([undefined, 'Bearer abc', 'Basic YTpi', `Bearer ${mint({ alg: 'ES384' })}`])(
      'leaves no trace of %j on the answer when the other lets in',
      async (authorization) => {
        const answer = await request(beside(strategyOf(), new StaffStrategy()))
          .get('/')
          .set({ 'x-staff-key': 'open sesame', ...(authorization !== undefined && { authorization }) })
        expect(answer.status).toBe(200)
        expect(answer.body).toEqual({ user: { name: 'staff' } })
        expect(answer.headers).not.toHaveProperty('www-authenticate')
        expect(answer.headers).not.toHaveProperty('cache-control')
      },
    )

    it('lets in when the other refuses', async () => {
      for (const other of [new StaffStrategy(), bearerFor('robot-key')]) {
        const answer = await withToken(beside(strategyOf(), other))
        expect(answer.status).toBe(200)
        expect(answer.body).toMatchObject({ project: 'shop', user: { id: 'shop' } })
        expect(answer.headers).not.toHaveProperty('www-authenticate')
      }
    })

    it('leaves a bearer token of another kind to passport-http-bearer', async () => {
      const server = beside(strategyOf(), bearerFor('robot-key'))
      const answer = await withToken(server, 'robot-key')
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({ user: { name: 'robot' } })
      expect(answer.headers).not.toHaveProperty('www-authenticate')
      expect((await withToken(server, 'stolen-key')).status).toBe(401)
    })

    it('says why when both refuse, with both challenges', async () => {
      const server = beside(strategyOf(), new StaffStrategy())
      const answer = await rawRequest(server, ['Authorization: Bearer abc'])
      const challenges = answer.headers
        .filter(([name]) => name === 'www-authenticate')
        .map(([, text]) => text)
      const both = [challengeOf('token_malformed'), 'Staff realm="desk"']
      expect(answer.status).toBe(401)
      expect(challenges).toEqual(place === 'first' ? both : both.toReversed())
      expect(JSON.parse(answer.body)).toMatchObject({
        code: 'token_malformed',
        status: 401,
        detail: descriptionOf('token_malformed'),
      })
    })
  })

  it('does not speak for the other when the status is that of the other', async () => {
    const closed = new ClosedStrategy(undefined, 403)
    const answer = await withToken(behind(express, anyOf(closed, strategyOf())), 'abc')
    expect(answer.status).toBe(403)
    expect(answer.headers['content-type']).not.toContain('problem')
  })

  it('does not speak for a later guard that refuses after another strategy let the request in', async () => {
    const admin = new ClosedStrategy('Admin', 401)
    const server = behind(express, anyOf(strategyOf(), new StaffStrategy()), anyOf(admin))
    const answer = await request(server).get('/').set('x-staff-key', 'open sesame')
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Admin')
    expect(answer.headers['content-type']).not.toContain('problem')
  })

  it('stops the chain with 503 during an outage: nobody may come in another way', async () => {
    const keyStore = { find: () => Promise.reject(new Error('down')) }
    const server = behind(express, anyOf(strategyOf({ keyStore }), new StaffStrategy()))
    expectAnswer(await withToken(server).set('x-staff-key', 'open sesame'), 'store_unavailable')
  })

  it('leaves nothing of a project that its callback says no to, though the other lets the request in', async () => {
    const no: VerifyCallback = (_project, _token, done) => {
      done(null, false)
    }
    const server = behind(express, anyOf(strategyOf({}, no), new StaffStrategy()))
    const answer = await withToken(server).set('x-staff-key', 'open sesame')
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({ user: { name: 'staff' } })
  })
})
