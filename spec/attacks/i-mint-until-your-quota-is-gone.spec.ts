import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals'
import express from 'express'
import { createSigner, tokenEndpoint, type TokenEndpointEvent } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'
import { emptyPages, threeOrigins } from './three-origins.js'

const signer = createSigner({ projectId: 'shop', audience, privateKey: keyPair('ES256').privateKey })

// A minute that begins in the middle of a test would give everybody their tokens again.
beforeAll(() => {
  const now = Date.now()
  jest.spyOn(Date, 'now').mockReturnValue(now)
})
afterAll(() => {
  jest.restoreAllMocks()
})

const minted = new Map<string | undefined, number>()
beforeEach(() => {
  minted.clear()
})

const site = threeOrigins({
  shop: () => {
    const app = express()
    const onEvent = (event: TokenEndpointEvent) => {
      if (event.type === 'minted') minted.set(event.subject, (minted.get(event.subject) ?? 0) + 1)
    }
    // The name stands for a session: who they are is not the visitor's to say.
    const authorize = (req: express.Request) => ({ subject: req.headers['x-session'] as string })
    app.use('/token', tokenEndpoint({ signer, authorize, perMinute: 20, onEvent }))
    app.use(
      '/day',
      tokenEndpoint({ signer, authorize, onEvent, limit: (subject) => (minted.get(subject) ?? 0) < 5 }),
    )
    return emptyPages(app)
  },
})

/** So many requests at once, and how often each status came. */
const ask = (path: string, session: string, times: number) => `Promise.all(
  Array.from({ length: ${times} }, async () => {
    const headers = { 'content-type': 'application/json', 'x-session': '${session}' }
    const answer = await fetch('${path}', { method: 'POST', body: '{}', headers })
    return answer.status + (answer.status === 429 ? ' ' + answer.headers.get('retry-after') + ' ' + (await answer.json()).retry : '')
  }),
).then((all) => Object.fromEntries(Object.entries(Object.groupBy(all, (one) => one)).map(([one, some]) => [one, some.length])))`

it('gives a visitor at work what they need, and another one what the first one did not leave', async () => {
  const page = await site.open(site.origin.shop)
  expect(await page.evaluate(ask('/token', 'reader', 10))).toEqual({ 200: 10 })
})

it('gives a visitor with a script 20 tokens, and tells them when to come back', async () => {
  const page = await site.open(site.origin.shop)
  expect(await page.evaluate(ask('/token', 'miner', 100))).toEqual({ 200: 20, '429 60 later': 80 })
  expect(await page.evaluate(ask('/token', 'reader-2', 10))).toEqual({ 200: 10 })
  expect([...minted]).toEqual([
    ['miner', 20],
    ['reader-2', 10],
  ])
})

it('asks your own limit, which knows of other processes', async () => {
  const page = await site.open(site.origin.shop)
  for (let count = 0; count < 5; count++) await page.evaluate(ask('/day', 'miner', 1))
  expect(await page.evaluate(ask('/day', 'miner', 10))).toEqual({ '429 60 later': 10 })
})
