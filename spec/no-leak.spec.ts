import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Server } from 'node:http'
import { Passport } from 'passport'
import { createSigner, type Signer } from '../lib/customer/index.js'
import {
  CachedKeyStore,
  createVerifier,
  problemDetails,
  reverseJwt,
  ReverseJwtStrategy,
  type FaceOptions,
  type VerifierOptions,
} from '../lib/index.js'
import { expresses, type Express } from './helpers/express.js'
import { keyPair } from './helpers/keys.js'
import { audience, mint } from './helpers/mint.js'
import { platform, rival, rivalKeys, shop } from './helpers/platform.js'
import { formsOf, pkcs8Of } from './helpers/private-key-forms.js'
import { every } from './helpers/provocations.js'
import { answers } from './helpers/refusals.js'
import { captureOutput, leaks, places, record, recorded, secrets, secretToken } from './helpers/outputs.js'
import { printed } from './helpers/secrets.js'
import { openServer, rawText } from './helpers/server.js'

const algorithms = ['ES256', 'RS256', 'EdDSA'] as const
const codes = new Set<string>()

captureOutput()

beforeAll(() => {
  for (const { privateKey } of [rivalKeys, ...algorithms.map(keyPair)]) secrets.addPrivateKey(privateKey)
})

const note: ErrorRequestHandler = (error: unknown, _req, _res, next) => {
  record('errors on their way to the handler', error)
  const { code, challenge, headers } = error as { code?: unknown; challenge?: unknown; headers?: unknown }
  record('challenges', challenge, headers)
  if (typeof code === 'string') codes.add(code)
  next(error)
}

const show: RequestHandler = (req, res) => {
  const { project, projectToken } = req as { project?: unknown; projectToken?: unknown }
  record('what a handler gets', project, projectToken)
  res.json({ project, projectToken })
}

interface Options {
  readonly verifier: VerifierOptions
  readonly face: FaceOptions
}

/** To be looked at when the requests are over. */
const made: unknown[] = []

/** What stands before the handler, by name. */
const faces: Readonly<Record<string, (options: Options) => RequestHandler>> = {
  middleware: ({ verifier, face }) => {
    const middleware = reverseJwt({ ...verifier, ...face })
    made.push(middleware)
    return middleware
  },
  'strategy that fails': (options) => throughPassport(options, false),
  'strategy that fails with an error': (options) => throughPassport(options, true),
}

function throughPassport({ verifier, face }: Options, failWithError: boolean): RequestHandler {
  const strategy = new ReverseJwtStrategy({ verifier: createVerifier(verifier), ...face })
  made.push(strategy)
  const passport = new Passport()
  passport.use(strategy)
  return passport.authenticate('reverse-jwt', { session: false, failWithError }) as RequestHandler
}

function appOf(express: Express, before: RequestHandler, details: boolean) {
  const app = express()
  // Express prints errors in development only.
  app.set('env', 'development')
  app.use(express.urlencoded({ extended: false }), before, show, note)
  if (details) app.use(problemDetails())
  return app
}

function lines(authorization: string | undefined): string {
  const given = ['Host: platform.example', 'Connection: close']
  if (authorization !== undefined) given.push(`Authorization: ${authorization}`)
  return ['GET /portal HTTP/1.1', ...given, '', ''].join('\r\n')
}

async function ask(server: Server, authorization: string | undefined): Promise<void> {
  for (const token of authorization?.match(/[\w-]+\.[\w-]+\.[\w-]*/g) ?? []) secretToken(token)
  record('answers', await rawText(server, lines(authorization)))
}

const serve = openServer()

describe.each(expresses)('no token, signature or private key comes out of %s', (_, express) => {
  describe.each(Object.entries(faces))('behind the %s', (_face, face) => {
    it.each([true, false])('with problem details %s', async (details) => {
      for (const [, { authorizations, options, projects }] of every) {
        const { scope, ...override }: Partial<VerifierOptions & FaceOptions> = options?.() ?? {}
        const { options: verifier, events } = platform(override, projects)
        const before = face({ verifier, face: scope === undefined ? {} : { scope } })
        const server = serve(appOf(express, before, details))
        for (const authorization of authorizations()) await ask(server, authorization)
        record('events', ...events)
        record('what was made', verifier.keyStore, verifier.replayStore, ...made.splice(0))
      }
      await ask(
        serve(appOf(express, face({ verifier: platform().options, face: {} }), details)),
        `Bearer ${mint()}`,
      )
      expect(leaks()).toEqual([])
    })
  })
})

describe('no token, signature or private key comes out', () => {
  it('of a verifier whose stores, listener and clock fail, and not into the stores', async () => {
    const failure = (...given: unknown[]): never => {
      record('what stores and listeners get', ...given)
      throw new Error('out of order')
    }
    const overrides: Partial<VerifierOptions>[] = [
      { keyStore: { find: failure } },
      { keyStore: new CachedKeyStore({ find: failure }) },
      { replayStore: { consume: failure } },
      { onEvent: failure },
      { clock: failure },
      { keyStore: { find: () => ({}) as never } },
    ]
    for (const override of overrides) {
      const verifier = createVerifier(platform(override, [shop(algorithms), rival]).options)
      for (const alg of algorithms) {
        const token = secretToken(mint({ alg }))
        const request = { headers: { authorization: `Bearer ${token}` } }
        for (const outcome of [verifier.verify(token), verifier.authenticate(request)]) {
          record('outcomes', await outcome.catch((error: unknown) => error))
        }
        record('what was made', verifier, override)
      }
    }
    expect(leaks()).toEqual([])
  })

  it('in a warning', () => {
    const { options } = platform({ onEvent: () => Promise.reject(new Error('out of order')) })
    const middleware = reverseJwt({ ...options, tokenFrom: ['header', 'body'] })
    const strategy = Object.assign(new ReverseJwtStrategy(options), {
      success: jest.fn(),
      fail: jest.fn(),
      pass: jest.fn(),
      error: jest.fn(),
    })
    const type = 'application/x-www-form-urlencoded'
    const request = () => ({
      method: 'POST',
      headers: { authorization: `Bearer ${secretToken(mint())}`, 'content-type': type },
      secure: false,
      socket: { remoteAddress: '192.0.2.1' },
      session: {},
    })
    const response = { statusCode: 200, headersSent: false, setHeader: jest.fn(), end: jest.fn() }
    middleware(request(), response, jest.fn())
    strategy.authenticate(request())
    const warnings = recorded('warnings')
    expect(warnings).toContain('REVERSE_JWT_NO_TLS')
    expect(warnings).toContain('REVERSE_JWT_SESSION_LEFT_ON')
    expect(warnings).toContain('REVERSE_JWT_BODY_NOT_PARSED')
    expect(leaks()).toEqual([])
  })

  it('of a signer, nor of its errors', async () => {
    for (const alg of algorithms) {
      const { privateKey } = keyPair(alg)
      const signer = createSigner({ projectId: 'shop', audience, privateKey: pkcs8Of(privateKey) })
      secretToken(await signer.sign())
      const claims: unknown[] = [
        { exp: 1 },
        { scope: 7 },
        { toJSON: () => 1 },
        { big: 'x'.repeat(4000) },
        'text',
        [1],
        { big: 1n },
      ]
      for (const extra of claims) record('errors', await failureOf(signer, extra))
      record('what was made', signer)
    }
    const answersOfKms = [Buffer.alloc(70, 0x30), Buffer.alloc(63), 'text', undefined]
    for (const answer of answersOfKms) {
      const privateKey = { alg: 'ES256', kid: 'key-1', sign: () => answer as Buffer } as const
      record('errors', await failureOf(createSigner({ projectId: 'shop', audience, privateKey }), {}))
    }
    expect(leaks()).toEqual([])
  })
})

async function failureOf(signer: Signer, extra: unknown): Promise<unknown> {
  return signer.sign(extra as Record<string, unknown>).then(secretToken, (error: unknown) => error)
}

describe('this file', () => {
  it('has met every code, and has looked everywhere', () => {
    expect(Array.from(codes).sort()).toEqual(
      // spec/session/no-leak.spec.ts has it.
      Object.keys(answers)
        .filter((code) => code !== 'session_revoked')
        .sort(),
    )
    expect(Array.from(places)).toEqual(
      expect.arrayContaining([
        'answers',
        'challenges',
        'console',
        'errors',
        'events',
        'outcomes',
        'warnings',
        'what was made',
      ]),
    )
  })

  it('sees 16 characters of a secret, and not 15', () => {
    const token = secretToken(mint())
    expect(secrets.findIn(`... ${token.slice(100, 116)} ...`)).toBe('a token')
    expect(secrets.findIn(`... ${token.slice(100, 115)} ...`)).toBeUndefined()
    expect(secrets.findIn(printed(new Error('x', { cause: { token } })))).toBe('a token')
    expect(secrets.findIn(printed({ signature: Buffer.from(token.slice(-86), 'base64url') }))).toMatch(
      'a signature',
    )
    expect(secrets.findIn(printed(keyPair('RS256').privateKey.export({ format: 'jwk' })))).toMatch(
      'a private',
    )
    for (const [name, form] of formsOf(keyPair('ES256').privateKey)) {
      // What repeats the one repeats the other.
      if (typeof form !== 'string' || name.includes('base64 of its base64')) continue
      expect(secrets.findIn(form)).toMatch('a private')
    }
  })
})
