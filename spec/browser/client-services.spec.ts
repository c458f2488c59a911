import { describe, expect, it, jest } from '@jest/globals'
import { mint } from '../helpers/mint.js'
import { openServer } from '../helpers/server.js'
import { clientFor, scripted, type Answer } from './client.js'
import { sessionPlatform } from './session-platform.js'

const serve = openServer()
const serveBeside = openServer()

/** A platform, another service of it that answers as it is told, and a client that may call both. */
function withService(answers: readonly Answer[] = []) {
  const { address, exchanges, ran } = sessionPlatform(serve)
  const service = scripted(serveBeside, answers)
  const getToken = jest.fn(() => mint())
  const { client, events } = clientFor(address, { getToken, session: { services: [service.address] } })
  return { exchanges, ran, service, getToken, client, events }
}

describe('other services of the platform', () => {
  it('get the session that the platform gave, and no token', async () => {
    const { client, exchanges, ran, service, getToken } = withService()
    await client.fetch(`${service.address}/orders`)
    await client.fetch('/portal')
    await client.fetch(`${service.address}/orders`, { method: 'POST', body: 'order' })
    expect(service.calls).toMatchObject([
      { token: 'session-1', method: 'GET' },
      { token: 'session-1', method: 'POST', body: 'order' },
    ])
    expect(ran).toEqual(['GET /portal session-1'])
    expect([exchanges.length, getToken.mock.calls.length]).toEqual([1, 1])
    for (const { headers } of service.calls) expect(headers).not.toHaveProperty('cookie')
  })

  it('may end a session: then there is one exchange more, and the call is sent again once', async () => {
    const ended = { status: 401, problem: { code: 'session_revoked', retry: 'fresh-token' } }
    const { client, exchanges, service, events } = withService([ended])
    expect((await client.fetch(`${service.address}/orders`)).status).toBe(200)
    expect(service.calls.map(({ token }) => token)).toEqual(['session-1', 'session-2'])
    expect(exchanges).toHaveLength(2)
    expect(events).toContainEqual({ type: 'retry', code: 'session_revoked' })
  })

  it('are named when they give no answer', async () => {
    const away = 'http://127.0.0.1:9'
    const { address } = sessionPlatform(serve)
    const { client } = clientFor(address, { session: { services: [away] } })
    await expect(client.fetch(`${away}/orders?of=anna`)).rejects.toMatchObject({
      code: 'platform_unreachable',
      message: `No answer from ${away}/orders: is it down, or this origin not allowed there (CORS)? See the browser console`,
    })
  })

  it.each([
    'http://127.0.0.1:8/orders',
    'https://127.0.0.1:9/orders',
    'http://127.0.0.1.evil.example:9/',
    'http://127.0.0.1:99/',
    'http://evil.example/?http://127.0.0.1:9/',
    'blob:http://127.0.0.1:9/a3c1',
    'data:,orders',
  ])('are these alone, and not %s', async (elsewhere) => {
    const { address, exchanges } = sessionPlatform(serve)
    const { client } = clientFor(address, { session: { services: ['http://127.0.0.1:9'] } })
    await expect(client.fetch(elsewhere)).rejects.toThrow(TypeError)
    expect(exchanges).toEqual([])
  })

  it('are called in a session alone: a token goes to the platform', async () => {
    const { calls, address: service } = scripted(serveBeside, [])
    const { address } = sessionPlatform(serve)
    const { client } = clientFor(address)
    await expect(client.fetch(`${service}/orders`)).rejects.toThrow(
      new TypeError(`Call only ${address}, without your own Authorization`),
    )
    expect(calls).toEqual([])
  })
})
