import { expect, it } from '@jest/globals'
import { mint } from '../helpers/mint.js'
import { openServer } from '../helpers/server.js'
import { clientFor } from './client.js'
import { sessionPlatform } from './session-platform.js'

const serve = openServer()
const embedder = 'https://shop.example'

it('who gave the token goes with it into the exchange', async () => {
  const { address, exchanges } = sessionPlatform(serve)
  const { client } = clientFor(address, { session: true, getToken: () => ({ token: mint(), embedder }) })
  expect((await client.fetch('/orders')).status).toBe(200)
  expect(exchanges.map(({ body }) => body.get('embedder'))).toEqual([embedder])
})

it('nothing goes with a token that was given alone', async () => {
  const { address, exchanges } = sessionPlatform(serve)
  await clientFor(address, { session: true, getToken: () => ({ token: mint() }) }).client.fetch('/orders')
  await clientFor(address, { session: true }).client.fetch('/orders')
  expect(exchanges.map(({ body }) => body.has('embedder'))).toEqual([false, false])
})

it('without a session it is a TypeError, for a call cannot carry it', async () => {
  const { address, exchanges } = sessionPlatform(serve)
  const { client } = clientFor(address, { getToken: () => ({ token: mint(), embedder }) })
  await expect(client.fetch('/orders')).rejects.toThrow(new TypeError('receiveToken needs session: true'))
  expect(exchanges).toEqual([])
})

it('a token that was given so is looked at as any other', async () => {
  const { address } = sessionPlatform(serve)
  const token = mint()
  const { client } = clientFor(address, { session: true, getToken: () => ({ token, embedder }) })
  await client.token()
  await expect(client.token()).rejects.toMatchObject({ code: 'token_repeated' })
  const broken = clientFor(address, { session: true, getToken: () => ({ token: 'none', embedder }) })
  await expect(broken.client.token()).rejects.toMatchObject({ code: 'token_invalid' })
})

it('a call, and what it would carry, are the same session', async () => {
  const { address, ran } = sessionPlatform(serve)
  const { client } = clientFor(address, { session: true })
  expect(await client.credential()).toBe('session-1')
  await client.fetch('/orders')
  expect(ran).toEqual(['GET /orders session-1'])
})
