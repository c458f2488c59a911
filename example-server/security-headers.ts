import type { RequestHandler } from 'express'

/** Three headers by hand: what the page may load, no guessing of types, and no path for other sites. */
export function securityHeaders(contentSecurityPolicy: string): RequestHandler {
  const policy = `${contentSecurityPolicy}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  return (_req, res, next) => {
    res.setHeader('Content-Security-Policy', policy)
    res.setHeader('X-Content-Type-Options', 'nosniff')
    // Not no-referrer: under that one some requests have the Origin null.
    res.setHeader('Referrer-Policy', 'strict-origin')
    next()
  }
}
