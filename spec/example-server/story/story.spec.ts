import { beforeAll, expect, it } from '@jest/globals'
import express, { type Express } from 'express'
import request from 'supertest'
import { EventFeed } from '../../../example-server/console/calls/event-feed.js'
import type { ObservedEvent } from '../../../example-server/console/calls/observed-events.js'
import { elsewhereApp } from '../../../example-server/story/elsewhere.js'
import { storyRouter } from '../../../example-server/story/story.js'
import { generateProjectKey } from '../../../lib/customer/index.js'

const address = 'http://localhost:4001'
const platformAddress = 'http://127.0.0.1:4000'
const elsewhereAddress = 'http://127.0.0.1:4003'

const feed = new EventFeed()
let app: Express
let privateKey: string

beforeAll(async () => {
  ;({ privateKey } = await generateProjectKey())
  app = express().use('/story', storyRouter({ address, platformAddress, privateKey, feed, elsewhereAddress }))
})

it('gives odd tokens that no cache keeps, and none that it does not know', async () => {
  const answer = await request(app).post('/story/tokens/expired')
  expect(answer.body).toEqual({ token: expect.stringMatching(/^eyJ/) })
  expect(answer.headers['cache-control']).toBe('no-store')
  for (const kind of ['honest', '__proto__', 'get'])
    expect((await request(app).post(`/story/tokens/${kind}`)).status).toBe(404)
  expect((await request(app).get('/story/tokens/expired')).status).toBe(404)
})

it('tells what the platform saw of a call, by one name', async () => {
  const event = { type: 'refused', id: 'id-1', time: 1, projectId: 'demo-shop' } as ObservedEvent
  feed.add({ events: [event], counts: [], unlisted: 0 })
  const answer = await request(app).get('/story/seen?id=id-1')
  expect(answer.body).toEqual({ event })
  expect(answer.headers['cache-control']).toBe('no-store')
  expect((await request(app).get('/story/seen?id=id-1&id=id-2')).body).toEqual({ event: null })
})

it('lets the page of somebody else be shown by the customer alone, and call the platform alone', async () => {
  const elsewhere = elsewhereApp({ address: elsewhereAddress, platformAddress, customerOrigin: address })
  const policyFor = async (referer: string) => {
    const { headers } = await request(elsewhere).get('/').set('Referer', referer)
    return String(headers['content-security-policy'])
  }
  const rest = `default-src 'self'; connect-src ${platformAddress}; base-uri 'none'; form-action 'none'`
  expect(await policyFor(`${address}/`)).toBe(`${rest}; frame-ancestors ${address}`)
  expect(await policyFor('https://evil.example/')).toBe(`${rest}; frame-ancestors 'none'`)
  for (const path of ['/elsewhere.js', '/elsewhere.css', '/theme.css'])
    expect([path, (await request(elsewhere).get(path)).status]).toEqual([path, 200])
})
