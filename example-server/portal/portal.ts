/**
 * The platform's portal: a page that customers' pages show in a frame or a popup. Nobody logs in. The page gets a token from the one
 * that opened it, and with the session for it calls the orders service, which answers whose apps these are.
 */
import express, { Router } from 'express'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { framedBy, type OriginSource } from 'reverse-jwt'
import { portalFolder } from '../page-folder.js'
import { securityHeaders } from '../security-headers.js'

export interface PortalSettings {
  /** The service that its page calls. */
  readonly ordersAddress: string
  /** The origins that may show it in a frame. */
  readonly framing: OriginSource
}

export function portalRouter({ ordersAddress, framing }: PortalSettings): Router {
  const router = Router()
  // In the place of the headers of all other pages: this one may be framed by a page whose origin a project lists.
  router.use(securityHeaders(`default-src 'self'; connect-src 'self' ${ordersAddress}`), framedBy(framing))
  const page = readFileSync(join(portalFolder, 'index.html'), 'utf8').replaceAll('%ORDERS%', ordersAddress)
  router.get('/', (_req, res) => {
    // Its headers are for the page that frames it now.
    res.setHeader('Cache-Control', 'no-store')
    res.type('html').send(page)
  })
  router.use(express.static(portalFolder, { index: false }))
  return router
}
