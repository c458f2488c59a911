import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { problemOf } from '../../lib/browser/index.js'
import { mint } from '../helpers/mint.js'
import { openServer } from '../helpers/server.js'
import { clientFor } from './client.js'
import { sessionPlatform } from './session-platform.js'

const serve = openServer()
const times = <T>(count: number, work: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => work(index))

/** The two clocks of a page, which move when they are told to. */
function stoppedClocks() {
  const clocks = { date: Date.now(), ticks: performance.now() }
  jest.spyOn(Date, 'now').mockImplementation(() => clocks.date)
  jest.spyOn(performance, 'now').mockImplementation(() => clocks.ticks)
  return clocks
}
afterEach(() => {
  jest.restoreAllMocks()
})

describe('a client with a session', () => {
  it('sends one token in a form, which needs no preflight, and the session with each call', async () => {
    const { address, exchanges, ran } = sessionPlatform(serve)
    const getToken = jest.fn(() => mint())
    const { client, events } = clientFor(address, { getToken, session: true, scope: 'portal:read' })
    await client.fetch('/orders', { method: 'POST', body: 'order' })
    await client.fetch('/orders')
    expect(ran).toEqual(['POST /orders session-1', 'GET /orders session-1'])
    expect(exchanges).toMatchObject([
      {
        path: '/oauth/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      },
    ])
    expect([...(exchanges[0]?.body ?? [])]).toEqual([
      ['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      ['assertion', getToken.mock.results[0]?.value],
    ])
    expect(exchanges[0]?.headers).not.toHaveProperty('authorization')
    expect(exchanges[0]?.headers).not.toHaveProperty('cookie')
    expect(events).toEqual([{ type: 'session', expiresIn: 600 }])
  })

  it('exchanges one token for 50 calls at a time', async () => {
    const { address, exchanges, ran } = sessionPlatform(serve)
    const { client } = clientFor(address, { session: true })
    await Promise.all(times(50, () => client.fetch('/orders')))
    expect([exchanges.length, ran.length]).toEqual([1, 50])
  })

  it('still gives a new token for what fetch cannot do', async () => {
    const { address, exchanges } = sessionPlatform(serve)
    const { client } = clientFor(address, { session: {} })
    await client.fetch('/orders')
    expect(await client.token()).toMatch(/^eyJ/)
    expect(await client.token()).not.toBe(exchanges[0]?.body.get('assertion'))
    expect(exchanges).toHaveLength(1)
  })

  it('exchanges where it is told to', async () => {
    const { address, exchanges } = sessionPlatform(serve)
    await clientFor(`${address}/`, { session: { path: '/oauth/sessions' } }).client.fetch('/orders')
    expect(exchanges).toMatchObject([{ path: '/oauth/sessions' }])
  })

  it('has none when it is told so', async () => {
    const { address, exchanges } = sessionPlatform(serve)
    expect((await clientFor(address, { session: false }).client.fetch('/orders')).status).toBe(401)
    expect(exchanges).toEqual([])
  })
})

describe('a session is used', () => {
  const exchangesAfter = async (
    move: (clocks: { date: number; ticks: number }) => void,
    { expiresIn = 600, ...session }: { expiresIn?: number; renewBefore?: number } = {},
  ) => {
    const clocks = stoppedClocks()
    const { address, exchanges } = sessionPlatform(serve, [], expiresIn)
    const { client } = clientFor(address, { session })
    await client.fetch('/orders')
    move(clocks)
    await Promise.all([client.fetch('/orders'), client.fetch('/orders')])
    return exchanges.length
  }
  const both = (seconds: number) => (clocks: { date: number; ticks: number }) => {
    clocks.date += seconds * 1_000
    clocks.ticks += seconds * 1_000
  }

  it.each([
    ['until 30 s before its end', 569, {}, 1],
    ['no longer than that', 570, {}, 2],
    ['until the time before its end that is asked for', 539, { renewBefore: 60 }, 1],
    ['no longer than until that time', 540, { renewBefore: 60 }, 2],
    ['until its end where that is asked for', 599.9, { renewBefore: 0 }, 1],
    ['for half of its lifetime where it is short', 9, { expiresIn: 20 }, 1],
    ['for no more than half of it then', 10, { expiresIn: 20 }, 2],
  ])('%s: after %d s', async (_, seconds, options, expected) => {
    expect(await exchangesAfter(both(seconds), options)).toBe(expected)
  })

  it('no more after 8 hours of sleep, in which one of the clocks stands still', async () => {
    const slept = await exchangesAfter((clocks) => {
      clocks.date += 8 * 3_600_000
    })
    expect(slept).toBe(2)
  })

  it('when the clock is set back a day, and no longer for that', async () => {
    const back = (clocks: { date: number }) => {
      clocks.date -= 24 * 3_600_000
    }
    expect(await exchangesAfter(back)).toBe(1)
    jest.restoreAllMocks()
    const backAndOver = await exchangesAfter((clocks) => {
      back(clocks)
      clocks.ticks += 600_000
    })
    expect(backAndOver).toBe(2)
  })

  it('from the moment at which the exchange began', async () => {
    const clocks = stoppedClocks()
    const { address, exchanges } = sessionPlatform(serve)
    const getToken = () => {
      both(570)(clocks)
      return mint()
    }
    const { client } = clientFor(address, { session: true, getToken })
    await client.fetch('/orders')
    await client.fetch('/orders')
    expect(exchanges).toHaveLength(2)
  })
})

describe('after the platform has ended a session', () => {
  it('20 orders at a time wait for one new session, and each runs once', async () => {
    const { address, exchanges, ran, live } = sessionPlatform(serve)
    const { client, events } = clientFor(address, { session: true })
    await client.fetch('/orders')
    live.clear()
    const answers = await Promise.all(
      times(20, (index) => client.fetch(`/orders/${index}`, { method: 'POST', body: 'order' })),
    )
    expect(answers.map(({ status }) => status)).toEqual(times(20, () => 200))
    expect(exchanges).toHaveLength(2)
    expect(ran.slice(1).sort()).toEqual(times(20, (index) => `POST /orders/${index} session-2`).sort())
    expect(events.filter(({ type }) => type === 'retry')).toEqual(
      times(20, () => ({ type: 'retry', code: 'session_revoked' })),
    )
  })

  it('a call is sent again once, and its answer returned', async () => {
    const { address, exchanges, ran, live } = sessionPlatform(serve)
    live.add = () => live
    const answer = await clientFor(address, { session: true }).client.fetch('/orders')
    expect([answer.status, (await problemOf(answer))?.code]).toEqual([401, 'session_revoked'])
    expect([exchanges.length, ran.length]).toEqual([2, 0])
  })

  it('a late answer about an older session leaves the newer one', async () => {
    const { address, exchanges, live } = sessionPlatform(serve)
    const { client } = clientFor(address, { session: true })
    await client.fetch('/orders')
    const send = globalThis.fetch
    const late: (() => void)[] = []
    const fetch = jest.spyOn(globalThis, 'fetch').mockImplementationOnce(async (...args) => {
      const answer = await send(...args)
      await new Promise<void>((resolve) => late.push(resolve))
      return answer
    })
    live.clear()
    const slow = client.fetch('/slow')
    await client.fetch('/orders')
    expect(exchanges).toHaveLength(2)
    while (late.length === 0) await client.fetch('/orders')
    late[0]?.()
    expect((await slow).status).toBe(200)
    await client.fetch('/orders')
    expect(exchanges).toHaveLength(2)
    fetch.mockRestore()
  })
})
