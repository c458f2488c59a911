import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { createVerifier, type HeadersLike, type KeyStore, type ReplayStore } from '../../lib/index.js'
import { rejection } from '../helpers/rejection.js'
import { refusalOf } from './any-refusal.js'
import { encode, mint } from '../helpers/mint.js'
import { anything, oddValue } from './odd-values.js'
import { platform } from '../helpers/platform.js'
import { holds, Tally } from './property.js'
import { tokenOf, type NodeRequest } from './request-model.js'

const { options } = platform()
const seenNothing: ReplayStore = { consume: () => true }
const verifier = createVerifier({ ...options, replayStore: seenNothing })
const honest = mint()
const [header = '', claims = '', signature = ''] = honest.split('.')

// A form that nobody parsed is warned about, once.
beforeAll(() => {
  jest.spyOn(process, 'emitWarning').mockReturnValue()
})

const text = fc.string({ unit: 'binary', maxLength: 60 })
const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array))
const json = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc
    .tuple(fc.constantFrom('[', '{"a":', '[{"a":'), fc.nat({ max: 400 }))
    .map(([open, times]) => open.repeat(times)),
  fc.nat({ max: 700 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.constantFrom(
    '1e999',
    `{"exp":${'9'.repeat(400)}}`,
    '{"alg":"ES256"}',
    '{"\\u0061lg":"ES256","alg":"ES256"}',
    '\uFEFF{}',
  ),
)
const segment = fc.oneof(
  fc.constantFrom(header, claims, signature, '', encode(Buffer.alloc(64)), encode(Buffer.alloc(64, 0xff))),
  text,
  bytes.map(encode),
  json.map(encode),
)

describe('verify', () => {
  holds(
    'refuses any text',
    4_000,
    fc.asyncProperty(
      fc.oneof(
        text,
        fc.array(segment, { maxLength: 5 }).map((parts) => parts.join('.')),
      ),
      async (token) => {
        if (token === honest) await expect(verifier.verify(token)).resolves.toBeDefined()
        else await refusalOf(verifier.verify(token))
      },
    ),
  )

  holds(
    'refuses any value',
    1_500,
    fc.asyncProperty(anything, async (token) => {
      await refusalOf(verifier.verify(token))
    }),
  )
})

const headerText = fc.oneof(
  text,
  fc.constantFrom(
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${honest}`,
    `bearer   ${honest}`,
    `Bearer\t${honest}`,
    `Basic ${honest}`,
  ),
  fc.constantFrom(
    `Bearer ${honest} `,
    `Bearer ${honest}, Bearer ${honest}`,
    `Bearer "${honest}"`,
    `BearerX ${honest}`,
    honest,
  ),
  fc.tuple(text, text).map(([before, after]) => `${before}${honest}${after}`),
  text.map((credentials) => `Bearer ${credentials}`),
  bytes.map((credentials) => `Bearer ${honest}${encode(credentials)}`),
)
const form = 'application/x-www-form-urlencoded'
const target = fc.oneof(
  fc.constantFrom(
    undefined,
    '/',
    `/?access_token=${honest}`,
    '/?access%5Ftoken',
    '/?a=access_token',
    '/?a&%61ccess_token=1',
  ),
  fc.constantFrom(
    '/?access_token[]=1',
    '/?xaccess_token=1',
    '/#?access_token=1',
    '?',
    '/?access+token=1',
    '/??access_token=1',
  ),
  text,
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
)

/** A request-like object, mostly near to a good one. */
const request: fc.Arbitrary<NodeRequest> = fc
  .record({
    method: fc.oneof(fc.constantFrom('POST', 'GET', 'HEAD', 'PUT', undefined), text),
    url: target,
    originalUrl: fc.oneof(fc.constant(undefined), target),
    authorization: fc.oneof(fc.constant(undefined), fc.constant(`Bearer ${honest}`), headerText),
    origin: fc.oneof(fc.constantFrom(undefined, 'https://shop.example', 'null', ''), text),
    type: fc.oneof(
      fc.constantFrom(
        undefined,
        form,
        form,
        `${form}; charset=utf-8`,
        form.toUpperCase(),
        `${form}x`,
        'text/plain',
      ),
      text,
    ),
    body: fc.oneof(
      fc.constantFrom<unknown>(
        { access_token: honest },
        { access_token: [honest] },
        { access_token: '' },
        { token: honest },
        honest,
      ),
      anything,
      fc.record({ access_token: anything }),
    ),
    raw: fc.constantFrom('absent', 'same', 'same', 'authorization twice', 'origin twice', 'odd'),
    more: fc.array(text, { maxLength: 3 }),
  })
  .map(({ method, url, originalUrl, authorization, origin, type, body, raw, more }) => {
    const headers = { authorization, origin, 'content-type': type }
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [name, value],
    )
    if (raw === 'authorization twice') lines.push('AUTHORIZATION', 'Bearer x', 'Authorization', 'Bearer y')
    if (raw === 'origin twice') lines.push('Origin', 'x', 'oRiGiN', 'x')
    if (raw === 'odd') lines.push(...more)
    return { method, url, originalUrl, headers, body, ...(raw !== 'absent' && { rawHeaders: lines }) }
  })

const places = fc.constantFrom<('header' | 'body')[]>(['header'], ['body'], ['header', 'body'])
const tally = new Tally()

describe('authenticate', () => {
  holds(
    'accepts a request if and only if the model finds the honest token in it, and in one place',
    8_000,
    fc.asyncProperty(request, places, async (given, tokenFrom) => {
      const outcome = verifier.authenticate(given, { tokenFrom })
      if (tokenOf(given, tokenFrom) === honest) {
        tally.count('accepted')
        await expect(outcome).resolves.toMatchObject({ project: { id: 'shop' } })
      } else {
        tally.count(await refusalOf(outcome))
      }
    }),
  )

  holds(
    'answers a request with Headers as it answers one of a server that has no raw headers',
    2_000,
    fc.asyncProperty(request, async (anyRequest) => {
      const given = { ...anyRequest, rawHeaders: undefined }
      const headers = new Map(Object.entries(given.headers)) as HeadersLike
      const outcome = verifier.authenticate({ ...given, headers })
      if (tokenOf(given, ['header']) === honest) await outcome
      else tally.count(`Headers: ${await refusalOf(outcome)}`)
    }),
  )

  it('has met requests with a good token, a bad one, several and none', () => {
    expect(tally.rare(500, ['accepted', 'request_malformed', 'credentials_missing'])).toEqual([])
    expect(tally.rare(50, ['token_malformed', 'Headers: request_malformed'])).toEqual([])
  })
})

type Way = (value: unknown) => unknown

/** How a store can say something. */
const ways: Readonly<Record<string, Way>> = {
  returns: (value) => value,
  resolves: (value) => Promise.resolve(value),
  thenable: (value) => ({
    then: (resolve: (value: unknown) => void) => {
      resolve(value)
    },
  }),
  throws: (value) => {
    throw value
  },
  rejects: (value) => rejection(value),
  'rejecting thenable': (value) => ({
    then: (_: unknown, reject: (value: unknown) => void) => {
      reject(value)
    },
  }),
  'throwing thenable': (value) => ({
    then: () => {
      throw value
    },
  }),
}
const way = fc.constantFrom(...Object.keys(ways))
const answer = fc.oneof(
  oddValue,
  anything.map((value) => ({ name: 'anything', value, make: () => value })),
)

/** What a store's failure must look like, whose code only an error of ours decides. */
const outageOf = (name: string) =>
  name === 'a frozen StoreError' ? 'replay_store_full' : 'store_unavailable'

describe('a store that answers anything, in any way', () => {
  const fails = (how: string) => !['returns', 'resolves', 'thenable'].includes(how)

  /** Alike in all, and yet nobody has checked it. */
  const copy = fc.constant({
    name: 'a copy of an admitted key',
    make: () => ({ ...(options.keyStore.find('shop', 'key-es256') as object) }),
  })

  holds(
    'is never a pass when it is the key store',
    2_000,
    fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: answer }, copy), way, async ({ name, make }, how) => {
      const value = make()
      const keyStore = { find: () => ways[how]?.(value) } as KeyStore
      const missing = !fails(how) && (value === undefined || value === null)
      const expected = fails(how) ? outageOf(name) : missing ? 'token_not_verified' : 'store_unavailable'
      const faulty = createVerifier({ ...options, keyStore, replayStore: seenNothing })
      expect(await refusalOf(faulty.verify(mint()))).toBe(expected)
    }),
  )

  holds(
    'is a pass only when it is the replay store and says true',
    2_000,
    fc.asyncProperty(answer, way, async ({ name, make }, how) => {
      const value = make()
      const replayStore = { consume: () => ways[how]?.(value) } as ReplayStore
      const outcome = createVerifier({ ...options, replayStore }).verify(mint())
      if (!fails(how) && value === true) {
        await expect(outcome).resolves.toBeDefined()
        return
      }
      const expected = fails(how) ? outageOf(name) : value === false ? 'token_replayed' : 'store_unavailable'
      expect(await refusalOf(outcome)).toBe(expected)
    }),
  )

  holds(
    'is an outage when it is the clock',
    500,
    fc.asyncProperty(
      answer,
      fc.constantFrom('returns', 'resolves', 'throws', 'thenable'),
      async ({ make }, how) => {
        const value = make()
        const clock = () => ways[how]?.(value) as number
        const outcome = createVerifier({ ...options, clock, replayStore: seenNothing }).verify(mint())
        const isTime = how === 'returns' && typeof value === 'number' && Number.isFinite(value)
        const code = await refusalOf(outcome)
        expect(code === 'store_unavailable').toBe(!isTime)
      },
    ),
  )

  holds(
    'changes nothing when it is the listener',
    500,
    fc.asyncProperty(answer, way, async ({ make }, how) => {
      const onEvent = () => ways[how]?.(make())
      const listened = createVerifier({ ...options, onEvent, replayStore: seenNothing })
      await expect(listened.verify(mint())).resolves.toBeDefined()
      expect(await refusalOf(listened.verify('rubbish'))).toBe('token_malformed')
    }),
  )
})
