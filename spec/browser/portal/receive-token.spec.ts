import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { receiveToken } from '../../../lib/browser/index.js'
import { ownPage, RecordingWindow } from './page-window.js'

const page = ownPage()
const origin = 'https://shop.example'
let shop: RecordingWindow

beforeEach(() => {
  jest.useFakeTimers()
  shop = new RecordingWindow()
  page().parent = shop
})
afterEach(() => {
  jest.useRealTimers()
})

/** The question that was asked last. */
const nonceOf = ({ posted }: RecordingWindow) => posted.at(-1)?.message.nonce ?? ''
const answerTo = (window: RecordingWindow) => ({
  type: 'reverse-jwt:token',
  nonce: nonceOf(window),
  token: 'token-1',
})

describe('the page that opened this one', () => {
  it('is asked until it answers, in words that say nothing', async () => {
    const token = receiveToken()
    await jest.advanceTimersByTimeAsync(1_200)
    const message = { type: 'reverse-jwt:hello', nonce: expect.stringMatching(/^[\da-f]{32}$/) }
    expect(shop.posted).toEqual(Array(3).fill({ message, target: '*' }))
    expect(new Set(shop.posted.map(({ message }) => message.nonce)).size).toBe(1)
    page().hear(shop, origin, answerTo(shop))
    expect(await token).toEqual({ token: 'token-1', embedder: origin })
    await jest.advanceTimersByTimeAsync(5_000)
    expect([shop.posted.length, page().listeners.size, jest.getTimerCount()]).toEqual([3, 0, 0])
  })

  it('is asked anew each time', async () => {
    const both = [receiveToken(), receiveToken()]
    const [first, second] = shop.posted.map(({ message }) => message.nonce)
    expect(first).not.toBe(second)
    page().hear(shop, origin, { type: 'reverse-jwt:token', nonce: second, token: 'second' })
    page().hear(shop, origin, { type: 'reverse-jwt:token', nonce: first, token: 'first' })
    expect((await Promise.all(both)).map(({ token }) => token)).toEqual(['first', 'second'])
  })

  it('is the parent of a frame, though the frame has an opener, too', () => {
    page().opener = new RecordingWindow()
    void receiveToken().catch(() => undefined)
    expect([shop.posted.length, page().opener]).toEqual([1, expect.objectContaining({ posted: [] })])
  })

  it('is the opener of a popup', async () => {
    page().parent = page()
    page().opener = shop
    const token = receiveToken()
    page().hear(shop, origin, answerTo(shop))
    expect(await token).toMatchObject({ embedder: origin })
  })
})

describe('no token is taken', () => {
  it.each<[string, () => Parameters<ReturnType<typeof page>['hear']>]>([
    ['of another window', () => [new RecordingWindow(), origin, answerTo(shop)]],
    ['of no window', () => [null, origin, answerTo(shop)]],
    ['for another question', () => [shop, origin, { ...answerTo(shop), nonce: 'f'.repeat(32) }]],
    ['for no question', () => [shop, origin, { type: 'reverse-jwt:token', token: 'token-1' }]],
    ['in another kind of message', () => [shop, origin, { ...answerTo(shop), type: 'token' }]],
    ['of an origin that is not listed', () => [shop, 'https://evil.example', answerTo(shop)]],
    ['out of a text', () => [shop, origin, JSON.stringify(answerTo(shop))]],
    ['out of nothing', () => [shop, origin, null]],
  ])('%s', async (_, message) => {
    const token = receiveToken({ from: [origin] })
    page().hear(...message())
    // The honest one still is.
    page().hear(shop, origin, { ...answerTo(shop), token: 'honest' })
    expect(await token).toEqual({ token: 'honest', embedder: origin })
  })
})

describe('there is no token', () => {
  it('at once where no page opened this one', async () => {
    page().parent = page()
    await expect(receiveToken()).rejects.toMatchObject({
      code: 'portal_silent',
      message: expect.stringMatching(/^No page opened this one.*openPortal.*COOP/),
    })
  })

  it('after the time that a client would wait, less one second', async () => {
    const failed = expect(receiveToken()).rejects.toMatchObject({
      code: 'portal_silent',
      message: expect.stringContaining('within 9000 ms'),
    })
    await jest.advanceTimersByTimeAsync(9_000)
    await failed
    expect([page().listeners.size, jest.getTimerCount()]).toEqual([0, 0])
  })

  it('when the page says why it has none', async () => {
    const failed = expect(receiveToken()).rejects.toMatchObject({
      code: 'token_refused',
      problem: { code: 'no_session' },
    })
    page().hear(shop, origin, { type: 'reverse-jwt:token', nonce: nonceOf(shop), error: 'no_session' })
    await failed
  })

  it.each([{ toString: 1 }, 'x'.repeat(65), '<b>no</b>', 7, undefined])(
    'without the words of the page: %p',
    async (error) => {
      const failed = receiveToken().catch((reason: unknown) => reason)
      page().hear(shop, origin, { ...answerTo(shop), token: undefined, error })
      expect(await failed).toMatchObject({
        code: 'token_refused',
        message: 'The page gave no token: undefined',
        problem: {},
      })
    },
  )

  it('when another page has taken the place of the one that opened this', async () => {
    const failed = expect(receiveToken()).rejects.toMatchObject({
      code: 'embedder_changed',
      message: `Opened by ${origin}, answered by https://other.example`,
    })
    page().hear(shop, 'https://other.example', answerTo(shop))
    await failed
  })

  it('when the caller does not wait any more', async () => {
    const stop = new AbortController()
    const failed = expect(receiveToken({ signal: stop.signal })).rejects.toBe('enough')
    stop.abort('enough')
    await failed
    await jest.advanceTimersByTimeAsync(5_000)
    expect([shop.posted.length, page().listeners.size]).toEqual([1, 0])
  })
})
