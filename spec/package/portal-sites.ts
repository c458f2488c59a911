import express from 'express'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createSigner, tokenEndpoint } from '../../lib/customer/index.js'
import { corsFor, createVerifier, problemDetails, projectOf, reverseJwt } from '../../lib/index.js'
import { createSessionIssuer, sessionAuth, sessionOf } from '../../lib/session/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience, kidOf } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'

/** The portal of the platform, as docs/portal.md has it. It says who is there, to the page around it, too. */
const portal = `<!doctype html><title>Portal</title><link rel="icon" href="data:,"><h1></h1><script type="module">
  import { createProjectClient, receiveToken } from '/browser/index.js'
  const client = createProjectClient({ platform: location.origin, getToken: receiveToken, session: true })
  const show = (text) => {
    document.querySelector('h1').textContent = text
    parent.postMessage({ shown: text }, '*')
  }
  client.fetch('/who').then(
    async (answer) => show(await answer.text()),
    (error) => show(error.problem?.code ?? error.code),
  )
</script>`

/**
 * A customer's site and the platform, each on an origin of its own. The platform answers calls of `/embed/...` and has a portal. The
 * package's client comes from the folder `browser`.
 */
export async function portalSites(browser: string) {
  const shopApp = express()
  const platformApp = express()
  const apps = [shopApp, platformApp]
  const servers = apps.map((app) => app.listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const [shopPort, platformPort] = servers.map((server) => (server.address() as AddressInfo).port)
  const shopAddress = `http://shop.localhost:${shopPort}`
  const platformAddress = `http://platform.localhost:${platformPort}`

  /** What both have seen: `minted`, `accepted`, `session.issued`, or how it was refused. */
  const events: string[] = []
  const onEvent = ({ type }: { readonly type: string }) => void events.push(type)
  const visitor = { isLoggedIn: true }

  const { privateKey } = keyPair('ES256')
  const signer = createSigner({ projectId: 'shop', audience, privateKey, kid: kidOf('ES256') })
  const authorize = () => (visitor.isLoggedIn ? { subject: 'user-7' } : undefined)
  shopApp.post('/token', tokenEndpoint({ signer, authorize, onEvent }))

  const { options } = platform({ clock: () => Date.now() / 1000, onEvent }, [
    shop(['ES256'], { allowedOrigins: [shopAddress] }),
  ])
  const verifier = createVerifier(options)
  const issuer = createSessionIssuer({
    issuer: audience,
    verifier,
    signingKeys: [{ privateKey: keyPair('RS256').privateKey }],
    ownOrigins: [platformAddress],
    onEvent,
  })
  platformApp.use('/browser', express.static(browser))
  platformApp.get('/portal', (_req, res) => {
    res.send(portal)
  })
  platformApp.post('/oauth/token', issuer.tokenEndpoint())
  platformApp.get('/who', sessionAuth({ issuer: audience, keys: issuer }), (req, res) => {
    res.send(`${projectOf(req).id} at ${sessionOf(req).embedder}`)
  })
  platformApp.use(corsFor(new Set([shopAddress])))
  platformApp.get('/embed/:what', reverseJwt({ verifier }), (req, res) => {
    res.send(`${req.params.what} of ${projectOf(req).id}`)
  })
  platformApp.use(problemDetails())

  const close = () => {
    for (const server of servers) server.close().closeAllConnections()
  }
  return { shopApp, shopAddress, platformAddress, events, visitor, close }
}
