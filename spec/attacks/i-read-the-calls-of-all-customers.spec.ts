import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import express from 'express'
import request from 'supertest'
import { EventFeed } from '../../example-server/console/calls/event-feed.js'
import { frontPageRouter } from '../../example-server/console/front-page.js'
import { liveLog, type LiveLog } from '../../example-server/console/calls/live-log.js'
import { acceptedEvent, refusedEvent } from '../helpers/events.js'
import { openServer } from '../helpers/server.js'
import { LiveReader } from '../example-server/console/calls/live-reader.js'

const address = 'http://127.0.0.1:4000'
const serve = openServer()
let live: LiveLog
let app: express.Express

/** Who has a copy of what the console's own browser sends. */
const operator = 'Cookie: session=operator'

beforeEach(() => {
  const feed = new EventFeed()
  const isLoggedIn = ({ headers }: { headers: { cookie?: string | undefined } }) =>
    Promise.resolve(headers.cookie === 'session=operator')
  live = liveLog({ address, isLoggedIn, feed })
  app = express().use(frontPageRouter('http://localhost:4001', feed)).use('/console', live.router)
  const told = { projectId: 'secret-customer', origin: 'https://secret.example' }
  const revoked = { reason: 'key_revoked', signature: 'good', cause: 'the key is revoked' } as const
  const events = [acceptedEvent(told), refusedEvent({ ...told, ...revoked })]
  feed.add({ events, counts: [{ outcome: 'accepted', projectId: told.projectId, calls: 1 }], unlisted: 0 })
})
afterEach(() => {
  live.close()
})

async function read(lines: readonly string[]): Promise<LiveReader> {
  const reader = await new LiveReader(serve(app), lines).begun()
  reader.leave()
  return reader
}

const strangers: [string, string[]][] = [
  ['without a login', []],
  ['with a cookie that I made up', ['Cookie: session=mine']],
  ['from a page on another site', [operator, `Origin: https://evil.example`, 'Sec-Fetch-Site: cross-site']],
  ['from a page on another port', [operator, `Origin: http://127.0.0.1:4001`, 'Sec-Fetch-Site: same-site']],
  ['from a page that says no origin', [operator, 'Sec-Fetch-Site: same-site']],
  ['from a sandboxed page', [operator, 'Origin: null']],
  ['from a page that an old browser shows', [operator, 'Origin: http://127.0.0.1:4001']],
]

describe.each(strangers)('%s', (_, lines) => {
  it('the live log tells me nothing', async () => {
    const { status, text } = await read(lines)
    expect(status).toBe(403)
    expect(text).toMatch(/^Cache-Control: no-store/m)
    expect(text).not.toMatch(/secret|key_revoked|access-control/i)
  })
})

it('the operator reads it', async () => {
  const { status, text } = await read([operator, 'Sec-Fetch-Site: same-origin'])
  expect(status).toBe(200)
  expect(text).toContain('key_revoked')
})

it('the front page names no customer and no true reason, which would say what each key is', async () => {
  const { text, headers } = await request(app).get('/recent-calls.json')
  expect(JSON.parse(text)).toEqual([
    { time: expect.any(Number), outcome: 'refused', code: 'token_not_verified' },
    { time: expect.any(Number), outcome: 'accepted' },
  ])
  expect(headers).toMatchObject({ 'cache-control': 'no-store' })
  expect(headers).not.toHaveProperty('access-control-allow-origin')
  expect((await request(app).get('/')).text).not.toMatch(/secret|key_revoked/)
})
