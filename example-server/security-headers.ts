import type { RequestHandler } from 'express'

/** The headers that both servers send with everything. */
export function securityHeaders(contentSecurityPolicy: string): RequestHandler {
  // Nothing but what is listed may load; no page of another site may show this one in a frame and steal clicks.
  const policy = `${contentSecurityPolicy}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  return (_req, res, next) => {
    res.setHeader('Content-Security-Policy', policy)
    // A browser must not take text for a script.
    res.setHeader('X-Content-Type-Options', 'nosniff')
    // Other sites learn the origin and no path. Not no-referrer: under that one some requests have the Origin null.
    res.setHeader('Referrer-Policy', 'strict-origin')
    next()
  }
}
