import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { openPortal, ProjectClientError, type OpenPortalOptions } from '../../../lib/browser/index.js'
import { ownPage, RecordingWindow } from './page-window.js'

const page = ownPage()
const origin = 'https://platform.example'
const nonce = '0123456789abcdef0123456789abcdef'
const hello = { type: 'reverse-jwt:hello', nonce }

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

/** A customer's page with a frame, and a client whose tokens are counted. */
function opened(options: OpenPortalOptions = {}, token?: (signal?: AbortSignal) => Promise<string>) {
  const portal = new RecordingWindow()
  const frame = { tagName: 'IFRAME', contentWindow: portal, src: '', referrerPolicy: '' }
  const errors: unknown[] = []
  const client = {
    origin,
    minted: 0,
    token: async (given?: { readonly signal?: AbortSignal }) => {
      client.minted++
      return token === undefined ? `token-${client.minted}` : token(given?.signal)
    },
  }
  const open = (place: 'popup' | typeof frame = frame) =>
    openPortal(client, place, '/portal', { onError: (error) => errors.push(error), ...options })
  return { portal, frame, client, errors, open }
}

/** Lets pass what waits for promises. */
const settled = () => jest.advanceTimersByTimeAsync(0)

describe('a frame', () => {
  it('gets the address, and tells the origin of the page to it', () => {
    const { open, frame, portal } = opened()
    expect(open().window).toBe(portal)
    expect(frame).toMatchObject({ src: `${origin}/portal`, referrerPolicy: 'origin' })
  })

  it('gets a token when it asks, at the origin of the platform alone', async () => {
    const { open, portal } = opened()
    open()
    page().hear(portal, origin, hello)
    await settled()
    const message = { type: 'reverse-jwt:token', nonce, token: 'token-1' }
    expect(portal.posted).toEqual([{ message, target: origin }])
  })

  it('gets one token for each question, however often it asks', async () => {
    const { open, portal, client } = opened()
    open()
    page().hear(portal, origin, hello)
    page().hear(portal, origin, hello)
    await settled()
    page().hear(portal, origin, hello)
    await settled()
    expect([client.minted, portal.posted.length]).toEqual([1, 1])
    page().hear(portal, origin, { ...hello, nonce: 'f'.repeat(32) })
    await settled()
    expect(portal.posted.map(({ message }) => message.token)).toEqual(['token-1', 'token-2'])
  })

  it('gets no token after close, which needs no this and leaves nothing behind', async () => {
    const { open, portal, client } = opened()
    const { close } = open()
    close()
    page().hear(portal, origin, hello)
    await jest.advanceTimersByTimeAsync(60_000)
    expect(portal.closed).toBe(false)
    expect([client.minted, page().listeners.size, jest.getTimerCount()]).toEqual([0, 0, 0])
  })

  it('gets no token that comes after close', async () => {
    const ended = (signal?: AbortSignal) =>
      new Promise<string>((_, reject) =>
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error)
        }),
      )
    const { open, portal, errors } = opened({}, ended)
    const { close } = open()
    page().hear(portal, origin, hello)
    close()
    await settled()
    expect([portal.posted, errors]).toEqual([[], []])
  })
})

describe('nobody else gets an answer', () => {
  const stranger = new RecordingWindow()

  it.each<[string, (portal: RecordingWindow) => Parameters<ReturnType<typeof page>['hear']>]>([
    ['another window', () => [stranger, origin, hello]],
    ['no window', () => [null, origin, hello]],
    ['another page in the frame', (portal) => [portal, 'https://evil.example', hello]],
    ['a page with a longer origin', (portal) => [portal, `${origin}.evil.example`, hello]],
    ['a sandbox', (portal) => [portal, 'null', hello]],
    ['another kind of message', (portal) => [portal, origin, { ...hello, type: 'hello' }]],
    ['an answer', (portal) => [portal, origin, { ...hello, type: 'reverse-jwt:token' }]],
    ['no nonce', (portal) => [portal, origin, { type: hello.type }]],
    ['a text', (portal) => [portal, origin, 'reverse-jwt:hello']],
    ['nothing', (portal) => [portal, origin, null]],
  ])('%s', async (_, message) => {
    const { open, portal, client, errors } = opened()
    open()
    page().hear(...message(portal))
    await settled()
    expect([client.minted, portal.posted, stranger.posted, errors]).toEqual([0, [], [], []])
    // The honest one still does.
    page().hear(portal, origin, hello)
    await settled()
    expect(client.minted).toBe(1)
  })
})

describe('a popup', () => {
  it('opens with the features that were asked for, and closes', () => {
    const { open } = opened({ features: 'popup,width=900' })
    const { window, close } = open('popup')
    expect(window).toBe(page().popup)
    expect(page().opened).toEqual([[`${origin}/portal`, '_blank', 'popup,width=900']])
    close()
    expect(page().popup).toMatchObject({ closed: true })
  })

  it('gets a token when it asks', async () => {
    const { open } = opened()
    open('popup')
    page().hear(page().popup, origin, hello)
    await settled()
    expect(page().popup).toMatchObject({ posted: [{ target: origin }] })
  })

  it('that is blocked is told, and not before openPortal has returned', async () => {
    page().popup = null
    const { open, errors, portal } = opened()
    expect(open('popup').window).toBeUndefined()
    page().hear(null, origin, hello)
    expect(errors).toEqual([])
    await settled()
    expect(errors).toEqual([expect.objectContaining({ code: 'portal_blocked' })])
    expect((errors[0] as Error).message).toContain('in a click')
    expect(portal.posted).toEqual([])
  })
})

describe('a portal that does not ask', () => {
  it('is told once, with what may be the cause, and may still ask later', async () => {
    const { open, errors, portal, client } = opened()
    open()
    await jest.advanceTimersByTimeAsync(14_999)
    expect(errors).toEqual([])
    await jest.advanceTimersByTimeAsync(60_000)
    expect(errors).toEqual([expect.any(ProjectClientError)])
    const { code, message } = errors[0] as ProjectClientError
    expect(code).toBe('portal_silent')
    for (const cause of ['15000 ms', 'COOP', 'frame-ancestors', 'CSP', 'sandbox'])
      expect(message).toContain(cause)
    page().hear(portal, origin, hello)
    await settled()
    expect(client.minted).toBe(1)
  })

  it('is told with the origin that it has, where that is another one', async () => {
    const { open, errors, portal } = opened({ timeoutMs: 100 })
    open()
    page().hear(portal, 'https://login.platform.example', hello)
    await jest.advanceTimersByTimeAsync(100)
    expect((errors[0] as Error).message).toContain('100 ms, but https://login.platform.example: ')
  })

  it('is not told of one that has asked, although its token takes long', async () => {
    const { open, errors, portal } = opened({}, () => new Promise(() => undefined))
    open()
    page().hear(portal, origin, hello)
    await jest.advanceTimersByTimeAsync(60_000)
    expect(errors).toEqual([])
  })
})

describe('a token that cannot be had', () => {
  it.each<[string, Error, string]>([
    [
      'the code of the endpoint',
      new ProjectClientError('token_refused', '', { problem: { code: 'no_session' } }),
      'no_session',
    ],
    ['the code of the client', new ProjectClientError('token_unreachable', ''), 'token_unreachable'],
    ['no code', new Error('broken'), 'undefined'],
    ['nothing at all', undefined as never, 'undefined'],
  ])('is told to the portal with %s, and to the page as it is', async (_, error, code) => {
    const { open, portal, errors } = opened({}, () => Promise.reject(error))
    open()
    page().hear(portal, origin, hello)
    await settled()
    expect(portal.posted).toEqual([
      { message: { type: 'reverse-jwt:token', nonce, error: code }, target: origin },
    ])
    expect(errors).toEqual([error])
  })
})

describe('what cannot be opened is a TypeError', () => {
  const frame = { tagName: 'IFRAME', contentWindow: null, src: '', referrerPolicy: '' }
  const client = { origin, token: () => Promise.resolve('') }

  it.each([
    'https://evil.example/portal',
    '//evil.example/portal',
    'http://platform.example/portal',
    'https://platform.example:8443/portal',
    'https://platform.example@evil.example/',
    'javascript:alert(1)',
    'data:text/html,hello',
    'blob:https://platform.example/0',
  ])('the address %s', (url) => {
    expect(() => openPortal(client, frame, url)).toThrow(new TypeError(`Open only ${origin}`))
    expect(() => openPortal(client, 'popup', url)).toThrow(TypeError)
    expect([frame.src, page().opened]).toEqual(['', []])
  })

  it.each([null, undefined, { tagName: 'DIV' }, '#portal'])('the place %p', (place) => {
    expect(() => openPortal(client, place as never, '/portal')).toThrow(
      TypeError("Give an iframe or 'popup'"),
    )
  })
})
