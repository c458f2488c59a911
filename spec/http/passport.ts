import type { Application, ErrorRequestHandler, RequestHandler } from 'express'
import type { Server } from 'node:http'
import passport, { type AuthenticateOptions, type Strategy } from 'passport'
import request, { type Test } from 'supertest'
import {
  ReverseJwtStrategy,
  type FaceOptions,
  type VerifierOptions,
  type VerifyCallback,
} from '../../lib/index.js'
import type { Express } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'

export const stateless: AuthenticateOptions = { session: false }
export const telling: AuthenticateOptions = { session: false, failWithError: true }

export const tellWho: RequestHandler = (req, res) => {
  const { project, user } = req as { project?: { id: string }; user?: unknown }
  res.json({ project: project?.id, user })
}

/** `guard` in front of one handler that tells who came. */
export function behind(express: Express, guard: unknown, ...after: ErrorRequestHandler[]): Application {
  const app = express()
  app.use(guard as RequestHandler, tellWho)
  for (const handler of after) app.use(handler)
  return app
}

/** How a platform hands the strategy to Passport. */
export const ways: readonly [
  name: string,
  way: (strategy: Strategy, how: AuthenticateOptions) => RequestHandler,
][] = [
  [
    'by its registered name',
    (strategy, how) =>
      new passport.Passport().use(strategy).authenticate('reverse-jwt', how) as RequestHandler,
  ],
  [
    'as an instance',
    (strategy, how) => new passport.Passport().authenticate(strategy, how) as RequestHandler,
  ],
]

export const strategyOf = (options: Partial<VerifierOptions & FaceOptions> = {}, verify?: VerifyCallback) =>
  new ReverseJwtStrategy({ ...platform().options, ...options }, verify)

export const withToken = (server: Server, token = mint()): Test =>
  request(server).get('/').auth(token, { type: 'bearer' })
