/** The platform's console: a page for whoever runs the platform, and the API that it calls. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import express, { Router, type RequestHandler } from 'express'
import { projectAdmin, RegistryError, type Registry } from 'reverse-jwt/registry'
import { cookieName, type ConsoleAccess } from './console-access.js'
import { consoleFolder, pageFolder } from '../page-folder.js'

export interface ConsoleSettings {
  /** The platform's origin, and its name. */
  readonly address: string
  readonly registry: Registry
  readonly access: ConsoleAccess
}

const wrongPassword = { code: 'wrong', field: 'password', detail: 'This is not the password.' }
const usedPassword = {
  code: 'used',
  field: 'password',
  detail: 'This password has been used or is too old. Start the demo again for a new one.',
}

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
    const { password, name } = (req.body ?? {}) as { password?: unknown; name?: unknown }
    const operator = typeof name === 'string' ? name.trim() : ''
    if (!access.isPassword(password)) {
      res.status(403).json(wrongPassword)
      return
    }
    // Before the password is used up.
    const detail = await faultOfName(registry, operator)
    if (detail !== undefined) {
      res.status(400).json({ code: 'name_invalid', field: 'name', detail })
      return
    }
    const login = await access.logIn(operator)
    if ('refused' in login) {
      res.status(403).json(usedPassword)
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
  /** Who is logged in, and what the audience of tokens for this platform is. */
  router.get('/session', async (req, res) => {
    const operator = await access.operatorOf(req)
    if (operator === undefined) res.status(403).json({ code: 'no_session', detail: 'Log in first.' })
    else res.json({ operator, audience: address })
  })
  const authorize = async (req: Pick<IncomingMessage, 'headers'>) => {
    const by = await access.operatorOf(req)
    return by !== undefined && { by }
  }
  router.use('/api', isOwnPage, projectAdmin({ registry, authorize }))
  router.get('/icon.svg', (_req, res) => {
    res.sendFile('icon.svg', { root: pageFolder })
  })
  router.use(express.static(consoleFolder, { cacheControl: false, setHeaders: letKeepScripts }))
  return router
}

/**
 * A browser may keep scripts and styles, which are the same for everybody, and asks each time whether they are still so. Not the pages:
 * after a logout, going back shall show nothing.
 */
function letKeepScripts(res: { setHeader(name: string, value: string): unknown }, path: string): void {
  if (/\.(?:js|css)$/.test(path)) res.setHeader('Cache-Control', 'no-cache')
}

/**
 * What is wrong with a name for the audit. The registry knows its own rules: asked about a project that there is not, it says
 * first what is wrong with the name, and changes nothing.
 */
async function faultOfName(registry: Registry, by: string): Promise<string | undefined> {
  try {
    await registry.resumeProject(randomUUID(), { by })
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    if (error.code === 'project_not_found') return undefined
    return error.message.replace(/^resumeProject: by /, 'The name ')
  }
  throw new Error('a project was found that nobody made')
}
