import { describe, expect, it, jest } from '@jest/globals'
import express from 'express'
import type { RequestListener } from 'node:http'
import { ProjectClientError, type ProjectClientOptions } from '../../lib/browser/index.js'
import { createSigner, tokenEndpoint } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience, mint } from '../helpers/mint.js'
import { openServer } from '../helpers/server.js'
import { addressOf, clientFor, scripted } from './client.js'

const serveShop = openServer()
const servePlatform = openServer()
const signer = createSigner({ projectId: 'shop', audience, privateKey: keyPair('ES256').privateKey })
/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:9'

/** A call with tokens from this backend. */
async function call(shop: RequestListener, options: Partial<ProjectClientOptions> = {}) {
  const { calls, address } = scripted(servePlatform, [])
  const tokenUrl = `${addressOf(serveShop(shop))}/token`
  const failed = await clientFor(address, { tokenUrl, ...options })
    .client.fetch('/orders')
    .then(
      ({ status }) => status,
      (error: unknown) => error,
    )
  return { calls, failed, tokenUrl }
}

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_req, res) => {
    res.writeHead(status, headers).end(body)
  }

describe('a client asks its backend', () => {
  it('with what a token endpoint takes, and for the scope that the page needs', async () => {
    const asked: unknown[] = []
    const app = express()
    const authorize = (_: unknown, wish: unknown) => {
      asked.push(wish)
      return { subject: 'user-7' }
    }
    app.use('/token', tokenEndpoint({ signer, authorize, requireOrigin: false }))
    expect((await call(app)).failed).toBe(200)
    expect((await call(app, { scope: 'portal:read' })).failed).toBe(200)
    expect(asked).toMatchObject([{ scope: undefined }, { scope: 'portal:read' }])
  })

  it('once for each of 50 calls at a time, and never sends one token twice', async () => {
    const { calls, address } = scripted(servePlatform, [])
    const getToken = jest.fn(() => mint())
    const { client } = clientFor(address, { getToken })
    await Promise.all(Array.from({ length: 50 }, () => client.fetch('/orders')))
    expect(getToken).toHaveBeenCalledTimes(50)
    expect(new Set(calls.map(({ token }) => token)).size).toBe(50)
  })

  it('for a token of its own, for what fetch cannot do', async () => {
    const { client } = clientFor(nowhere)
    const tokens = [await client.token(), await client.token({ signal: new AbortController().signal })]
    expect(new Set(tokens).size).toBe(2)
  })
})

describe('a call fails without reaching the platform', () => {
  const html = { 'content-type': 'text/html' }

  it.each<[what: string, shop: RequestListener, error: object]>([
    [
      'a refusal of the token endpoint',
      tokenEndpoint({ signer, authorize: () => undefined, requireOrigin: false }),
      {
        code: 'token_refused',
        status: 401,
        problem: { code: 'no_session', retry: 'no' },
        message: expect.stringMatching(/^Your backend \(http:.+\/token\) refused: no_session$/),
      },
    ],
    ['an error page', answering(500, '<h1>Error', html), { code: 'token_refused', status: 500, problem: {} }],
    [
      'a redirect to a login',
      answering(302, '', { location: '/login' }),
      { code: 'token_refused', status: 302 },
    ],
    ['a login page', answering(200, '<h1>Log in', html), { code: 'token_invalid' }],
    ['nothing', answering(204, ''), { code: 'token_invalid' }],
    [
      'JSON without a token',
      answering(200, '{"jwt":"a.b.c"}'),
      { code: 'token_invalid', message: 'Your backend gave no token' },
    ],
    ['a token that is a number', answering(200, '{"token":7}'), { code: 'token_invalid' }],
    ['a token with a line end', answering(200, '{"token":"a.b.c\\r\\nX: y"}'), { code: 'token_invalid' }],
    ['null', answering(200, 'null'), { code: 'token_invalid' }],
  ])('for %s', async (_, shop, error) => {
    const { calls, failed } = await call(shop)
    expect(failed).toBeInstanceOf(ProjectClientError)
    expect(failed).toMatchObject(error)
    expect(calls).toEqual([])
  })

  it('for a redirect in a browser, which tells the page nothing of it', async () => {
    const { client } = clientFor(nowhere, { tokenUrl: `${nowhere}/token` })
    jest.spyOn(globalThis, 'fetch').mockResolvedValueOnce(Response.error())
    await expect(client.fetch('/orders')).rejects.toMatchObject({
      code: 'token_refused',
      status: 0,
      message: `Your backend (${nowhere}/token) refused: redirect, to a login?`,
    })
  })

  it('for a backend that cannot be reached', async () => {
    const { failed, calls } = await call(answering(200, ''), { tokenUrl: `${nowhere}/token` })
    expect(failed).toMatchObject({
      name: 'ProjectClientError',
      code: 'token_unreachable',
      message:
        'No answer from http://127.0.0.1:9/token: is it down, or this origin not allowed there (CORS)? See the browser console',
      cause: expect.objectContaining({ name: 'TypeError' }),
    })
    expect(calls).toEqual([])
  })

  it('for an address without a base on a server, where the client could be made all the same', async () => {
    expect((await call(answering(200, ''), { tokenUrl: '/token' })).failed).toMatchObject({
      code: 'token_unreachable',
      message:
        'No answer from /token: is it down, or this origin not allowed there (CORS)? See the browser console',
    })
  })

  it('for a token that was sent before, which a cache has kept', async () => {
    const { calls, address } = scripted(servePlatform, [])
    const token = mint()
    const { client } = clientFor(address, { getToken: () => token })
    expect((await client.fetch('/orders')).status).toBe(200)
    await expect(client.fetch('/orders')).rejects.toMatchObject({ code: 'token_repeated' })
    await expect(client.token()).rejects.toMatchObject({ code: 'token_repeated' })
    expect(calls).toHaveLength(1)
  })

  it('with what getToken throws', async () => {
    const error = new Error('no session')
    await expect(
      clientFor(nowhere, { getToken: () => Promise.reject(error) }).client.fetch('/orders'),
    ).rejects.toBe(error)
    const thrower = () => {
      throw error
    }
    await expect(clientFor(nowhere, { getToken: thrower }).client.token()).rejects.toBe(error)
  })
})

describe('a client waits for a token', () => {
  it('no longer than timeoutMs, also for what does not listen to its signal', async () => {
    const signals: AbortSignal[] = []
    const getToken = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal)
      return new Promise<string>(() => undefined)
    }
    const { client } = clientFor(nowhere, { getToken, timeoutMs: 20 })
    await expect(client.fetch('/orders')).rejects.toMatchObject({
      code: 'timeout',
      message: 'No token within 20 ms',
    })
    expect(signals[0]?.aborted).toBe(true)
    expect((await call(() => undefined, { timeoutMs: 20 })).failed).toMatchObject({ code: 'timeout' })
  })

  it('and leaves no timer when it is there', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    await clientFor(nowhere).client.token()
    expect(timers()).toBe(before)
  })

  it('as long as the caller does, whose reason it hands on, and leaves other callers alone', async () => {
    const waiting: ((token: string) => void)[] = []
    const { address } = scripted(servePlatform, [])
    const { client } = clientFor(address, { getToken: () => new Promise((resolve) => waiting.push(resolve)) })
    const stop = new AbortController()
    const stopped = client.fetch('/orders', { signal: stop.signal })
    const other = client.fetch('/orders')
    const reason = new Error('the component is gone')
    stop.abort(reason)
    await expect(stopped).rejects.toBe(reason)
    for (const resolve of waiting) resolve(mint())
    expect((await other).status).toBe(200)
  })

  it('not at all for a caller that has gone before', async () => {
    const getToken = jest.fn(() => mint())
    const { client } = clientFor(nowhere, { getToken })
    const error = await client
      .fetch('/orders', { signal: AbortSignal.abort() })
      .catch((error: unknown) => error)
    expect(error).toMatchObject({ name: 'AbortError' })
    await expect(client.token({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
    expect(getToken).not.toHaveBeenCalled()
  })

  it('and then for the platform, whose answer the caller can give up', async () => {
    const address = addressOf(servePlatform(() => undefined))
    const stop = new AbortController()
    const { client } = clientFor(address)
    const call = client.fetch('/orders', { signal: stop.signal })
    setTimeout(() => {
      stop.abort()
    }, 20)
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
  })
})
