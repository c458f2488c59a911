import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { tokenEndpoint, type TokenWish } from '../../lib/customer/index.js'
import { refusals } from '../../lib/customer/endpoint/refusals.js'
import { holds, Tally } from './property.js'

// A grant without a subject is warned about, once.
beforeAll(() => {
  jest.spyOn(process, 'emitWarning').mockReturnValue()
})
afterAll(() => {
  jest.restoreAllMocks()
})

/** The value of the honest request most of the time, else one that others have, or any text. */
const near = (honest: string, ...others: (string | undefined)[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant<string | undefined>(honest) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
    { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
  )

const requests = fc.record({
  method: near('POST', 'GET', 'OPTIONS', undefined),
  host: near('shop.example', undefined),
  origin: near('https://shop.example', 'https://evil.example', 'null', undefined),
  site: near('same-origin', 'cross-site', 'none', undefined),
  type: near('application/json', 'text/plain', undefined),
  body: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('{}', '{"scope":"a"}', '{"scope":"a b"}', '{"scope":"c"}', '[]', ''),
    },
    { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  ),
  parsed: fc.option(fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 3 }), {
    nil: undefined,
  }),
  decision: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(undefined, null, false, true) },
    {
      weight: 3,
      arbitrary: fc.record({
        subject: fc.constant('user-7'),
        scope: fc.constantFrom('a', 'a b', [], ['a'], ''),
      }),
    },
  ),
})

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly error?: unknown
}

const tally = new Tally()

holds(
  'a token endpoint answers any request with a refusal of its own, or with the token that was decided on',
  3_000,
  fc.asyncProperty(requests, async ({ method, host, origin, site, type, body, parsed, decision }) => {
    const decided: TokenWish[] = []
    const signed: unknown[] = []
    const endpoint = tokenEndpoint({
      signer: { sign: (claims) => (signed.push(claims), Promise.resolve('a.b.c')) },
      authorize: (_request: IncomingMessage, wish) => (decided.push(wish), decision),
      limit: () => true,
    })
    const headers = {
      host,
      origin,
      'sec-fetch-site': site,
      'content-type': type,
      'content-length': String(Buffer.byteLength(body)),
    }
    const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
    const request = Object.assign(Readable.from(body === '' ? [] : [Buffer.from(body)]), {
      method,
      headers: present,
      ...(parsed !== undefined && { body: parsed }),
    })
    const answer = await new Promise<Answer>((resolve) => {
      const response = {
        headersSent: false,
        statusCode: 0,
        setHeader: () => response,
        end: (text: string) => {
          resolve({ status: response.statusCode, body: JSON.parse(text) as Answer['body'] })
        },
      }
      endpoint(request as never, response as never, (error) => {
        resolve({ status: 500, body: {}, error })
      })
    })
    // A grant without a subject cannot be limited: the developer's mistake, and no token.
    if (answer.error !== undefined) {
      expect([answer.error, decision, signed]).toEqual([
        expect.objectContaining({ name: 'TypeError' }),
        true,
        [],
      ])
      tally.count('error')
      return
    }
    if (answer.status === 200) {
      expect([method, decided.length, signed.length]).toEqual(['POST', 1, 1])
      expect(site ?? 'same-origin').toBe('same-origin')
      expect(decision).toMatchObject({ subject: 'user-7' })
      const { scope = '' } = signed[0] as { scope?: string }
      expect(scope).toMatch(/^(?:a|b|a b|b a)$/)
    } else {
      expect(signed).toEqual([])
      const [status] = refusals[answer.body.code as keyof typeof refusals]
      expect(answer.status).toBe(status)
    }
    tally.count(answer.status === 200 ? 'token' : (answer.body.code as string))
  }),
)

it('which was asked for each answer', () => {
  const outcomes = ['token', 'error', ...Object.keys(refusals).filter((code) => code !== 'rate_limited')]
  expect(tally.rare(10, outcomes)).toEqual([])
})
