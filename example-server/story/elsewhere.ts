/**
 * Somebody else's site. Its page has got hold of a token of Demo Shop, and tries to use it. It stands for any page of any origin that
 * the project does not list.
 */
import express, { type Express } from 'express'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { framedBy } from 'reverse-jwt'
import { elsewhereFolder, pageFolder } from '../page-folder.js'
import { securityHeaders } from '../security-headers.js'

export interface ElsewhereSettings {
  readonly address: string
  readonly platformAddress: string
  /** Whose page shows it, and hands it the token. */
  readonly customerOrigin: string
}

export function elsewhereApp({ address, platformAddress, customerOrigin }: ElsewhereSettings): Express {
  const app = express()
  app.set('env', 'production')
  app.disable('x-powered-by')
  app.use(
    securityHeaders(`default-src 'self'; connect-src ${platformAddress}`),
    framedBy(new Set([customerOrigin])),
  )
  const page = readFileSync(join(elsewhereFolder, 'index.html'), 'utf8')
    .replaceAll('%ELSEWHERE%', address)
    .replaceAll('%PLATFORM%', platformAddress)
    .replaceAll('%CUSTOMER%', customerOrigin)
  app.get('/', (_req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    res.type('html').send(page)
  })
  app.get('/theme.css', (_req, res) => {
    res.sendFile('theme.css', { root: pageFolder })
  })
  app.use(express.static(elsewhereFolder, { index: false }))
  return app
}
