import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type RequestHandler } from 'express'
import { importPKCS8 } from 'jose/key/import'
import { SignJWT } from 'jose/jwt/sign'
import { createSigner, tokenEndpoint } from '../../lib/customer/index.js'
import { answerParent } from '../child.js'
import { audience, type Alg } from '../platform.js'

export type MinterName = 'tokenEndpoint' | 'jose by hand'

export interface MintQuestion {
  readonly start: MinterName
  readonly alg: Alg
  /** PKCS#8. */
  readonly pem: string
}

/** A route that gives out tokens. */
const routes: Record<MinterName, (question: MintQuestion) => RequestHandler | Promise<RequestHandler>> = {
  tokenEndpoint({ alg, pem }) {
    const signer = createSigner({ projectId: 'shop', audience, privateKey: pem, alg })
    return tokenEndpoint({
      signer,
      authorize: () => ({ subject: 'user-7', scope: 'portal:read' }),
      // As many as may be: what is measured is the counting, not the refusal.
      perMinute: 1_000_000,
    })
  },
  /** No check at all: it does not look at the request. */
  async 'jose by hand'({ alg, pem }) {
    const key = await importPKCS8(pem, alg)
    return async (_req, res) => {
      const token = await new SignJWT({
        proj_id: 'shop',
        scope: 'portal:read',
        origin: 'https://shop.example',
      })
        .setProtectedHeader({ alg, kid: 'key-1', typ: 'project-auth+jwt' })
        .setIssuer('shop')
        .setSubject('shop')
        .setAudience(audience)
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime('2m')
        .sign(key)
      res.json({ token })
    }
  },
}

answerParent(async (question: MintQuestion): Promise<number> => {
  const app = express()
  app.post('/token', await routes[question.start](question))
  const server = createServer({ keepAliveTimeout: 600_000 }, app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
})
