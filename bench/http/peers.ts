import { createPublicKey } from 'node:crypto'
import type { RequestHandler } from 'express'
import { expressjwt } from 'express-jwt'
import { auth } from 'express-oauth2-jwt-bearer'
import { jwtVerify, type JWTPayload } from 'jose'
import jwksRsa from 'jwks-rsa'
import passport from 'passport'
import { ExtractJwt, Strategy } from 'passport-jwt'
import { algs, audience, issuer, tokenType } from '../platform.js'
import type { Protection, Setup } from './setup.js'

const algorithms = ['RS256', 'PS256', 'ES256'] as const

export function expressJwt({ jwksUri }: Setup): Protection {
  const secret = jwksRsa.expressJwtSecret({ jwksUri, cache: true, rateLimit: true })
  const handler = expressjwt({ secret, audience, issuer, algorithms: [...algorithms] })
  return {
    handlers: [handler as RequestHandler],
    projectOf: (request) => (request as { auth: Record<string, unknown> }).auth.proj_id,
  }
}

export function passportJwt({ jwksUri }: Setup): Protection {
  const options = {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    secretOrKeyProvider: jwksRsa.passportJwtSecret({ jwksUri, cache: true, rateLimit: true }),
    audience,
    issuer,
    algorithms: [...algorithms],
  }
  passport.use(
    new Strategy(options, (payload: { readonly proj_id: string }, done) => {
      done(null, { id: payload.proj_id })
    }),
  )
  return {
    handlers: [passport.authenticate('jwt', { session: false }) as RequestHandler],
    projectOf: (request) => (request as { user: { id: string } }).user.id,
  }
}

export function expressOauth2JwtBearer({ jwksUri }: Setup): Protection {
  return {
    handlers: [auth({ issuer, audience, jwksUri })],
    projectOf: (request) => (request as { auth: { payload: JWTPayload } }).auth.payload.proj_id,
  }
}

/** What a careful programmer writes in an afternoon. */
export function joseByHand({ jwks }: Setup): Protection {
  const keys = new Map(jwks.keys.map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: 'jwk' })]))
  const used = new Map<string, number>()
  const options = { algorithms: [...algs], audience, issuer, typ: tokenType }
  const projects = new WeakMap<object, unknown>()
  const handler: RequestHandler = async (req, res, next) => {
    const [scheme, token] = req.headers.authorization?.split(' ') ?? []
    if (scheme !== 'Bearer' || token === undefined) {
      res.sendStatus(401)
      return
    }
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid = '' }) => {
          const key = keys.get(kid)
          if (key === undefined) throw new Error('no such key')
          return key
        },
        options,
      )
      const { jti = '', exp = 0 } = payload
      if (used.has(jti)) throw new Error('used before')
      used.set(jti, exp)
      projects.set(req, payload.proj_id)
    } catch {
      res.sendStatus(401)
      return
    }
    next()
  }
  return { handlers: [handler], projectOf: (request) => projects.get(request) }
}
