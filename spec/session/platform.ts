import express from 'express'
import type { Express } from 'express'
import type { Server } from 'node:http'
import {
  createVerifier,
  problemDetails,
  projectOf,
  type ProjectWithKeys,
  type VerifierOptions,
} from '../../lib/index.js'
import {
  createSessionIssuer,
  createSessionVerifier,
  sessionAuth,
  sessionOf,
  type SessionAuthOptions,
  type SessionIssuer,
  type SessionIssuerEvent,
  type SessionIssuerOptions,
  type SessionVerifierOptions,
} from '../../lib/session/index.js'
import { keyPair } from '../helpers/keys.js'
import { mint, now, type Override } from '../helpers/mint.js'
import { platform, rival, shop } from '../helpers/platform.js'

export const issuerName = 'https://platform.example'
export const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** The platform's own key: of another kind than those of its customers. */
export const platformKey = () => keyPair('RS256').privateKey
export const pageOrigin = 'https://shop.example'

export interface Issuing {
  readonly issuer: SessionIssuer
  readonly events: SessionIssuerEvent[]
  readonly clock: { now: number }
  readonly app: Express
}

/** An issuer over memory stores, with the clock of the tests, behind all its routes. */
export function issuing(
  override: Partial<SessionIssuerOptions> = {},
  verifierOverride: Partial<VerifierOptions> = {},
  projects: readonly ProjectWithKeys[] = [shop(), rival],
): Issuing {
  const { options, clock } = platform(verifierOverride, projects)
  const events: SessionIssuerEvent[] = []
  const issuer = createSessionIssuer({
    issuer: issuerName,
    verifier: createVerifier(options),
    signingKeys: [{ privateKey: platformKey(), kid: 'platform-1' }],
    clock: () => clock.now,
    onEvent: (event) => events.push(event),
    ...override,
  })
  const app = express()
  app.use(issuer.wellKnown())
  app.all('/oauth/token', issuer.tokenEndpoint())
  if (override.revocations !== undefined) {
    app.all('/oauth/revoke', issuer.revocationEndpoint())
    app.all('/internal/revocations', issuer.revocationList())
  }
  app.use(problemDetails())
  return { issuer, events, clock, app }
}

/** A service that knows the issuer alone. */
export function serviceOf(options: SessionAuthOptions): Express {
  const app = express()
  app.all('/orders', sessionAuth(options), (req, res) => {
    res.json({ project: projectOf(req).id, session: sessionOf(req) })
  })
  app.use(problemDetails())
  return app
}

/** A verifier of the sessions of `issuing`, by the same clock. */
export function sessionsOf({ issuer, clock }: Issuing, override: Partial<SessionVerifierOptions> = {}) {
  return createSessionVerifier({ issuer: issuerName, keys: issuer, clock: () => clock.now, ...override })
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

/** Posts a form. */
export async function post(
  server: Server,
  path: string,
  form: Record<string, string> | string | URLSearchParams,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { port } = server.address() as { port: number }
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  }
}

/** Exchanges a project token, as a page does. */
export function exchange(server: Server, assertion = mint(), more: Record<string, string> = {}) {
  return post(server, '/oauth/token', { grant_type: grantType, assertion, ...more }, { Origin: pageOrigin })
}

export { mint, now }

/** An honest session with at most a few differences, signed with node:crypto alone: nothing of lib/ takes part. */
export function mintSession({ header, claims, ...override }: Override = {}): string {
  return mint({
    alg: 'RS256',
    ...override,
    header: { typ: 'at+jwt', kid: 'platform-1', ...header },
    claims: {
      iss: issuerName,
      aud: issuerName,
      client_id: 'shop',
      proj_id: undefined,
      proj_kid: 'key-es256',
      iat: now - 10,
      exp: now + 590,
      scope: 'portal:read',
      origin: pageOrigin,
      ...claims,
    },
  })
}
