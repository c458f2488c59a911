/**
 * Another service of the platform: orders. It takes the platform's sessions, and knows the platform's address and nothing else: no project, no
 * key of one, no used token, neither of the stores.
 */
import express from 'express'
import { pino } from 'pino'
import { register } from 'prom-client'
import { corsFor, problemDetails, projectOf } from 'reverse-jwt'
import { alertEvents, logEvents, meterEvents } from 'reverse-jwt/observe'
import { createSessionVerifier, sessionAuth, sessionOf } from 'reverse-jwt/session'
import { meterOf } from './meter.js'
import { secret } from './secret.js'
import { operationsApp, serve } from './serve.js'

const logged = logEvents(pino())
const metered = meterEvents(meterOf(register))
const alerted = alertEvents({ onAlert: [logged, metered] })

const verifier = createSessionVerifier({
  issuer: process.env.PLATFORM_URL,
  // Only pages call these routes, and with a call to another origin a browser always sends theirs.
  requireOrigin: true,
  revocations: {
    url: process.env.REVOCATIONS_URL,
    headers: () => ({ Authorization: `Bearer ${secret('service-secret')}` }),
  },
  onEvent: [logged, metered, alerted],
})

const app = express()
app.set('env', 'production')
app.disable('x-powered-by')
app.set('trust proxy', 1)
// For every page: no browser sends a session by itself, as it sends a cookie, and each is good on pages of its own origin alone.
app.use(corsFor({ has: () => true }))
app.get('/orders', sessionAuth({ verifier, scope: 'portal:read' }), (req, res) => {
  res.json({ project: projectOf(req).id, scopes: sessionOf(req).scopes, orders: [{ number: 1041 }] })
})
app.use(problemDetails())

// Its keys and the list of ended sessions come from the platform. While it has neither, nothing is to be sent here.
const isReady = () =>
  verifier.ready().then(
    () => true,
    () => false,
  )
await serve(app, operationsApp(isReady), () => {
  verifier.close()
})
