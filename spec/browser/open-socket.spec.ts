import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openSocket } from '../../lib/browser/index.js'

const origin = 'https://platform.example'
const client = { origin, credential: () => Promise.resolve('a.b.c') }

class Opened {
  readonly address: string
  readonly protocols: readonly string[]
  constructor(address: string, protocols: readonly string[]) {
    this.address = address
    this.protocols = protocols
  }
}

const own = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')
beforeEach(() => {
  Object.defineProperty(globalThis, 'WebSocket', { configurable: true, value: Opened })
})
afterEach(() => {
  if (own === undefined) Reflect.deleteProperty(globalThis, 'WebSocket')
  else Object.defineProperty(globalThis, 'WebSocket', own)
})

describe('a socket', () => {
  it.each([
    ['/live?room=7', 'wss://platform.example/live?room=7'],
    ['wss://platform.example/live', 'wss://platform.example/live'],
    ['https://platform.example/live', 'wss://platform.example/live'],
    ['live?next=http://a', 'wss://platform.example/live?next=http://a'],
  ])('to %s opens, with the token in no address', async (url, address) => {
    expect(await openSocket(client, url)).toEqual({
      address,
      protocols: ['reverse-jwt', 'reverse-jwt.token.a.b.c'],
    })
  })

  it('of a platform without TLS is without TLS', async () => {
    expect(await openSocket({ ...client, origin: 'http://localhost:4000' }, '/live')).toMatchObject({
      address: 'ws://localhost:4000/live',
    })
  })

  it('offers the protocols that were given before the token', async () => {
    expect(await openSocket(client, '/live', ['chat.v2', 'chat.v1'])).toMatchObject({
      protocols: ['chat.v2', 'chat.v1', 'reverse-jwt.token.a.b.c'],
    })
  })

  it.each([
    'wss://evil.example/live',
    '//evil.example',
    'ws://platform.example/',
    'wss://platform.example:444/',
    'data:0',
  ])('to %s is a TypeError, before there is a token', async (url) => {
    const asked: string[] = []
    const watched = { origin, credential: () => Promise.resolve(String(asked.push('token'))) }
    await expect(openSocket(watched, url)).rejects.toThrow(new TypeError(`Open only ${origin}`))
    expect(asked).toEqual([])
  })
})
