/**
 * The platform's portal, in a frame or a popup of a customer's page. That page gives it a token, by a message and at its request; it
 * exchanges it for a session, and calls the orders service:
 *
 *     portal -> page      { type: 'reverse-jwt:hello', nonce: '5b0c...' }
 *     page   -> portal    { type: 'reverse-jwt:token', nonce: '5b0c...', token: 'eyJ...' }
 *     POST /oauth/token      assertion=eyJ...&embedder=http://localhost:4001
 *     GET  /apps             Authorization: Bearer eyJ...
 *
 * Who opened it is what the service answers. It knows that from the session, which the platform signed.
 */

import { createProjectClient, problemOf, receiveToken } from '/reverse-jwt/index.js'
import { showApp, showCaller, showTrouble, showStatus } from './display.js'
import { Refusal, sayingOf } from './sayings.js'

const { orders } = document.body.dataset

const client = createProjectClient({
  platform: location.origin,
  getToken: receiveToken,
  session: { services: [orders] },
})
const againButton = document.getElementById('again')
const timeoutMs = 15_000

againButton.addEventListener('click', () => whileBusy(load))
whileBusy(load)

async function load() {
  showStatus('calm', 'Waiting for the page that opened this one …')
  const { project, embedder, apps } = await call('GET', '/apps')
  showCaller(project, embedder)
  for (const app of apps) showApp(app, () => whileBusy(() => change(app)))
  showStatus('good', 'You are connected: that page has said who you are, and the platform has checked it.')
}

/** The switch moves when the service has said so. */
async function change(app) {
  const { connected } = await call(app.connected ? 'DELETE' : 'PUT', `/apps/${app.id}`)
  app.connected = connected
  showApp(app)
  showStatus('good', connected ? `${app.name} gets the orders now.` : `${app.name} gets no orders any more.`)
}

async function call(method, path) {
  const response = await client.fetch(`${orders}${path}`, {
    method,
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (!response.ok) throw new Refusal((await problemOf(response))?.code ?? `${response.status}`)
  return response.json()
}

/** One thing at a time, and what went wrong with it. */
async function whileBusy(action) {
  if (document.body.ariaBusy === 'true') return
  document.body.ariaBusy = 'true'
  try {
    await action()
  } catch (error) {
    const saying = sayingOf(error)
    showTrouble(saying)
    if (saying.isDefect) throw error
  } finally {
    document.body.ariaBusy = 'false'
  }
}
