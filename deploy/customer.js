/** A customer: a page, and the backend that signs tokens for it. In earnest it is another company's, on machines of its own. */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { createSigner, tokenEndpoint } from 'reverse-jwt/customer'
import { secret } from './secret.js'
import { operationsApp, serve } from './serve.js'

const { CUSTOMER_URL, ORDERS_URL, PLATFORM_URL } = process.env

const signer = createSigner({
  projectId: 'shop',
  audience: PLATFORM_URL,
  privateKey: secret('project-key.pem'),
})

const app = express()
app.set('env', 'production')
app.disable('x-powered-by')
app.set('trust proxy', 1)
app.use((_req, res, next) => {
  const policy = `default-src 'self'; connect-src 'self' ${PLATFORM_URL} ${ORDERS_URL}; frame-ancestors 'none'`
  res.setHeader('Content-Security-Policy', policy)
  next()
})
app.post(
  '/token',
  tokenEndpoint({
    signer,
    origins: [CUSTOMER_URL],
    // Your login decides here. This page has none, so anybody can have such a token: it grants little, and each address gets few.
    authorize: (req) => ({ subject: req.ip, scope: 'portal:read' }),
  }),
)
// What the page must know. It is no secret.
app.get('/addresses.js', (_req, res) => {
  const lines = { platform: PLATFORM_URL, orders: ORDERS_URL }
  res.type('js').send(`export const { platform, orders } = ${JSON.stringify(lines)}\n`)
})
app.use('/reverse-jwt', express.static(dirname(fileURLToPath(import.meta.resolve('reverse-jwt/browser')))))
app.use(express.static(`${import.meta.dirname}/page`))

await serve(
  app,
  operationsApp(() => true),
  () => undefined,
)
