/** The platform's console: a page for whoever runs the platform, and the API that it calls. */
import express, { Router, type RequestHandler } from 'express'
import { projectAdmin, type Registry } from 'reverse-jwt/registry'
import { cookieName, type ConsoleAccess } from './console-access.js'
import { consoleFolder, pageFolder } from '../page-folder.js'

export interface ConsoleSettings {
  /** The platform's origin, and its name. */
  readonly address: string
  readonly registry: Registry
  readonly access: ConsoleAccess
}

const refusals = {
  wrong: [403, 'This is not the password.'],
  used: [403, 'This password has been used or is too old. Start the demo again for a new one.'],
} as const

// Over HTTPS the cookie would be Secure too.
const cookieOptions = { httpOnly: true, sameSite: 'strict', path: '/console' } as const

export function consoleRouter({ address, registry, access }: ConsoleSettings): Router {
  /** A cookie comes along with what other pages of this host send; the Origin says whose page it was. */
  const isOwnPage: RequestHandler = (req, res, next) => {
    if (req.method === 'GET' || req.headers.origin === address) next()
    else res.status(403).json({ code: 'foreign_origin', detail: 'Only the console itself may do that.' })
  }

  const router = Router()
  router.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store')
    next()
  })
  router.post('/login', isOwnPage, express.json({ limit: 1024 }), async (req, res) => {
    const { password } = (req.body ?? {}) as { password?: unknown }
    const login = await access.logIn(password)
    if ('refused' in login) {
      const [status, detail] = refusals[login.refused]
      res.status(status).json({ code: login.refused, detail })
      return
    }
    res.cookie(cookieName, login.cookie, cookieOptions)
    res.status(204).end()
  })
  router.post('/logout', isOwnPage, async (req, res) => {
    await access.logOut(req)
    res.clearCookie(cookieName, cookieOptions)
    res.status(204).end()
  })
  router.use(
    '/api',
    isOwnPage,
    projectAdmin({ registry, authorize: async (req) => (await access.hasSession(req)) && { by: 'console' } }),
  )
  router.get('/icon.svg', (_req, res) => {
    res.sendFile('icon.svg', { root: pageFolder })
  })
  router.use(express.static(consoleFolder, { cacheControl: false }))
  return router
}
