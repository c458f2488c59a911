import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { AuthenticationError, refuseUpgrade, socketCredentials, StoreError } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { rawText } from '../helpers/server.js'
import { socketPlatform, token } from '../helpers/socket-platform.js'

const home = 'https://shop.example'
const sockets = socketPlatform()
const offer = (...protocols: string[]) => ({ 'Sec-WebSocket-Protocol': protocols.join(', ') })

afterEach(() => {
  jest.restoreAllMocks()
})

/** `once` would reject for an error of the socket. */
const closing = (socket: Duplex) => new Promise<void>((resolve) => socket.once('close', resolve))

/** What is said to the first message of a page that opens a socket like this. */
async function greeted(address: string, protocols: readonly string[]): Promise<readonly string[]> {
  const socket = new WebSocket(address, [...protocols], { origin: home })
  socket.on('open', () => {
    socket.send('hello')
  })
  const [data] = (await once(socket, 'message')) as [Buffer]
  socket.close()
  return [socket.protocol, data.toString()]
}

describe('a socket opens', () => {
  it('for the honest page, with the subprotocol that it asked for', async () => {
    const address = sockets.serve(
      verifierOf({}, [shop(['ES256'], { allowedOrigins: [home] })]),
      'portal:read',
    )
    expect(await greeted(address, ['reverse-jwt', token(mint())])).toEqual(['reverse-jwt', 'shop: hello'])
    expect(await greeted(address, ['chat.v2', 'chat.v1', token(mint())])).toEqual(['chat.v2', 'shop: hello'])
  })

  it('with the longest token', async () => {
    const claims = { pad: '' }
    claims.pad = 'p'.repeat(Math.floor(((4096 - mint({ claims }).length) * 3) / 4) - 1)
    const long = mint({ claims })
    expect(long.length).toBeGreaterThanOrEqual(4_085)
    expect(await greeted(sockets.serve(verifierOf()), ['reverse-jwt', token(long)])).toEqual([
      'reverse-jwt',
      'shop: hello',
    ])
  })

  it('without a word of the token, also where that comes first, in a header of its own, or alone', async () => {
    sockets.serve(verifierOf())
    const sent = [mint(), mint(), mint()]
    const [first = '', apart = '', alone = ''] = sent
    const answers = [
      await sockets.answerTo(offer(token(first), 'reverse-jwt')),
      await sockets.answerTo({ 'Sec-WebSocket-Protocol': [token(apart), 'reverse-jwt'] }),
      await sockets.answerTo(offer(token(alone))),
    ]
    expect(answers.map(({ status }) => status)).toEqual([101, 101, 101])
    const chosen = answers.map(({ headers }) => headers['sec-websocket-protocol'])
    expect(chosen).toEqual(['reverse-jwt', 'reverse-jwt', undefined])
    for (const { rawHeaders } of answers) expect(rawHeaders.join()).not.toContain('token')
  })

  it('also with a token in another spelling, which is taken out, too', () => {
    const request = { headers: { 'sec-websocket-protocol': 'Reverse-JWT.Token.t, reverse-jwt' } }
    expect(socketCredentials(request)).toEqual({ token: 't', origin: undefined })
    expect(request.headers).toEqual({ 'sec-websocket-protocol': 'reverse-jwt' })
  })
})

describe('a socket is refused', () => {
  const refused = async (headers: Readonly<Record<string, string | string[]>>) => {
    const { status, headers: answered, body } = await sockets.answerTo(headers)
    const { code, detail } = JSON.parse(body) as { code: string; detail: string }
    expect(answered).toMatchObject({
      connection: 'close',
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
    })
    return { status, code, detail, challenge: answered['www-authenticate'] }
  }

  it('without a token', async () => {
    sockets.serve(verifierOf())
    const expected = {
      status: 401,
      code: 'credentials_missing',
      detail:
        'The request has no project token. Offer it as a WebSocket subprotocol, reverse-jwt.token. and the token.',
      challenge: 'Bearer',
    }
    expect(await refused({})).toEqual(expected)
    expect(await refused(offer('reverse-jwt'))).toEqual(expected)
    // That is how programs send it, for which verifier.authenticate is.
    expect(await refused({ Authorization: `Bearer ${mint()}` })).toEqual(expected)
  })

  it.each<[name: string, headers: () => Readonly<Record<string, string | string[]>>, detail: string]>([
    [
      'two tokens',
      () => offer('reverse-jwt', token(mint()), token(mint())),
      'There is more than one token among the subprotocols.',
    ],
    [
      'two tokens apart',
      () => ({ 'Sec-WebSocket-Protocol': [token(mint()), token(mint())] }),
      'There is more than one token among the subprotocols.',
    ],
    [
      'one twice',
      () => offer(...Array<string>(2).fill(token(mint()))),
      'There is more than one token among the subprotocols.',
    ],
    [
      'no token after the name',
      () => offer('reverse-jwt', token('')),
      'The subprotocol reverse-jwt.token. must be followed by one token.',
    ],
    [
      'the word undefined',
      () => offer(token('undefined')),
      'The word undefined stands where the token should be. Wait until there is a token, and send it then.',
    ],
    [
      'another in Authorization',
      () => ({ ...offer(token(mint())), Authorization: `Bearer ${mint()}` }),
      'There is a token in the header and among the subprotocols.',
    ],
    [
      'a wrong Authorization',
      () => ({ ...offer(token(mint())), Authorization: 'Bearer' }),
      'The Bearer scheme must be followed by one token.',
    ],
    [
      'two Origins',
      () => ({ ...offer(token(mint())), Origin: [home, home] }),
      'There is more than one Origin header.',
    ],
  ])('with %s', async (_, headers, detail) => {
    sockets.serve(verifierOf())
    expect(await refused(headers())).toEqual({
      status: 400,
      code: 'request_malformed',
      detail,
      challenge: `Bearer error="invalid_request", error_description="${detail}"`,
    })
  })

  it('with another scheme beside it no more than without', async () => {
    sockets.serve(verifierOf())
    const answer = await sockets.answerTo({
      ...offer('reverse-jwt', token(mint())),
      Authorization: 'Basic c3RhZ2luZw==',
    })
    expect(answer.status).toBe(101)
  })

  it('by the verifier: used, of another origin, without the scope', async () => {
    sockets.serve(verifierOf({}, [shop(['ES256'], { allowedOrigins: [home] })]), 'portal:read')
    const used = { ...offer('reverse-jwt', token(mint())), Origin: home }
    expect((await sockets.answerTo(used)).status).toBe(101)
    expect(await refused(used)).toMatchObject({ status: 401, code: 'token_replayed' })
    const strange = { ...offer(token(mint())), Origin: 'https://evil.example' }
    expect(await refused(strange)).toMatchObject({ status: 403, code: 'origin_not_allowed' })
    const narrow = { ...offer(token(mint({ claims: { scope: 'portal:write' } }))), Origin: home }
    expect(await refused(narrow)).toMatchObject({ status: 403, code: 'scope_insufficient' })
  })

  it('with Retry-After while the platform cannot tell', async () => {
    const keyStore = { find: () => Promise.reject(new Error('away')) }
    sockets.serve(verifierOf({ keyStore }))
    const answer = await sockets.answerTo(offer(token(mint())))
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5'])
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'store_unavailable' })
  })

  it('in bytes that any client reads', async () => {
    sockets.serveBy(() => Promise.reject(new AuthenticationError('token_expired', { realm: 'reverse-jwt' })))
    const lines = [
      'GET /live HTTP/1.1',
      'Host: platform.example',
      'Connection: Upgrade',
      'Upgrade: websocket',
      '',
      '',
    ]
    const [head = '', body = ''] = (await rawText(sockets.server, lines.join('\r\n'))).split('\r\n\r\n')
    expect(head.split('\r\n').map((line) => line.replace(/\d+$/, 'N'))).toEqual([
      'HTTP/1.1 401 Unauthorized',
      'Cache-Control: no-store',
      'WWW-Authenticate: Bearer realm="reverse-jwt", error="invalid_token", error_description="The token has expired. Sign a new one for each call."',
      'Content-Type: application/problem+json',
      'Content-Length: N',
      'Connection: close',
    ])
    expect(JSON.parse(body)).toMatchObject({ code: 'token_expired', status: 401, retry: 'fresh-token' })
  })

  it('with 500 and no word for a defect of the platform, which is printed', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined)
    const defect = new Error('the database is called db-7')
    sockets.serveBy(() => Promise.reject(defect))
    const { status, headers, body } = await sockets.answerTo(offer(token(mint())))
    expect([status, body, headers['content-length']]).toEqual([500, '', '0'])
    expect(printed.mock.calls).toEqual([[defect]])
  })
})

describe('a client that goes', () => {
  const gone = async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const begun = sockets.begin(offer('reverse-jwt', token(mint())))
    const verifier = verifierOf()
    sockets.serveBy(async (request) => {
      const { token, origin } = socketCredentials(request)
      await released
      return verifier.verify(token, { origin })
    })
    const client = await begun
    return { client, socket: sockets.raw.at(-1) as Duplex, release }
  }

  it('by an error while its token is verified does not end the process, and gets no socket', async () => {
    const { client, socket, release } = await gone()
    const failed = closing(socket)
    client.resetAndDestroy()
    await failed
    release()
    await new Promise(setImmediate)
    expect(socket.destroyed).toBe(true)
  })

  it('before the refusal is written does not end the process either', async () => {
    const begun = sockets.begin({})
    sockets.serveBy(() => new Promise(() => undefined))
    const client = await begun
    const socket = sockets.raw.at(-1) as Duplex
    const closed = closing(socket)
    client.resetAndDestroy()
    refuseUpgrade(socket, new StoreError('store_unavailable'))
    await closed
    refuseUpgrade(socket, new StoreError('store_unavailable'))
    socket.emit('error', new Error('late'))
    await new Promise(setImmediate)
    expect(socket.destroyed).toBe(true)
  })

  it('never, but keeps its half open, loses its socket as soon as it is answered', async () => {
    sockets.serve(verifierOf())
    const client = await sockets.begin({})
    client.allowHalfOpen = true
    const socket = sockets.raw.at(-1) as Duplex
    if (!socket.destroyed) await closing(socket)
    expect(socket.destroyed).toBe(true)
    client.destroy()
  })

  it('never, and reads nothing, loses its socket after 5 seconds', () => {
    jest.useFakeTimers()
    // The answer is never taken.
    const socket = new Duplex({ read: () => undefined, write: () => undefined })
    refuseUpgrade(socket, new AuthenticationError('credentials_missing'))
    jest.advanceTimersByTime(4_999)
    expect(socket.destroyed).toBe(false)
    jest.advanceTimersByTime(1)
    expect(socket.destroyed).toBe(true)
    jest.useRealTimers()
  })
})

it('needs a request', () => {
  for (const request of [undefined, null, {}, 'eyJ', { headers: null }])
    expect(() => socketCredentials(request as never)).toThrow(
      new TypeError("socketCredentials: request must have headers; give what the event 'upgrade' has"),
    )
})

it('reads Headers of the Fetch standard, and leaves them as they are', () => {
  const headers = new Headers({ origin: home, ...offer('reverse-jwt', token('eyJ')) })
  expect(socketCredentials({ url: 'https://platform.example/live', headers })).toEqual({
    token: 'eyJ',
    origin: home,
  })
  expect(headers.get('sec-websocket-protocol')).toBe('reverse-jwt, reverse-jwt.token.eyJ')
})
