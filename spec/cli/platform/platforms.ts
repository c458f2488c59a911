import { afterAll, beforeAll } from '@jest/globals'
import express, { type Express, type RequestHandler } from 'express'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  corsFor,
  createVerifier,
  MemoryKeyStore,
  MemoryReplayStore,
  problemDetails,
  projectOf,
  reverseJwt,
  type FaceOptions,
  type KeyStore,
  type ProjectWithKeys,
  type Verifier,
  type VerifierOptions,
} from '../../../lib/index.js'
import { createSessionIssuer, MemoryRevocations } from '../../../lib/session/index.js'
import { keyPair, makeKeyPair } from '../../helpers/keys.js'

export const audience = 'https://platform.example'
export const pageOrigin = 'https://shop.example'
/** The customer's key. */
export const pair = makeKeyPair('ES256')
export const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

/** The tokens that came to the platforms of a test file, and the sessions that they gave for them. */
export const seen: string[] = []

/** One difference from an honest platform. */
export interface Difference {
  readonly project?: Partial<ProjectWithKeys>
  readonly verifier?: Partial<VerifierOptions>
  readonly face?: FaceOptions
  readonly hasSessions?: boolean
  readonly hasRevocations?: boolean
  readonly hasProblems?: boolean
  /** Stands before everything else. */
  readonly before?: RequestHandler
}

/** A server for a whole file, whose app is another for each test. */
export function openPlatforms(tls?: () => { key: string; cert: string; maxVersion?: 'TLSv1.1' }) {
  let server: Server
  let app: RequestListener = (_, res) => res.end()
  const listener: RequestListener = (req, res) => {
    app(req, res)
  }
  const address = () =>
    `${tls === undefined ? 'http' : 'https'}://localhost:${(server.address() as AddressInfo).port}`
  beforeAll(async () => {
    server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls() }, listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    address,
    serve(listener: RequestListener) {
      app = listener
      return address()
    },
    platform(difference: Difference = {}) {
      app = platformApp(address(), difference)
      return address()
    },
  }
}

function platformApp(address: string, difference: Difference) {
  const { project, verifier: options, face, hasSessions = true, hasProblems = true } = difference
  const shop: ProjectWithKeys = {
    id: 'shop',
    allowedOrigins: [pageOrigin],
    keys: [{ jwk: pair.publicJwk }],
    ...project,
  }
  const keyStore = new MemoryKeyStore([shop])
  const verifier = createVerifier({
    audience,
    keyStore,
    replayStore: new MemoryReplayStore(),
    ...options,
  })
  const app = express()
  app.disable('x-powered-by')
  // Else Express writes every refusal to the console.
  app.set('env', 'test')
  app.use(listen)
  if (difference.before !== undefined) app.use(difference.before)
  app.use(['/embed', '/oauth'], corsFor(new Set([pageOrigin])))
  if (hasSessions)
    addSessions(app, address, { hasRevocations: difference.hasRevocations ?? true, verifier, keyStore })
  app.get('/embed/portal', reverseJwt({ verifier, ...face }), (req, res) => {
    res.json({ project: projectOf(req).id })
  })
  app.get('/open', (_req, res) => {
    res.json({})
  })
  if (hasProblems) app.use(problemDetails())
  return app
}

interface Parts {
  readonly hasRevocations: boolean
  readonly verifier: Verifier
  readonly keyStore: KeyStore
}

function addSessions(app: Express, address: string, { verifier, keyStore, hasRevocations }: Parts): void {
  const issuer = createSessionIssuer({
    issuer: address,
    verifier,
    signingKeys: [{ privateKey: keyPair('RS256').privateKey, kid: 'platform-1' }],
    ...(hasRevocations && { revocations: new MemoryRevocations({ keyStore }) }),
  })
  app.use(issuer.wellKnown())
  app.post('/oauth/token', issuer.tokenEndpoint())
  if (hasRevocations) app.post('/oauth/revoke', issuer.revocationEndpoint())
}

/** Keeps what must not be printed by who has sent it, or gets it. */
const listen: RequestHandler = (req, res, next) => {
  keep(req.headers.authorization?.replace('Bearer ', ''))
  req.on('data', (chunk: Buffer) => {
    const form = new URLSearchParams(chunk.toString())
    keep(form.get('assertion'))
    keep(form.get('token'))
  })
  req.pause()
  const end = res.end.bind(res) as (body?: unknown) => typeof res
  res.end = ((body?: unknown) => {
    const text = Buffer.isBuffer(body) ? body.toString() : typeof body === 'string' ? body : ''
    keep(/"access_token":"([^"]+)"/.exec(text)?.[1])
    return end(body)
  }) as typeof res.end
  next()
}

function keep(token: string | null | undefined): void {
  if (token?.includes('.') === true) seen.push(token)
}

/** What a server answers, to be changed in one thing. */
export interface Told {
  status: number
  headers: Record<string, string | undefined>
  body: string
}

/** Changes what is answered at a path to a method. */
export function changing(method: string, path: string, change: (told: Told) => void): RequestHandler {
  return (req, res, next) => {
    if (req.method !== method || req.path !== path) {
      next()
      return
    }
    const end = res.end.bind(res) as (body?: unknown) => typeof res
    res.end = ((body?: unknown) => {
      const told: Told = {
        status: res.statusCode,
        headers: res.getHeaders() as Told['headers'],
        body: Buffer.isBuffer(body) ? body.toString() : typeof body === 'string' ? body : '',
      }
      change(told)
      res.statusCode = told.status
      for (const name of res.getHeaderNames()) res.removeHeader(name)
      for (const [name, value] of Object.entries(told.headers))
        if (value !== undefined && name !== 'content-length') res.setHeader(name, value)
      return end(told.body)
    }) as typeof res.end
    next()
  }
}

/** The same for a body that is a JSON object. */
export function changingJson(
  path: string,
  change: (object: Record<string, unknown>) => object,
): RequestHandler {
  return changing('GET', path, (told) => {
    told.body = JSON.stringify(change(JSON.parse(told.body) as Record<string, unknown>))
  })
}
