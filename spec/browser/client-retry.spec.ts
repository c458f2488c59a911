import { describe, expect, it } from '@jest/globals'
import express from 'express'
import { problemOf } from '../../lib/browser/index.js'
import { problemDetails, reverseJwt } from '../../lib/index.js'
import { mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { openServer } from '../helpers/server.js'
import { addressOf, clientFor, scripted, type Answer } from './client.js'

const serve = openServer()

const idempotent = ['GET', 'PUT', 'DELETE', 'OPTIONS']
const others = ['POST', 'PATCH']
const refused = (code: string, retry: string, status = 401): Answer => ({ status, problem: { code, retry } })

/** The first answer, and whether a call is sent again that may run twice, and one that may not. */
const rows: readonly [first: Answer, again: boolean, othersAgain: boolean][] = [
  [refused('token_expired', 'fresh-token'), true, true],
  [refused('token_not_active', 'fresh-token'), true, true],
  [refused('credentials_missing', 'fresh-token'), true, true],
  [refused('dpop_nonce_required', 'fresh-token'), true, true],
  [refused('session_revoked', 'fresh-token'), true, true],
  [refused('token_replayed', 'if-idempotent'), true, false],
  [refused('token_not_verified', 'no'), false, false],
  [refused('token_replayed', 'if-idempotent', 403), false, false],
  [refused('token_expired', 'fresh-token', 400), false, false],
  [refused('origin_not_allowed', 'no', 403), false, false],
  [refused('rate_limited', 'later', 429), false, false],
  [refused('store_unavailable', 'later', 503), false, false],
  [{ status: 401 }, false, false],
  [
    { ...refused('token_expired', 'fresh-token'), headers: { 'content-type': 'application/json' } },
    false,
    false,
  ],
  [{ status: 401, problem: {} }, false, false],
  [{ status: 401, problem: { code: 'token_expired', retry: 7 } }, false, false],
  [{ status: 200 }, false, false],
  [{ status: 500 }, false, false],
]

describe.each(rows)('after the answer %j', (first, again, othersAgain) => {
  it.each([
    ...idempotent.map((method) => [method, again] as const),
    ...others.map((method) => [method, othersAgain] as const),
  ])('a %s is sent again: %s', async (method, expected) => {
    const { calls, address } = scripted(serve, [first])
    const { client, events } = clientFor(address)
    const answer = await client.fetch('/orders', { method })
    expect(calls.map((call) => call.method)).toEqual(expected ? [method, method] : [method])
    expect(new Set(calls.map(({ token }) => token)).size).toBe(calls.length)
    expect(answer.status).toBe(expected ? 200 : first.status)
    const retries = events.filter(({ type }) => type === 'retry')
    expect(retries).toEqual(expected ? [{ type: 'retry', code: first.problem?.code }] : [])
  })
})

/** Of a HEAD nobody learns why it was refused, and to send it again does no harm. */
it.each([
  [refused('token_expired', 'fresh-token'), 2],
  [refused('token_not_verified', 'no'), 2],
  [refused('store_unavailable', 'later', 503), 1],
  [{ status: 401 }, 1],
])('after the answer %j a HEAD was sent %d times', async (first, times) => {
  const { calls, address } = scripted(serve, [first])
  await clientFor(address).client.fetch('/orders', { method: 'HEAD' })
  expect(calls.map((call) => call.method)).toEqual(Array.from({ length: times }, () => 'HEAD'))
})

describe('a client', () => {
  it('sends a call again once, and returns what then comes', async () => {
    const { calls, address } = scripted(
      serve,
      Array.from({ length: 5 }, () => refused('token_expired', 'fresh-token')),
    )
    const answer = await clientFor(address).client.fetch('/orders')
    expect([answer.status, calls.length]).toEqual([401, 2])
    expect(await problemOf(answer)).toEqual({ code: 'token_expired', retry: 'fresh-token' })
  })

  it('returns an answer that can still be read, whatever it has read of it', async () => {
    const { address } = scripted(serve, [refused('token_not_verified', 'no')])
    const answer = await clientFor(address).client.fetch('/orders')
    expect(await answer.json()).toEqual({ code: 'token_not_verified', retry: 'no' })
  })

  it.each<[what: string, body: () => RequestInit['body']]>([
    ['a text', () => 'order 7'],
    ['a form', () => new URLSearchParams({ order: '7' })],
    ['a file', () => new Blob(['order 7'])],
    ['a stream', () => new Blob(['order 7']).stream() as never],
  ])('sends %s again', async (_, body) => {
    const { calls, address } = scripted(serve, [refused('token_expired', 'fresh-token')])
    await clientFor(address).client.fetch('/orders', {
      method: 'POST',
      body: body() as never,
      duplex: 'half',
    })
    expect(calls).toHaveLength(2)
    expect(calls[0]?.body).toMatch(/order.7/)
    expect(calls[1]?.body).toBe(calls[0]?.body)
  })

  it('sends again what the verifier refuses for its age, and not an order whose first copy has run', async () => {
    const ran: string[] = []
    const app = express()
    app.use(reverseJwt(platform().options))
    app.all('/orders', (req, res) => {
      ran.push(req.method)
      res.json({})
    })
    app.use(problemDetails())
    const address = addressOf(serve(app))
    const expired = mint({ claims: { iat: now - 200, exp: now - 100 } })
    const usedBefore = mint()
    const from = (...tokens: string[]) =>
      clientFor(address, { getToken: () => tokens.shift() ?? mint() }).client
    expect((await from(expired).fetch('/orders', { method: 'POST' })).status).toBe(200)
    await fetch(`${address}/orders`, { method: 'POST', headers: { authorization: `Bearer ${usedBefore}` } })
    const second = await from(usedBefore).fetch('/orders', { method: 'POST' })
    expect([second.status, (await problemOf(second))?.code]).toEqual([401, 'token_replayed'])
    expect(ran).toEqual(['POST', 'POST'])
    expect((await from(usedBefore).fetch('/orders')).status).toBe(200)
  })
})

describe('the clock of the backend', () => {
  const answer = (code: string, serverTime: unknown): Answer => ({
    status: 401,
    problem: { code, retry: 'fresh-token', server_time: serverTime },
  })
  const skewAfter = async (first: Answer, iat: unknown = now) => {
    const { address } = scripted(serve, [first])
    const { client, events } = clientFor(address, { getToken: () => mint({ claims: { iat } }) })
    await client.fetch('/orders')
    return events.filter(({ type }) => type === 'skew')
  }

  it.each([
    ['token_expired', 200, -200],
    ['token_not_active', -60, 60],
    ['token_expired', 6, -6],
  ])('is told after %s, where the platform is %d s ahead', async (code, ahead, seconds) => {
    expect(await skewAfter(answer(code, now + ahead))).toEqual([{ type: 'skew', seconds }])
  })

  it.each<[string, Answer, unknown]>([
    ['a few seconds', answer('token_expired', now + 5), now],
    ['another refusal', answer('token_replayed', now + 200), now],
    ['a platform that does not tell its time', answer('token_expired', undefined), now],
    ['a time that is no number', answer('token_expired', 'noon'), now],
    ['a token without its time', answer('token_expired', now), 'noon'],
  ])('is not told for %s', async (_, first, iat) => {
    expect(await skewAfter(first, iat)).toEqual([])
  })
})
