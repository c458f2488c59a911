import { beforeEach, expect, it } from '@jest/globals'
import {
  tokenRoute,
  type TokenEndpointEvent,
  type TokenEndpointOptions,
} from '../../../lib/customer/index.js'
import { eventLine } from '../../../lib/index.js'
import { honestHeaders, host, page, signer } from './faces.js'

const events: TokenEndpointEvent[] = []
beforeEach(() => {
  events.length = 0
})

async function ask(
  options: Partial<TokenEndpointOptions<Request>> = {},
  { headers = {}, body = '{}' }: { headers?: Record<string, string>; body?: string } = {},
) {
  const route = tokenRoute({
    signer,
    authorize: () => ({ subject: 'user-7', scope: 'portal:read' }),
    onEvent: [
      (event) => events.push(event),
      () => {
        throw new Error('a listener that fails')
      },
    ],
    ...options,
  })
  const init = {
    method: 'POST',
    headers: { ...honestHeaders, cookie: 'session=secret-cookie', ...headers },
    body,
  }
  return route(new Request(`https://${host}/token`, init)).then(
    (answer) => answer.json() as Promise<{ token?: string; detail?: string }>,
    () => undefined,
  )
}

it('tells of a token that was minted', async () => {
  const { token = '' } = (await ask()) ?? {}
  expect(events).toEqual([
    { type: 'minted', time: expect.any(Number), origin: page, subject: 'user-7', scope: 'portal:read' },
  ])
  expect(Object.isFrozen(events[0])).toBe(true)
  expect(eventLine(events[0] as TokenEndpointEvent)).not.toContain(token.slice(-40))
})

it('tells of a refusal, with what the caller was told', async () => {
  const answer = await ask(
    {},
    { headers: { 'sec-fetch-site': 'same-site', origin: 'https://evil.shop.example' } },
  )
  expect(events).toEqual([
    {
      type: 'refused',
      time: expect.any(Number),
      origin: 'https://evil.shop.example',
      code: 'foreign_origin',
      description: answer?.detail,
      site: 'same-site',
    },
  ])
})

it('tells of a refusal by the limit whose it was', async () => {
  await ask({ limit: () => false })
  expect(events).toMatchObject([{ type: 'refused', code: 'rate_limited', subject: 'user-7' }])
})

it('tells why there was no token, in words', async () => {
  await ask({ authorize: () => Promise.reject(new Error('sessions are away')) })
  await ask({ limit: () => Promise.reject(new Error(`Redis is away ${'x'.repeat(300)}`)) })
  expect(events).toEqual([
    { type: 'failed', time: expect.any(Number), origin: page, cause: 'sessions are away' },
    {
      type: 'failed',
      time: expect.any(Number),
      origin: page,
      subject: 'user-7',
      cause: expect.stringMatching(/^Redis is away x{242}$/),
    },
  ])
})

it('holds no cookie, no body and no endless text of a caller', async () => {
  await ask({}, { body: '{"scope":"secret-body secret-body","secret":1}' })
  await ask({}, { headers: { origin: `https://${'a'.repeat(5_000)}`, 'sec-fetch-site': 'b'.repeat(5_000) } })
  expect(events).toHaveLength(2)
  const lines = events.map(eventLine)
  expect(lines.join()).not.toContain('secret')
  for (const line of lines) expect(line.length).toBeLessThan(1_000)
})
