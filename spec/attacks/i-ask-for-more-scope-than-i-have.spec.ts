import { beforeEach, describe, expect, it } from '@jest/globals'
import express from 'express'
import type { Page } from 'playwright-core'
import { createSigner, tokenEndpoint } from '../../lib/customer/index.js'
import { corsFor, problemDetails, projectTokenOf, reverseJwt } from '../../lib/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience, kidOf } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { emptyPages, threeOrigins } from './three-origins.js'

const signer = createSigner({
  projectId: 'shop',
  audience,
  privateKey: keyPair('ES256').privateKey,
  kid: kidOf('ES256'),
})

const site = threeOrigins({
  shop: () => {
    const app = express()
    // A visitor who may read, of a project that may write, too.
    app.use(
      '/token',
      tokenEndpoint({ signer, authorize: () => ({ subject: 'user-7', scope: 'portal:read' }) }),
    )
    app.use('/nothing', tokenEndpoint({ signer, authorize: () => ({ subject: 'user-8', scope: [] }) }))
    return emptyPages(app)
  },
  platform: (origin) => {
    const app = express()
    const { options } = platform({ clock: () => Date.now() / 1000 }, [
      shop(['ES256'], { allowedOrigins: [origin.shop] }),
    ])
    app.use(corsFor(new Set([origin.shop])))
    app.get('/scopes', reverseJwt(options), (req, res) => {
      res.json(projectTokenOf(req).scopes)
    })
    return app.use(problemDetails())
  },
})

let page: Page
beforeEach(async () => {
  page = await site.open(site.origin.shop)
})

/** Asks for a token with this body, and what scopes the platform then grants; else the code of the refusal. */
const scopesOf = (body: string, path = '/token') =>
  page.evaluate<string[] | string>(`(async () => {
    const headers = { 'content-type': 'application/json' }
    const { token, code } = await (await fetch('${path}', { method: 'POST', headers, body: ${JSON.stringify(body)} })).json()
    if (code !== undefined) return code
    return (await fetch('${site.origin.platform}/scopes', { headers: { authorization: 'Bearer ' + token } })).json()
  })()`)

it('grants the honest page what it may have, whether it names it or not', async () => {
  expect(await scopesOf('{}')).toEqual(['portal:read'])
  expect(await scopesOf('{"scope":"portal:read"}')).toEqual(['portal:read'])
})

describe('grants no more', () => {
  it.each<[body: string, outcome: string[] | string]>([
    ['{"scope":"portal:read portal:write"}', ['portal:read']],
    ['{"scope":"portal:write"}', 'token_denied'],
    ['{"scope":"portal:read","scope":"portal:write"}', 'token_denied'],
    ['{"scope":""}', 'request_malformed'],
    ['{"scope":" "}', 'request_malformed'],
    ['{"scope":null}', 'request_malformed'],
    ['{"scope":["portal:write"]}', 'request_malformed'],
    ['{"scope":"portal:read\\u0020portal:write"}', ['portal:read']],
    ['{"scope":"PORTAL:READ"}', 'token_denied'],
    ['{"Scope":"portal:write"}', 'request_malformed'],
    ['{"__proto__":{"scope":"portal:write"}}', 'request_malformed'],
    ['{"scope":"constructor"}', 'token_denied'],
    ['{"claims":{"scope":"portal:write"}}', 'request_malformed'],
  ])('for %s', async (body, outcome) => {
    expect(await scopesOf(body)).toEqual(outcome)
  })

  it.each(['{}', '{"scope":"portal:read"}'])('of nothing than nothing, for %s', async (body) => {
    expect(await scopesOf(body, '/nothing')).toBe('token_denied')
  })
})
