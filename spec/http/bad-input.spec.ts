import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Agent, request as send, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import passport from 'passport'
import type { RequestHandler } from 'express'
import {
  problemDetails,
  projectOf,
  reverseJwt,
  ReverseJwtStrategy,
  type RefusalCode,
} from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { encode, mint } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { randomFrom, type Random } from '../helpers/random.js'
import { openServer, rawText } from '../helpers/server.js'

const serve = openServer()
const agent = new Agent({ keepAlive: true, maxSockets: 16 })

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeAll(() => {
  process.on('unhandledRejection', note)
})
afterAll(() => {
  process.off('unhandledRejection', note)
  agent.destroy()
})

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const visible = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('')
/** What an HTTP header may hold at all. */
const fieldText = `${visible}\t${Array.from({ length: 128 }, (_, at) => String.fromCharCode(128 + at)).join('')}`

const oddValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  '',
  ' ',
  '\0',
  '\ud800',
  '__proto__',
  'x'.repeat(300),
  [],
  {},
  [[]],
  ['shop', 'rival'],
  { toString: 'x', length: 1 },
]
/** Signed by the honest key, and yet no good. */
const neededClaims = ['iss', 'aud', 'proj_id', 'jti', 'exp'] as const
const neededParameters = ['alg', 'kid', 'typ'] as const

function change(token: string, random: Random): string {
  const at = random.below(token.length)
  const before = token.slice(0, at)
  const after = token.slice(at + 1)
  const kept = token.charAt(at)
  switch (random.below(6)) {
    case 0:
      return before + after
    case 1:
      return before + random.text(`${base64url}.=+/~`.replace(kept, ''), 1) + after
    case 2:
      return before + kept + kept + after
    case 3:
      return before
    case 4:
      return token + random.text(base64url, 1 + random.below(3))
    default:
      return [...token.split('.').slice(1), token.split('.')[0]].join('.')
  }
}

function wrongClaim(random: Random): string {
  const name = random.of(neededClaims)
  // The one of them that is a good jti.
  const wrong = oddValues.filter((value) => name !== 'jti' || value !== '__proto__')
  return mint({ claims: { [name]: random.of(wrong) } })
}

/** Each makes a token that nobody may accept. */
const tokens: readonly ((random: Random) => string)[] = [
  (random) => change(mint(), random),
  wrongClaim,
  (random) =>
    mint({ header: { [random.of(neededParameters)]: random.of(oddValues.filter((v) => v !== null)) } }),
  (random) => mint({ claimsText: random.bytes(random.below(64)) }),
  (random) => mint({ headerText: random.text('{}[]":,\\u0a truefalsn19.e-', random.below(64)) }),
  (random) => mint({ claimsText: `${'['.repeat(random.below(900))}${'{"a":'.repeat(random.below(100))}` }),
  (random) => mint({ signature: random.bytes(random.below(600)) }),
  (random) => Array.from({ length: random.below(6) }, () => encode(random.bytes(random.below(90)))).join('.'),
  (random) => random.text(base64url + '.', 1 + random.below(200)),
  (random) => random.text(base64url + '.', 4000 + random.below(9000)),
]

interface Rubbish {
  readonly method: 'GET' | 'POST'
  readonly path?: string
  readonly headers: Record<string, string>
  readonly body?: string
}

const bearer = (token: string): Rubbish => ({ method: 'GET', headers: { authorization: `Bearer ${token}` } })
const posted = (body: string, type = 'application/x-www-form-urlencoded'): Rubbish => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
})

/** Each makes a request that must be refused. */
const requests: readonly ((random: Random) => Rubbish)[] = [
  ...tokens.map((make) => (random: Random) => bearer(make(random))),
  (random) => ({ method: 'GET', headers: { authorization: random.text(fieldText, random.below(300)) } }),
  (random) => ({
    method: 'GET',
    headers: { authorization: `Bearer${random.text(fieldText, random.below(80))}` },
  }),
  (random) => {
    const headers = { authorization: `Bearer ${mint()}`, origin: random.text(fieldText, random.below(80)) }
    return { method: 'GET', headers }
  },
  (random) => {
    const name = random.of(['access_token', '%61ccess_token', 'access%5ftoken', 'a=1&access_token'])
    const query = `?${name}=${encodeURIComponent(random.text(visible, random.below(30)))}`
    return { ...bearer(mint()), path: `/portal${query}` }
  },
  (random) => posted(random.text(visible, random.below(300))),
  (random) => posted(random.bytes(random.below(300)).toString('latin1')),
  (random) => posted(`access_token=${encodeURIComponent(random.of(tokens)(random))}`),
  (random) => {
    const key = random.of([
      'access_token',
      'access_token[]',
      'access_token[a][b]',
      '__proto__[access_token]',
      'constructor[access_token]',
    ])
    return posted(`${key}=${random.text(base64url, 9)}&${key}=${random.text(base64url, 9)}`)
  },
  (random) =>
    posted(
      JSON.stringify({ access_token: random.of(oddValues) }),
      random.of([
        'application/json',
        'text/plain',
        'application/x-www-form-urlencoded; charset=utf-7',
        ';',
        'a/b;c="',
      ]),
    ),
]

/** What this much rubbish must have met at the least. */
const reached: readonly RefusalCode[] = [
  'credentials_missing',
  'request_malformed',
  'token_malformed',
  'algorithm_not_allowed',
  'token_type_not_allowed',
  'claim_invalid',
  'audience_mismatch',
  'token_not_verified',
  'issuer_mismatch',
  'origin_not_allowed',
]

function answerTo(
  server: Server,
  { method, path = '/portal', headers, body = '' }: Rubbish,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    const length = { 'content-length': Buffer.byteLength(body, 'latin1') }
    const sent = send({ agent, port, method, path, headers: { ...headers, ...length } }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text })
      })
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body, 'latin1')
  })
}

function appOn(express: Express, guard: RequestHandler): RequestListener {
  const app = express()
  app.use(express.urlencoded({ extended: true }), express.json())
  app.all('/portal', guard, (req, res) => {
    res.json({ project: projectOf(req).id })
  })
  app.use(problemDetails())
  return app
}

describe.each(expresses)('%s', (_, express) => {
  const faceOptions = {
    ...platform({}, [shop(['ES256'], { allowedOrigins: ['https://shop.example'] })]).options,
    tokenFrom: ['header', 'body'] as const,
  }

  const guards: readonly [string, () => RequestHandler][] = [
    ['the middleware', () => reverseJwt(faceOptions)],
    [
      'the Passport strategy',
      () => {
        const how = { session: false, failWithError: true }
        return new passport.Passport().authenticate(
          new ReverseJwtStrategy(faceOptions),
          how,
        ) as RequestHandler
      },
    ],
  ]

  it.each(guards)(
    'refuses 1,000 pieces of rubbish in %s, one by one and with a reason',
    async (_, guard) => {
      const random = randomFrom(20_260_801)
      const server = serve(appOn(express, guard()))
      const wrong: unknown[] = []
      const codes = new Set<unknown>()
      for (let batch = 0; batch < 20; batch++) {
        const rubbish = Array.from({ length: 50 }, () => random.of(requests)(random))
        const answers = await Promise.all(rubbish.map((one) => answerTo(server, one)))
        answers.forEach(({ status, text }, at) => {
          // 4xx of Node and of the body parsers included, 5xx of nobody.
          if (![400, 401, 403, 413, 415, 431].includes(status))
            wrong.push({ status, text, sent: rubbish[at] })
          if (text.startsWith('{')) codes.add((JSON.parse(text) as { code?: unknown }).code)
        })
      }
      expect(wrong).toEqual([])
      // The rubbish gets as far as rubbish can.
      expect([...codes]).toEqual(expect.arrayContaining([...reached]))
      expect(unhandled).toEqual([])

      const honest = await answerTo(server, bearer(mint()))
      expect([honest.status, honest.text]).toEqual([200, '{"project":"shop"}'])
    },
    30_000,
  )

  it('answers or hangs up on 300 requests of random bytes', async () => {
    const random = randomFrom(7)
    const server = serve(appOn(express, reverseJwt(faceOptions)))
    for (let at = 0; at < 300; at++) {
      const head = `GET /portal HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`
      const name = random.of(['Authorization', 'Origin', random.bytes(5).toString('latin1')])
      const line = `${name}: ${random.of(['', 'Bearer '])}${random.bytes(random.below(200)).toString('latin1')}`
      const text = await rawText(server, Buffer.from(`${head}${line}\r\n\r\n`, 'latin1'))
      expect(text).toMatch(/^HTTP\/1\.1 4\d\d /)
    }
    expect(unhandled).toEqual([])
    expect((await answerTo(server, bearer(mint()))).status).toBe(200)
  })
})
