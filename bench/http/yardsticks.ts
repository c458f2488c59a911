import { createPublicKey } from 'node:crypto'
import type { RequestHandler } from 'express'
import { bareSignature, verifyBare } from '../bare-signature.js'
import { audience, issuer, projectId } from '../platform.js'
import type { Protection, Setup } from './setup.js'

export function bare(): Protection {
  return { handlers: [], projectOf: () => projectId }
}

interface Claims {
  readonly exp: number
  readonly aud: string
  readonly iss: string
  readonly jti: string
  readonly proj_id: string
}

/** The handwritten yardstick: signature, exp, aud, iss, used ids; no strict parsing. */
export function poolByHand({ jwks }: Setup): Protection {
  const keys = new Map(
    jwks.keys.map((jwk) => {
      const { alg, kid } = jwk
      return [kid, { alg, verify: verifyBare(alg, createPublicKey({ key: jwk, format: 'jwk' }), jwk) }]
    }),
  )
  const used = new Set<string>()
  const projects = new WeakMap<object, string>()
  const handler: RequestHandler = (req, res, next) => {
    const [header = '', payload = '', signature = ''] = (req.headers.authorization ?? '').slice(7).split('.')
    let key: ReturnType<typeof keys.get>
    let claims: Claims
    try {
      key = keys.get((parsed(header) as { kid: string }).kid)
      claims = parsed(payload) as Claims
    } catch {
      res.sendStatus(401)
      return
    }
    const { exp, aud, iss, jti, proj_id } = claims
    if (key === undefined || !(exp > Date.now() / 1000) || aud !== audience || iss !== issuer) {
      res.sendStatus(401)
      return
    }
    const input = Buffer.from(`${header}.${payload}`, 'latin1')
    const signed = Buffer.from(signature, 'base64url')
    if (key.alg === 'ES256' && signed.length !== 64) {
      res.sendStatus(401)
      return
    }
    key.verify(input, bareSignature(key.alg, signed), (_, matches) => {
      if (!matches || used.has(jti)) {
        res.sendStatus(401)
        return
      }
      used.add(jti)
      projects.set(req, proj_id)
      next()
    })
  }
  return { handlers: [handler], projectOf: (request) => projects.get(request) }
}

function parsed(segment: string): unknown {
  return JSON.parse(Buffer.from(segment, 'base64url').toString())
}
