import express, { type Express } from 'express'
import helmet from 'helmet'
import type { Frame, Page } from 'playwright-core'
import { launchWholeChromium } from '../chromium.js'
import { pageFiles } from '../../attacks/page-with-client.js'
import { emptyPages, threeOrigins, type ThreeOrigins } from '../../attacks/three-origins.js'
import { keyPair } from '../../helpers/keys.js'
import { audience, kidOf } from '../../helpers/mint.js'
import { platform, rival, shop } from '../../helpers/platform.js'
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
  /** What the shop waits for before it gives out a token. */
  held: Promise<unknown> | undefined
  /** What the platform's pages say of themselves to others. */
  referrerPolicy: string
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

/** In a whole browser: it refuses cookies and storage to frames of other sites, and without the rest Playwright loses such frames. */
export function portalSite(): PortalSite {
  const state: Omit<PortalSite, keyof ThreeOrigins> = {
    minted: 0,
    verdicts: [],
    addresses: [],
    isLoggedIn: true,
    held: undefined,
    referrerPolicy: 'no-referrer',
  }
  const site = threeOrigins(
    {
      shop: () => shopApp(state),
      platform: (origin) => platformApp(origin, state),
      evil: () => emptyPages(),
    },
    launchWholeChromium,
  )
  return Object.assign(state, site)
}

function shopApp(state: Pick<PortalSite, 'minted' | 'isLoggedIn' | 'held'>): Express {
  const app = express()
  app.post(
    '/token',
    tokenEndpoint({
      signer,
      authorize: async () => {
        await state.held
        return state.isLoggedIn ? { subject: 'user-7' } : undefined
      },
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
  { shop: shopOrigin, platform: own }: ThreeOrigins['origin'],
  state: Pick<PortalSite, 'verdicts' | 'addresses' | 'referrerPolicy'>,
): Express {
  const told = ({ type, ...event }: VerifierEvent) => {
    state.verdicts.push(type === 'refused' && 'code' in event ? event.code : type)
  }
  const clock = () => Date.now() / 1000
  const projects = [shop(['ES256'], { allowedOrigins: [shopOrigin] }), rival]
  const { options } = platform({ clock, onEvent: told }, projects)
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
  // An open redirect, as many platforms have one.
  app.get('/go', (req, res) => {
    res.redirect(req.query.to as string)
  })
  app.use(
    helmet({
      strictTransportSecurity: false,
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    }),
  )
  app.use('/portal', framedBy(new Set([shopOrigin])), (_req, res, next) => {
    res.set('Referrer-Policy', state.referrerPolicy)
    next()
  })
  app.get('/portal', (_req, res) => {
    const within =
      '<a href="/portal/apps">Apps</a><form method="post" action="/portal/apps"><button>Send</button></form>'
    res.send(document(`<output></output>${within}<script type="module" src="/portal.js"></script>`))
  })
  app.all('/portal/apps', (_req, res) => {
    res.send(document('<h1>Apps</h1>'))
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

/** Puts a frame into a page, beside what is there, and waits until something is shown in it. */
export async function addFrame(page: Page, address: string, attributes = '{}'): Promise<Frame> {
  const known = new Set(page.frames())
  await page.evaluate(`new Promise((resolve) => {
    const frame = Object.assign(document.createElement('iframe'), ${attributes})
    frame.onload = resolve
    frame.src = '${address}'
    document.body.append(frame)
  })`)
  const added = page.frames().find((frame) => !known.has(frame))
  if (added === undefined) throw new Error('there is no new frame')
  return added
}
