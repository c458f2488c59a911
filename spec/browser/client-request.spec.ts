import { describe, expect, it, jest } from '@jest/globals'
import { createProjectClient, problemOf, type ProjectClientOptions } from '../../lib/browser/index.js'
import { mint } from '../helpers/mint.js'
import { openServer } from '../helpers/server.js'
import { clientFor, scripted } from './client.js'

const serve = openServer()

describe('a client', () => {
  it('sends its token in the one header, without cookies, and keeps the rest of the request', async () => {
    const { calls, address } = scripted(serve, [])
    const { client } = clientFor(address)
    const headers = { 'x-order': '7', 'content-type': 'text/x-order' }
    await client.fetch('/orders?all', { method: 'PATCH', headers, body: 'order', credentials: 'include' })
    await client.fetch(new URL('/orders', address))
    await client.fetch(new Request(`${address}/orders`, { method: 'PUT', headers, body: 'order' }))
    expect(calls).toMatchObject([
      { method: 'PATCH', body: 'order', headers },
      { method: 'GET', body: '' },
      { method: 'PUT', body: 'order', headers },
    ])
    for (const { token, headers } of calls) {
      expect(token).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
      expect(headers).not.toHaveProperty('cookie')
    }
  })

  it.each<[string, RequestInit | undefined, string]>([
    ['by default', undefined, 'platform_unreachable'],
    ['and not when told to', { redirect: 'follow' }, 'platform_unreachable'],
  ])('follows no redirect %s', async (_, init, code) => {
    const { calls, address } = scripted(serve, [{ status: 307, headers: { location: '/elsewhere' } }])
    await expect(clientFor(address).client.fetch('/orders', init)).rejects.toMatchObject({ code })
    expect(calls).toHaveLength(1)
  })

  it('shows a redirect to whoever asks to see it', async () => {
    const { address } = scripted(serve, [{ status: 307, headers: { location: '/elsewhere' } }])
    expect((await clientFor(address).client.fetch('/orders', { redirect: 'manual' })).status).toBe(307)
  })

  it('says that the platform cannot be reached, and asks no second time', async () => {
    const getToken = jest.fn(() => mint())
    const { client } = clientFor('http://127.0.0.1:9', { getToken })
    await expect(client.fetch('/orders')).rejects.toMatchObject({
      name: 'ProjectClientError',
      code: 'platform_unreachable',
      message:
        'No answer from http://127.0.0.1:9/orders: is it down, or this origin not allowed there (CORS)? See the browser console',
      cause: expect.objectContaining({ name: 'TypeError' }),
    })
    expect(getToken).toHaveBeenCalledTimes(1)
  })

  it('throws for an Authorization of your own, before it asks for a token', async () => {
    const getToken = jest.fn(() => mint())
    const { client } = clientFor('http://127.0.0.1:9', { getToken })
    const headers = { authorization: 'Bearer mine' }
    await expect(client.fetch('/orders', { headers })).rejects.toThrow(
      new TypeError('Call only http://127.0.0.1:9, without your own Authorization'),
    )
    await expect(client.fetch(new Request('http://127.0.0.1:9/', { headers }))).rejects.toThrow(TypeError)
    expect(getToken).not.toHaveBeenCalled()
  })

  it('survives a listener that throws', async () => {
    const log = jest.spyOn(console, 'error').mockReturnValue()
    const { address } = scripted(serve, [{ status: 401, problem: { retry: 'fresh-token' } }])
    const error = new Error('a listener that fails')
    const onEvent = () => {
      throw error
    }
    expect((await clientFor(address, { onEvent }).client.fetch('/orders')).status).toBe(200)
    expect(log.mock.calls).toEqual([[error]])
    log.mockRestore()
  })

  it('knows the origin of its platform', () => {
    expect(
      createProjectClient({ platform: 'https://Platform.example:443/', tokenUrl: '/token' }).origin,
    ).toBe('https://platform.example')
  })
})

describe('options of a client', () => {
  const platform = 'https://platform.example'
  const anOrigin = ', only http(s)://host:port'
  it.each<[options: object, message: string]>([
    [{ tokenUrl: '/token' }, `cannot take platform: ${anOrigin}`],
    [{ platform: '/embed', tokenUrl: '/token' }, `cannot take platform: /embed${anOrigin}`],
    [{ platform: 'javascript:0', tokenUrl: '/token' }, `cannot take platform: javascript:0${anOrigin}`],
    [{ platform: 'localhost:4100', tokenUrl: '/token' }, `cannot take platform: localhost:4100${anOrigin}`],
    [
      { platform: `${platform}/embed`, tokenUrl: '/token' },
      `cannot take platform: ${platform}/embed${anOrigin}`,
    ],
    [
      { platform, tokenUrl: '/token', session: { services: ['orders.example'] } },
      `cannot take services: orders.example`,
    ],
    [{ platform }, 'give tokenUrl or getToken'],
    [{ platform, tokenUrl: '/token', getToken: () => '' }, 'give tokenUrl or getToken'],
    [{ platform, tokenURL: '/token' }, 'cannot take tokenURL: /token'],
    [{ platform, tokenUrl: undefined }, 'cannot take tokenUrl: undefined'],
    [{ platform, getToken: 'token' }, 'cannot take getToken: token'],
    [{ platform, tokenUrl: '/token', scope: ['a'] }, 'cannot take scope: a'],
    [{ platform, tokenUrl: '/token', timeoutMs: 0 }, 'cannot take timeoutMs: 0'],
    [{ platform, tokenUrl: '/token', timeoutMs: NaN }, 'cannot take timeoutMs: NaN'],
    [{ platform, tokenUrl: '/token', timeoutMs: Infinity }, 'cannot take timeoutMs: Infinity'],
    [{ platform, tokenUrl: '/token', timeoutMs: '10 s' }, 'cannot take timeoutMs: 10 s'],
    [{ platform, tokenUrl: '/token', onEvent: [] }, 'cannot take onEvent: '],
    [{ platform, tokenUrl: '/token', session: 'yes' }, 'cannot take session: yes'],
    [{ platform, tokenUrl: '/token', session: undefined }, 'cannot take session: undefined'],
    [{ platform, tokenUrl: '/token', session: { tokenPath: '/t' } }, 'cannot take tokenPath: /t'],
    [{ platform, tokenUrl: '/token', session: { path: 7 } }, 'cannot take path: 7'],
    [{ platform, tokenUrl: '/token', session: { path: '//a.example' } }, 'cannot take path: //a.example'],
    [{ platform, tokenUrl: '/token', session: { renewBefore: -1 } }, 'cannot take renewBefore: -1'],
    [{ platform, tokenUrl: '/token', session: { renewBefore: NaN } }, 'cannot take renewBefore: NaN'],
    [{ platform, tokenUrl: '/token', session: { services: platform } }, `cannot take services: ${platform}`],
    [{ platform, tokenUrl: '/token', session: { services: ['data:0'] } }, `cannot take services: data:0`],
    [
      { platform, tokenUrl: '/token', session: { services: [`${platform}/`] } },
      `cannot take services: ${platform}/`,
    ],
    [{ platform, tokenUrl: '/token', services: [platform] }, `cannot take services: ${platform}`],
  ])('%j are refused at construction', (options, message) => {
    expect(() => createProjectClient(options as ProjectClientOptions)).toThrow(
      new TypeError(`createProjectClient: ${message}`),
    )
  })
})

describe('problemOf', () => {
  const answer = (body: string, type = 'application/problem+json; charset=utf-8') =>
    new Response(body, { status: 401, headers: { 'content-type': type } })

  it('reads the members that this package answers with, where they are what they should be', async () => {
    const problem = {
      type: 't',
      title: 't',
      status: 401,
      detail: 'd',
      instance: 'i',
      error: 'e',
      code: 'c',
      retry: 'no',
      server_time: 1,
    }
    expect(await problemOf(answer(JSON.stringify({ ...problem, more: 'm' })))).toEqual(problem)
    expect(await problemOf(answer('{"code":7,"status":"401","title":null,"detail":"d"}'))).toEqual({
      detail: 'd',
    })
    const polluted = await problemOf(
      answer('{"__proto__":{"code":"token_expired"},"constructor":"c","toString":"t"}'),
    )
    expect(polluted).toEqual({})
    expect(polluted?.code).toBeUndefined()
    expect(Object.getOwnPropertyNames(polluted)).toEqual([])
  })

  it('is undefined for JSON of another type', async () => {
    expect(await problemOf(answer('{"code":"c"}', 'application/json'))).toBeUndefined()
  })

  it.each([
    ['no body, as after HEAD', ''],
    ['what is no JSON', '<h1>'],
    ['null', 'null'],
  ])('is empty for %s', async (_, body) => {
    expect(await problemOf(answer(body))).toEqual({})
  })

  it('leaves the answer to be read', async () => {
    const response = answer('{"code":"c"}')
    await problemOf(response)
    expect(await response.json()).toEqual({ code: 'c' })
  })
})
