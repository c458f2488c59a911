import { beforeEach, expect, it } from '@jest/globals'
import express from 'express'
import helmet from 'helmet'
import type { Page } from 'playwright-core'
import { createVerifier, problemDetails, projectOf, projectTokenOf, reverseJwt } from '../../lib/index.js'
import { createSessionIssuer, createSessionVerifier } from '../../lib/session/index.js'
import { launchWholeChromium } from './chromium.js'
import { threeOrigins } from '../attacks/three-origins.js'
import { keyPair } from '../helpers/keys.js'
import { audience, mint } from '../helpers/mint.js'
import { platform as platformOf, shop } from '../helpers/platform.js'

type Origins = Readonly<Record<'shop' | 'platform', string>>

/** Origin and path of each post that reached the platform. */
const posted: string[] = []
beforeEach(() => {
  posted.length = 0
})

const { origin, ...browser } = threeOrigins({ shop: customersPages, platform: portal }, launchWholeChromium)

/** The customer's pages: one form, no script. `/no-referrer` has helmet's own Referrer-Policy. */
function customersPages({ platform }: Origins) {
  const directives = {
    'form-action': ["'self'", platform],
    'frame-src': [platform],
    // There is no TLS here.
    'upgrade-insecure-requests': null,
  }
  const app = express()
  app.use('/no-referrer', helmet({ contentSecurityPolicy: { directives } }))
  app.use(
    '/strict-origin',
    helmet({ contentSecurityPolicy: { directives }, referrerPolicy: { policy: 'strict-origin' } }),
  )
  return app.get(['/no-referrer', '/strict-origin'], (_req, res) => {
    res.set('Cache-Control', 'no-store').send(`<!doctype html><title>shop</title>
      <form method="post" action="${platform}/portal" target="portal">
        <input type="hidden" name="access_token" value="${mint()}">
        <button>Connect your apps</button>
      </form>
      <iframe name="portal" title="Portal"></iframe>`)
  })
}

function portal({ shop: customer, platform: own }: Origins) {
  const { options } = platformOf({}, [shop(['ES256'], { name: 'Demo Shop', allowedOrigins: [customer] })])
  const verifier = createVerifier(options)
  const { privateKey } = keyPair('RS256')
  const issuer = createSessionIssuer({ issuer: audience, verifier, signingKeys: [{ privateKey }] })
  const sessions = createSessionVerifier({ issuer: audience, keys: issuer })
  const app = express()
  app.use(express.urlencoded({ extended: false }), (req, res, next) => {
    if (req.method === 'POST') posted.push(`${req.path} from ${String(req.headers.origin)}`)
    res.set('Referrer-Policy', 'same-origin')
    next()
  })
  app.post('/portal', reverseJwt({ verifier, tokenFrom: ['body'] }), async (req, res) => {
    const authentication = { project: projectOf(req), projectToken: projectTokenOf(req) }
    const context = { origin: own, embedder: req.headers.origin }
    const { access_token } = await issuer.issue(authentication, context)
    const cookie = { secure: true, httpOnly: true, sameSite: 'none', path: '/' } as const
    res.cookie('plain', access_token, cookie)
    res.cookie('__Host-partitioned', access_token, { ...cookie, partitioned: true })
    res.send(`<!doctype html><title>portal</title><h1>${String(projectOf(req).name)}</h1>
      <form method="post" action="/portal/apps">
        <input type="hidden" name="session" value="${access_token}"><button>Apps</button>
      </form>
      <a href="/portal/page">Page</a>`)
  })
  app.post('/portal/apps', async (req, res) => {
    const { session } = req.body as { session: unknown }
    const { projectId, embedder } = await sessions.verify(session, { origin: req.headers.origin })
    res.set('Cache-Control', 'no-store').send(`<!doctype html><h1>${projectId} at ${String(embedder)}</h1>`)
  })
  app.get('/portal/page', async (req, res) => {
    const cookies = new Map(
      (req.headers.cookie ?? '').split('; ').map((pair) => pair.split('=') as [string, string]),
    )
    const session = cookies.get('__Host-partitioned')
    const { projectId, embedder } = await sessions.verify(session, { origin: req.headers.origin })
    const names = Array.from(cookies.keys(), (name) => name.replace('__Host-', ''))
    res.send(`<!doctype html><h1>${projectId} at ${String(embedder)}, with ${names.join()}</h1>`)
  })
  return app.use(problemDetails())
}

/** What the platform answers while something is done. */
async function answerTo(page: Page, action: () => Promise<unknown>) {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().startsWith(`${origin.platform}/portal`)),
    action(),
  ])
  return { status: answer.status(), text: await answer.text() }
}

/** The customer's page, and what its form brings into the frame. */
async function opened(path: string) {
  const page = await browser.open(`${origin.shop}${path}`)
  const answer = await answerTo(page, () => page.click('button'))
  const frame = page.frame('portal')
  if (frame === null) throw new Error('the page has no frame')
  return { page, frame, answer }
}

it('a form opens the portal in a frame, and the portal knows whose it is', async () => {
  const { frame, answer } = await opened('/strict-origin')
  expect(answer.status).toBe(200)
  expect(posted).toEqual([`/portal from ${origin.shop}`])
  expect(await frame.textContent('h1')).toBe('Demo Shop')
})

it('under helmet’s own Referrer-Policy the form comes from null, and is refused', async () => {
  const { answer } = await opened('/no-referrer')
  expect(posted).toEqual(['/portal from null'])
  expect(answer.status).toBe(403)
  expect(JSON.parse(answer.text)).toMatchObject({
    code: 'origin_not_allowed',
    detail: expect.stringContaining('Referrer-Policy: no-referrer') as unknown,
  })
})

it('a form that is sent twice sends a used token', async () => {
  const { page } = await opened('/strict-origin')
  const answer = await answerTo(page, () => page.click('button'))
  expect(answer.status).toBe(401)
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'token_replayed' })
})

it('a reload of the frame sends the token again, too, and from the platform', async () => {
  const { page, frame } = await opened('/strict-origin')
  const answer = await answerTo(page, () => frame.evaluate('location.reload()'))
  expect(posted).toEqual([`/portal from ${origin.shop}`, `/portal from ${origin.platform}`])
  expect(answer.status).toBe(403)
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'origin_not_allowed' })
})

it('a form of the portal carries a session, which a reload may send again', async () => {
  const { page, frame } = await opened('/strict-origin')
  for (const action of [() => frame.click('button'), () => frame.evaluate('location.reload()')]) {
    const { status, text } = await answerTo(page, action)
    expect([status, text]).toEqual([200, expect.stringContaining(`shop at ${origin.shop}`)])
  }
  expect(posted.slice(1)).toEqual(Array<string>(2).fill(`/portal/apps from ${origin.platform}`))
})

it('a partitioned cookie carries it where third-party cookies are blocked', async () => {
  // As in a private window. The other cookie, which is not partitioned, shows that it is so.
  const { page, frame } = await opened('/strict-origin')
  await frame.click('text=Page')
  expect(await frame.textContent('h1')).toBe(`shop at ${origin.shop}, with partitioned`)
  const { status } = await answerTo(page, () => frame.evaluate('location.reload()'))
  expect(status).toBe(200)
})
