import { beforeEach, describe, expect, it } from '@jest/globals'
import express from 'express'
import { createSigner, tokenEndpoint, type TokenEndpointEvent } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'
import { emptyPages, threeOrigins } from './three-origins.js'

const signer = createSigner({ projectId: 'shop', audience, privateKey: keyPair('ES256').privateKey })

const events: TokenEndpointEvent[] = []
const decisions: unknown[] = []
beforeEach(() => {
  events.length = 0
})

/** Sessions as a backend keeps them, by a name that only the cookie knows. */
const users = new Map([['5f0c1d', { id: 'user-7' }]])
const sessionOf = (cookie = '') => users.get(/(?:^|; )session=([^;]*)/.exec(cookie)?.[1] ?? '')

const site = threeOrigins({
  shop: () => {
    const app = express()
    const onEvent = (event: TokenEndpointEvent) => events.push(event)
    app.get('/login', (_req, res) => {
      res.cookie('session', '5f0c1d', { httpOnly: true, sameSite: 'lax' }).send('welcome')
    })
    const userOf = (req: express.Request) => sessionOf(req.headers.cookie)
    app.use(
      '/token',
      tokenEndpoint({
        signer,
        onEvent,
        authorize: (req: express.Request) => userOf(req) && { subject: 'user-7' },
      }),
    )
    // What a hurried developer leaves behind: the decision is made and not returned.
    const forgotten = (req: express.Request): undefined => {
      decisions.push(userOf(req) && { subject: 'user-7' })
    }
    app.use('/forgotten', tokenEndpoint({ signer, onEvent, authorize: forgotten }))
    return emptyPages(app)
  },
})

const ask = (path: string) =>
  `fetch('${path}', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }).then(async (answer) => [answer.status, await answer.json()])`

it('gives a token to the visitor who has logged in', async () => {
  const page = await site.open(`${site.origin.shop}/login`)
  expect(await page.evaluate(ask('/token'))).toEqual([200, { token: expect.stringMatching(/^eyJ/) }])
  expect(events).toMatchObject([{ type: 'minted', subject: 'user-7' }])
})

describe('gives no token', () => {
  it('to a visitor who has not, and says so', async () => {
    const page = await site.open(site.origin.shop)
    const [status, problem] = await page.evaluate<[number, object]>(ask('/token'))
    expect([status, problem]).toEqual([401, expect.objectContaining({ code: 'no_session', retry: 'no' })])
    expect(problem).not.toHaveProperty('token')
  })

  it.each(['session=', 'session=5f0c1', 'session=__proto__', 'session=constructor', 'xsession=5f0c1d'])(
    'for the cookie %s',
    async (cookie) => {
      const page = await site.open(site.origin.shop)
      await page.evaluate(`document.cookie = '${cookie}'`)
      expect(await page.evaluate(ask('/token'))).toEqual([
        401,
        expect.objectContaining({ code: 'no_session' }),
      ])
    },
  )

  it('to anybody, where the decision was made and not returned', async () => {
    const page = await site.open(`${site.origin.shop}/login`)
    expect(await page.evaluate(ask('/forgotten'))).toEqual([
      401,
      expect.objectContaining({ code: 'no_session' }),
    ])
  })
})
