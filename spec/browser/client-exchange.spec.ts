import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { ProjectClientError } from '../../lib/browser/index.js'
import { mint, now } from '../helpers/mint.js'
import { openServer } from '../helpers/server.js'
import { addressOf, clientFor } from './client.js'
import { sessionPlatform, type ExchangeAnswer } from './session-platform.js'

const serve = openServer()
afterEach(() => {
  jest.restoreAllMocks()
})

const refused = (code: string, retry: string, more = {}, status = 400): ExchangeAnswer => ({
  status,
  body: { error: 'invalid_grant', error_description: 'No.', code, retry, ...more },
})

describe('an exchange that is refused', () => {
  it.each(['token_replayed', 'token_expired'])(
    'with %s, because a new token may help, is tried once more',
    async (code) => {
      const { address, exchanges } = sessionPlatform(serve, [refused(code, 'fresh-token')])
      const { client, events } = clientFor(address, { session: true })
      expect((await client.fetch('/orders', { method: 'POST' })).status).toBe(200)
      expect(new Set(exchanges.map(({ body }) => body.get('assertion'))).size).toBe(2)
      expect(events).toEqual([
        { type: 'retry', code },
        { type: 'session', expiresIn: 600 },
      ])
    },
  )

  it('and is refused again throws what the second answer says, and is not tried a third time', async () => {
    const instance = 'urn:uuid:8c5f9b2e-0000-4000-8000-000000000000'
    const second = refused('token_replayed', 'fresh-token', { instance, server_time: 1_790_000_000.1 })
    const { address, exchanges } = sessionPlatform(serve, [refused('token_expired', 'fresh-token'), second])
    const failed: unknown = await clientFor(address, { session: true })
      .client.fetch('/orders')
      .catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(ProjectClientError)
    expect(failed).toMatchObject({
      code: 'session_refused',
      status: 400,
      problem: {
        error: 'invalid_grant',
        code: 'token_replayed',
        retry: 'fresh-token',
        instance,
        server_time: 1_790_000_000.1,
      },
      message: 'The platform refused: token_replayed',
    })
    expect(exchanges).toHaveLength(2)
  })

  it.each<[string, ExchangeAnswer, object]>([
    [
      'an outage',
      refused('store_unavailable', 'later', {}, 503),
      { code: 'store_unavailable', retry: 'later' },
    ],
    ['too many', refused('rate_limited', 'later', {}, 429), { code: 'rate_limited', retry: 'later' }],
    ['another page', refused('origin_not_allowed', 'no'), { code: 'origin_not_allowed' }],
    [
      'what has a session in it all the same',
      { status: 400, body: { access_token: 'a.b.c', expires_in: 600 } },
      {},
    ],
    ['a proxy', { status: 502, body: '<h1>Bad gateway' }, {}],
  ])('for %s throws, and the next call tries again', async (_, answer, problem) => {
    const { address, exchanges, ran } = sessionPlatform(serve, [answer])
    const { client, events } = clientFor(address, { session: true })
    const first = await Promise.allSettled([client.fetch('/orders'), client.fetch('/orders')])
    for (const result of first)
      expect(result).toMatchObject({ reason: { code: 'session_refused', status: answer.status, problem } })
    expect([exchanges.length, ran.length, events.length]).toEqual([1, 0, 0])
    expect((await client.fetch('/orders')).status).toBe(200)
    expect(exchanges).toHaveLength(2)
  })

  it.each([
    ['nothing', ''],
    ['no JSON', '<h1>'],
    ['null', 'null'],
    ['no token', '{"expires_in":600}'],
    ['a token that is a number', '{"access_token":7,"expires_in":600}'],
    ['no time', '{"access_token":"a.b.c"}'],
    ['a time that is a text', '{"access_token":"a.b.c","expires_in":"600"}'],
    ['no time at all', '{"access_token":"a.b.c","expires_in":0}'],
    ['a time in the past', '{"access_token":"a.b.c","expires_in":-1}'],
    ['a time without end', '{"access_token":"a.b.c","expires_in":1e999}'],
  ])('by a 200 with %s throws, and shows no session', async (_, body) => {
    const { address, ran } = sessionPlatform(serve, [{ status: 200, body }])
    const error = (await clientFor(address, { session: true })
      .client.fetch('/orders')
      .catch((error: unknown) => error)) as ProjectClientError
    expect(error).toMatchObject({ code: 'session_refused', status: 200 })
    expect(JSON.stringify([error.message, error.problem])).not.toMatch(/a\.b\.c/)
    expect(ran).toEqual([])
  })
})

describe('the clock of the backend', () => {
  it.each([
    ['token_expired', -200, [{ type: 'skew', seconds: 200 }]],
    ['token_not_active', 60, [{ type: 'skew', seconds: -60 }]],
    ['token_replayed', 60, []],
  ])('is judged after %s by the token, not by the session', async (code, ahead, expected) => {
    const answer = refused(code, 'fresh-token', { server_time: now + ahead })
    const { address } = sessionPlatform(serve, [answer])
    const { client, events } = clientFor(address, {
      session: true,
      getToken: () => mint({ claims: { iat: now } }),
    })
    await client.fetch('/orders')
    expect(events.filter(({ type }) => type === 'skew')).toEqual(expected)
  })
})

describe('an exchange fails', () => {
  it('for a platform that cannot be reached, and with what getToken throws', async () => {
    const { client } = clientFor('http://127.0.0.1:9', { session: true })
    await expect(client.fetch('/orders')).rejects.toMatchObject({
      code: 'platform_unreachable',
      message: expect.stringContaining('No answer from http://127.0.0.1:9/oauth/token: '),
    })
    const error = new Error('no login')
    const { address } = sessionPlatform(serve)
    const getToken = () => Promise.reject(error)
    await expect(clientFor(address, { session: true, getToken }).client.fetch('/orders')).rejects.toBe(error)
  })

  it('where a redirect would carry the token elsewhere', async () => {
    const asked: unknown[] = []
    const address = addressOf(
      serve((req, res) => {
        asked.push(req.url)
        res.writeHead(307, { location: '/elsewhere' }).end()
      }),
    )
    await expect(clientFor(address, { session: true }).client.fetch('/orders')).rejects.toMatchObject({
      code: 'platform_unreachable',
    })
    expect(asked).toEqual(['/oauth/token'])
  })

  it.each([
    ['the token', { getToken: () => new Promise<string>(() => undefined) }],
    ['the exchange', {}],
  ])('when %s takes longer than timeoutMs', async (_, options) => {
    const address = addressOf(serve(() => undefined))
    const { client } = clientFor(address, { session: true, timeoutMs: 50, ...options })
    await expect(client.fetch('/orders')).rejects.toMatchObject({ code: 'timeout' })
  })

  it('for its time, and a call at once after that has all of the time again', async () => {
    const tokens = [new Promise<string>(() => undefined), mint()]
    const { address, exchanges } = sessionPlatform(serve)
    const { client } = clientFor(address, { session: true, getToken: () => tokens.shift() ?? '' })
    let timeUp = (): void => undefined
    jest.spyOn(globalThis, 'setTimeout').mockImplementationOnce((work) => {
      timeUp = work
      return undefined as never
    })
    const again = client.fetch('/orders').catch(() => client.fetch('/orders'))
    timeUp()
    expect((await again).status).toBe(200)
    expect(exchanges).toHaveLength(1)
  })

  it('when its body takes longer than timeoutMs', async () => {
    const address = addressOf(serve((_, res) => res.writeHead(200).write('{"access_token":')))
    const { client } = clientFor(address, { session: true, timeoutMs: 50 })
    await expect(client.fetch('/orders')).rejects.toMatchObject({ code: 'timeout' })
  })
})

describe('a caller that goes', () => {
  it('leaves the exchange to the others, and to the next call', async () => {
    const waiting: ((token: string) => void)[] = []
    const getToken = () => new Promise<string>((resolve) => waiting.push(resolve))
    const { address, exchanges } = sessionPlatform(serve)
    const { client } = clientFor(address, { session: true, getToken })
    const reason = new Error('the component is gone')
    const stop = new AbortController()
    const first = client.fetch('/first', { signal: stop.signal })
    const second = client.fetch('/second')
    stop.abort(reason)
    await expect(first).rejects.toBe(reason)
    waiting[0]?.(mint())
    expect((await second).status).toBe(200)
    expect((await client.fetch('/third')).status).toBe(200)
    expect([waiting.length, exchanges.length]).toEqual([1, 1])
  })

  it('before it calls asks for nothing', async () => {
    const getToken = jest.fn(() => mint())
    const { client } = clientFor('http://127.0.0.1:9', { session: true, getToken })
    await expect(client.fetch('/orders', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(getToken).not.toHaveBeenCalled()
  })

  it('and was the only one leaves no failure unhandled', async () => {
    const stop = new AbortController()
    const failing: (() => void)[] = []
    const getToken = () =>
      new Promise<string>((_, reject) =>
        failing.push(() => {
          reject(new Error('no'))
        }),
      )
    const { client } = clientFor('http://127.0.0.1:9', { session: true, getToken })
    const call = client.fetch('/orders', { signal: stop.signal })
    stop.abort()
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
    const unhandled = jest.fn()
    process.on('unhandledRejection', unhandled)
    failing[0]?.()
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})
