import express, { type Express, type RequestHandler } from 'express'
import helmet from 'helmet'
import type { Page } from 'playwright-core'
import { pageFiles } from '../../attacks/page-with-client.js'
import { emptyPages, threeOrigins, type ThreeOrigins } from '../../attacks/three-origins.js'
import { keyPair } from '../../helpers/keys.js'
import { audience, kidOf } from '../../helpers/mint.js'
import { platform, shop } from '../../helpers/platform.js'
import { platformKey } from '../../session/platform.js'
import { createSigner, tokenEndpoint } from '../../../lib/customer/index.js'
import {
  createVerifier,
  framedBy,
  problemDetails,
  projectOf,
  type VerifierEvent,
} from '../../../lib/index.js'
import { createSessionIssuer, sessionAuth, sessionOf } from '../../../lib/session/index.js'

type Origins = ThreeOrigins['origin']

/** The shop's page, the portal of its platform, and an attacker, with all that happened at the first two. */
export interface PortalSite extends ThreeOrigins {
  /** How many tokens the shop has given out. */
  minted: number
  /** What the platform's verifier said of them: `accepted`, or why not. */
  readonly verdicts: string[]
  /** Every address that came to the platform, and every Referer. */
  readonly addresses: string[]
  /** Whether the visitor is logged in at the shop. */
  isLoggedIn: boolean
}

export interface PortalSiteOptions {
  /** Added to the routes of the attacker, and of the platform before its portal. */
  readonly evil?: (origin: Origins) => RequestHandler
  readonly platform?: (origin: Origins) => RequestHandler
}

const signer = createSigner({
  projectId: 'shop',
  audience,
  privateKey: keyPair('ES256').privateKey,
  kid: kidOf('ES256'),
})

/** All that the platform's page does: it says who opened it, or why it does not know. */
const portalScript = `
  import { createProjectClient, receiveToken } from '/reverse-jwt/index.js'
  const client = createProjectClient({ platform: location.origin, getToken: receiveToken, session: true })
  const output = document.querySelector('output')
  window.ask = () => client.fetch('/who').then((answer) => answer.json()).then(
    ({ project, embedder }) => { output.textContent = project + ' at ' + embedder },
    ({ code, problem }) => { output.textContent = [code, problem?.code].join(' ') })
  ask()`

const document = (body: string) => `<!doctype html><title>page</title><link rel="icon" href="data:,">${body}`

export function portalSite({ evil, platform: before }: PortalSiteOptions = {}): PortalSite {
  const state = { minted: 0, verdicts: [] as string[], addresses: [] as string[], isLoggedIn: true }
  const site = threeOrigins({
    shop: () => shopApp(state),
    platform: (origin) => platformApp(origin, state, before),
    evil: (origin) => emptyPages(evil === undefined ? express() : express().use(pageFiles(), evil(origin))),
  })
  return Object.assign(state, site)
}

function shopApp(state: Pick<PortalSite, 'minted' | 'isLoggedIn'>): Express {
  const app = express()
  app.post(
    '/token',
    tokenEndpoint({
      signer,
      authorize: () => (state.isLoggedIn ? { subject: 'user-7' } : undefined),
      perMinute: 1_000,
      onEvent: ({ type }) => {
        if (type === 'minted') state.minted++
      },
    }),
  )
  app.use(pageFiles())
  // What a customer's page may send: each header of its query, `/?referrer-policy=no-referrer`.
  app.get('/', (req, res) => {
    for (const [name, value] of Object.entries(req.query)) res.set(name, value as string)
    res.send(document('<iframe title="Portal"></iframe>'))
  })
  return app
}

function platformApp(
  { shop: shopOrigin, platform: own }: Origins,
  state: Pick<PortalSite, 'verdicts' | 'addresses'>,
  before: PortalSiteOptions['platform'],
): Express {
  const told = ({ type, ...event }: VerifierEvent) => {
    state.verdicts.push(type === 'refused' && 'code' in event ? event.code : type)
  }
  const clock = () => Date.now() / 1000
  const { options } = platform({ clock, onEvent: told }, [shop(['ES256'], { allowedOrigins: [shopOrigin] })])
  const issuer = createSessionIssuer({
    issuer: own,
    verifier: createVerifier(options),
    signingKeys: [{ privateKey: platformKey() }],
    ownOrigins: [own],
  })
  const app = express()
  app.use((req, _res, next) => {
    state.addresses.push(req.originalUrl, req.headers.referer ?? '')
    next()
  })
  if (before !== undefined) app.use(before({ shop: shopOrigin, platform: own, evil: '' }))
  app.use(
    helmet({
      strictTransportSecurity: false,
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    }),
  )
  app.use('/portal', framedBy(new Set([shopOrigin])))
  app.get('/portal', (_req, res) => {
    res.send(document('<output></output><script type="module" src="/portal.js"></script>'))
  })
  app.get('/portal.js', (_req, res) => {
    res.type('js').send(portalScript)
  })
  app.use(pageFiles())
  app.post('/oauth/token', issuer.tokenEndpoint())
  app.use(issuer.wellKnown())
  app.get('/who', sessionAuth({ issuer: own, keys: issuer }), (req, res) => {
    res.json({ project: projectOf(req).id, embedder: sessionOf(req).embedder })
  })
  app.use(problemDetails())
  return app
}

/** Opens the portal in the frame of the shop's page, or as a popup from a click. */
export async function openPortalIn(
  page: Page,
  { origin }: PortalSite,
  {
    place = 'frame',
    url = '/portal',
    options = '{}',
  }: { place?: 'frame' | 'popup'; url?: string; options?: string } = {},
): Promise<void> {
  await page.evaluate(`import('/reverse-jwt/index.js').then(({ createProjectClient, openPortal }) => {
    const client = createProjectClient({ platform: '${origin.platform}', tokenUrl: '/token' })
    window.errors = []
    const onError = (error) => errors.push(error.code)
    const place = '${place}' === 'popup' ? 'popup' : document.querySelector('iframe')
    const open = () => { window.portal = openPortal(client, place, '${url}', { onError, ...${options} }) }
    if (place !== 'popup') return open()
    document.onclick = open
  })`)
  if (place === 'popup') await page.mouse.click(5, 5)
}
