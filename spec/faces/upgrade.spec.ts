import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import {
  AuthenticationError,
  createVerifier,
  refuseUpgrade,
  socketCredentials,
  StoreError,
  type Verifier,
} from '../../lib/index.js'
import { mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { rawText } from '../helpers/server.js'

const origin = 'https://shop.example'
let server: Server
let sockets: WebSocketServer
let verifier: Verifier
/** What a test puts in the place of the verification. */
let verify: (token: string, origin: string | undefined) => Promise<{ project: { id: string } }>

beforeAll(async () => {
  server = createServer()
  sockets = new WebSocketServer({ noServer: true })
  // As the docs say it.
  server.on('upgrade', (request, socket, head) => {
    const open = async () => {
      try {
        const { token, origin } = socketCredentials(request)
        const { project } = await verify(token, origin)
        sockets.handleUpgrade(request, socket, head, (live) => {
          live.send(`Hello ${project.id}`)
        })
      } catch (error) {
        refuseUpgrade(socket, error)
      }
    }
    void open()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
beforeEach(() => {
  verifier = createVerifier(platform().options)
  verify = (token, origin) => verifier.verify(token, origin === undefined ? {} : { origin })
})
afterAll(() => {
  for (const live of sockets.clients) live.terminate()
  server.close().closeAllConnections()
})

const address = (path = '/live') => `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`

/** What becomes of a socket that offers these subprotocols. */
async function opened(protocols: readonly string[], headers: Record<string, string> = {}, path?: string) {
  const live = new WebSocket(address(path), [...protocols], { origin, headers })
  const refused = new Promise<IncomingMessage>((resolve) =>
    live.once('unexpected-response', (_, answer) => {
      resolve(answer)
    }),
  )
  const first = once(live, 'message').then(([data]) => String(data))
  const result = await Promise.race([first, refused])
  if (typeof result === 'string') {
    live.close()
    return { said: result, protocol: live.protocol }
  }
  const chunks: Buffer[] = []
  for await (const chunk of result) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  return {
    status: result.statusCode,
    headers: result.headers,
    body: (text === '' ? undefined : JSON.parse(text)) as { code?: string } | undefined,
  }
}
const withToken = (token: string) => `reverse-jwt.token.${token}`
const token = () => withToken(mint())

describe('a socket opens', () => {
  it('with a token among its subprotocols, and gets another one', async () => {
    expect(await opened(['reverse-jwt', withToken(mint())])).toEqual({
      said: 'Hello shop',
      protocol: 'reverse-jwt',
    })
  })

  it('with a token of the greatest length', async () => {
    verify = (token) => Promise.resolve({ project: { id: String(token.length) } })
    expect(await opened(['reverse-jwt', withToken('a'.repeat(4_096))])).toMatchObject({ said: 'Hello 4096' })
  })

  it('and is never told its token, though that came first', async () => {
    expect(await opened([withToken(mint()), 'reverse-jwt'])).toEqual({
      said: 'Hello shop',
      protocol: 'reverse-jwt',
    })
    const bytes = (await upgradeText([`Sec-WebSocket-Protocol: ${withToken(mint())}`])).toLowerCase()
    expect(bytes).toContain('hello shop')
    expect(bytes).not.toContain('sec-websocket-protocol')
  })
})

const upgradeLines = [
  'Host: platform.example',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

/** All that the server says to an upgrade with these header lines, and to a client that closes at once. */
async function upgradeText(lines: readonly string[]): Promise<string> {
  const head = ['GET /live HTTP/1.1', ...upgradeLines, ...lines, '', ''].join('\r\n')
  const closeFrame = Buffer.from([0x88, 0x80, 0, 0, 0, 0])
  return rawText(server, Buffer.concat([Buffer.from(head), closeFrame]))
}

describe('a socket is refused', () => {
  interface Refused {
    readonly with: string
    readonly answer: readonly [status: number, code: string]
    readonly protocols: () => readonly string[]
    readonly headers?: Record<string, string>
    readonly path?: string
  }

  it.each<Refused>([
    { with: 'no token', answer: [401, 'credentials_missing'], protocols: () => ['reverse-jwt'] },
    {
      with: 'a token by another name',
      answer: [401, 'credentials_missing'],
      protocols: () => ['reverse-jwt', mint()],
    },
    {
      with: 'two tokens',
      answer: [400, 'request_malformed'],
      protocols: () => ['reverse-jwt', token(), token()],
    },
    {
      with: 'no text after the name',
      answer: [400, 'request_malformed'],
      protocols: () => ['reverse-jwt.token.'],
    },
    {
      with: 'a second token in a header',
      answer: [400, 'request_malformed'],
      protocols: () => [token()],
      headers: { authorization: 'Bearer a.b.c' },
    },
    {
      with: 'a second token in the address',
      answer: [400, 'request_malformed'],
      protocols: () => [token()],
      path: '/live?access_token=a.b.c',
    },
    {
      with: 'a token that has expired',
      answer: [401, 'token_expired'],
      protocols: () => [withToken(mint({ claims: { exp: now - 100, iat: now - 200 } }))],
    },
    { with: 'what is no token', answer: [401, 'token_malformed'], protocols: () => [withToken('a.b')] },
  ])('with $with', async ({ answer: [status, code], protocols, headers, path }) => {
    const answer = await opened(protocols(), headers, path)
    expect(answer).toMatchObject({
      status,
      headers: {
        connection: 'close',
        'cache-control': 'no-store',
        'content-type': 'application/problem+json',
      },
      body: { code, status },
    })
    if (status === 401) expect(answer.headers?.['www-authenticate']).toMatch(/^Bearer/)
    expect(JSON.stringify(answer)).not.toContain('eyJ')
  })

  it('the second time with a token that has been used', async () => {
    const once = token()
    expect(await opened(['reverse-jwt', once])).toMatchObject({ said: 'Hello shop' })
    expect(await opened(['reverse-jwt', once])).toMatchObject({
      status: 401,
      body: { code: 'token_replayed' },
    })
  })

  it('for an outage, which says when to come again', async () => {
    verify = () => Promise.reject(new StoreError('store_unavailable'))
    expect(await opened(['reverse-jwt', token()])).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { code: 'store_unavailable' },
    })
  })

  it('with two Origins', async () => {
    const text = await upgradeText([
      'Origin: https://a.example',
      'Origin: https://b.example',
      `Sec-WebSocket-Protocol: ${token()}`,
    ])
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*request_malformed/)
  })

  it('with two tokens in two headers', async () => {
    const text = await upgradeText([
      `Sec-WebSocket-Protocol: ${token()}`,
      `Sec-WebSocket-Protocol: ${token()}`,
    ])
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*request_malformed/)
  })
})

describe('an error that is not ours', () => {
  const said = jest.spyOn(console, 'error')
  afterEach(() => {
    said.mockReset()
  })

  it('is an empty 500, and goes to the console', async () => {
    said.mockImplementation(() => undefined)
    const error = new Error('private')
    verify = () => Promise.reject(error)
    expect(await opened(['reverse-jwt', withToken(mint())])).toMatchObject({ status: 500, body: undefined })
    expect(said.mock.calls).toEqual([[error]])
  })
})

describe('a client that has gone', () => {
  it('while its token is verified does not end the process', async () => {
    const accepted = once(server, 'connection').then(([socket]) => socket as Duplex)
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    client.on('error', () => undefined)
    const socket = await accepted
    const gone = new Promise((resolve) => socket.once('close', resolve))
    const refused = new Promise<void>((resolve) => {
      verify = async () => {
        socket.destroy(new Error('read ECONNRESET'))
        await gone
        resolve()
        throw new AuthenticationError('token_expired')
      }
    })
    client.write(
      ['GET /live HTTP/1.1', ...upgradeLines, `Sec-WebSocket-Protocol: ${token()}`, '', ''].join('\r\n'),
    )
    await refused
    expect(await opened(['reverse-jwt'])).toMatchObject({ status: 401 })
  })

  it('before it is refused is not written to', () => {
    const socket = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        done()
      },
    })
    socket.destroy()
    refuseUpgrade(socket, new AuthenticationError('token_expired'))
  })
})

it('leaves the other subprotocols, as one text', () => {
  const request = { headers: { 'sec-websocket-protocol': 'a, Reverse-JWT.Token.t , b,reverse-jwt' } }
  expect(socketCredentials(request)).toEqual({ token: 't', origin: undefined })
  expect(request.headers).toEqual({ 'sec-websocket-protocol': 'a, b, reverse-jwt' })
})

it('takes the token out of a request that it refuses, too', () => {
  const request = { url: '/?access_token=x', headers: { 'sec-websocket-protocol': 'reverse-jwt.token.t' } }
  expect(() => socketCredentials(request)).toThrow(expect.objectContaining({ code: 'request_malformed' }))
  expect(request.headers).toEqual({})
})

it('reads the request of the Fetch standard, and leaves it as it is', () => {
  const headers = new Headers({ 'sec-websocket-protocol': 'reverse-jwt, reverse-jwt.token.t', origin })
  expect(socketCredentials({ headers })).toEqual({ token: 't', origin })
  expect(headers.get('sec-websocket-protocol')).toContain('token')
})
