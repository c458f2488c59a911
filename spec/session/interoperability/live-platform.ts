import { afterAll, beforeAll } from '@jest/globals'
import express from 'express'
import { createServer, type Server } from 'node:http'
import { MemoryRevocations, createSessionIssuer } from '../../../lib/session/index.js'
import { createVerifier, MemoryKeyStore } from '../../../lib/index.js'
import { keyPair } from '../../helpers/keys.js'
import { mint } from '../../helpers/mint.js'
import { platform, shop } from '../../helpers/platform.js'
import { exchange } from '../platform.js'

/** A platform as others see it: its address, and what they are sent. */
export interface LivePlatform {
  readonly issuer: string
  readonly jwksUri: string
  /** Paths that were asked for, in their order. */
  readonly asked: string[]
  /** Was obtained by an exchange. */
  readonly session: string
  /** The same with a signature that is wrong. */
  readonly forged: string
  /** What a customer signs, not used yet: no session. */
  projectToken(): string
}

export const algorithms = ['RS256', 'ES256'] as const

const clock = () => Date.now() / 1000

/** A platform that signs with this algorithm, on a port of this machine, by the real clock: other libraries know no other. */
export function livePlatform(alg: (typeof algorithms)[number]): LivePlatform {
  const live = { issuer: '', jwksUri: '', asked: [] as string[], session: '', forged: '', projectToken }
  const server = createServer()

  function projectToken(): string {
    const iat = Math.floor(clock())
    return mint({ claims: { aud: live.issuer, iat, exp: iat + 110 } })
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    live.issuer = addressOf(server)
    live.jwksUri = `${live.issuer}/.well-known/jwks.json`
    server.on('request', appOf(live.issuer, alg, live.asked))
    const { body } = await exchange(server, projectToken())
    live.session = body.access_token as string
    live.forged = withWrongSignature(live.session)
    live.asked.length = 0
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return live
}

function appOf(issuerName: string, alg: 'RS256' | 'ES256', asked: string[]) {
  const keyStore = new MemoryKeyStore([shop()])
  const revocations = new MemoryRevocations({ keyStore })
  const issuer = createSessionIssuer({
    issuer: issuerName,
    verifier: createVerifier(platform({ audience: issuerName, keyStore, clock }).options),
    signingKeys: [{ privateKey: keyPair(alg).privateKey, kid: 'platform-1' }],
    revocations,
  })
  const app = express()
  app.use((req, _, next) => {
    asked.push(req.path)
    next()
  })
  app.use(issuer.wellKnown())
  app.post('/oauth/token', issuer.tokenEndpoint())
  app.post('/oauth/revoke', issuer.revocationEndpoint())
  app.get('/internal/revocations', issuer.revocationList())
  return app
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

function withWrongSignature(token: string): string {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9)
  return [header, claims, bytes.toString('base64url')].join('.')
}
