import { describe, expect, it } from '@jest/globals'
import { Agent, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { problemDetails, projectOf, reverseJwt, type ProjectWithKeys } from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { platform, rival, shop } from '../helpers/platform.js'
import { challengeOf } from '../helpers/refusals.js'
import { mintRival } from '../helpers/rival.js'
import { openServer, rawAnswers, rawRequest, type RawAnswer } from '../helpers/server.js'

const serve = openServer()

function appOn(express: Express, projects: ProjectWithKeys[] = [shop(), rival]) {
  const app = express()
  app.all('/portal', reverseJwt(platform({}, projects).options), (req, res) => {
    res.json({ project: projectOf(req).id })
  })
  app.use(problemDetails())
  return app
}

const header = (answer: RawAnswer, name: string) =>
  answer.headers.filter(([known]) => known === name).map(([, value]) => value)

/** What the JSON body says: who was let in, or why not. */
function outcome({ status, body }: RawAnswer): unknown {
  const { project, code } = JSON.parse(body) as { project?: string; code?: string }
  return [status, project ?? code]
}

function expectMalformed(answer: RawAnswer, detail: string): void {
  expect(outcome(answer)).toEqual([400, 'request_malformed'])
  expect(header(answer, 'www-authenticate')).toEqual([challengeOf('request_malformed', detail)])
  expect(header(answer, 'cache-control')).toEqual(['no-store'])
}

describe.each(expresses)('%s', (_, express) => {
  const bearer = (token = mint()) => `Authorization: Bearer ${token}`

  it('refuses two Authorization headers, whatever they are and however they are spelled', async () => {
    const server = serve(appOn(express))
    const token = mint()
    const pairs = [
      [bearer(token), bearer(token)],
      [bearer(), bearer('abc')],
      [bearer('abc'), bearer()],
      [bearer(), 'authorization: Basic YTpi'],
      ['AUTHORIZATION: Basic YTpi', bearer()],
      ['Authorization:', bearer()],
    ]
    for (const pair of pairs) {
      expectMalformed(await rawRequest(server, pair), 'There is more than one Authorization header.')
    }
    // Refused, but not used up.
    expect(outcome(await rawRequest(server, [bearer(token)]))).toEqual([200, 'shop'])
  })

  it('refuses two Origin headers, also when both are the same', async () => {
    const server = serve(appOn(express))
    const token = mint()
    const origin = 'Origin: https://shop.example'
    for (const second of [origin, 'origin: https://evil.example', 'ORIGIN: null', 'Origin:']) {
      const answer = await rawRequest(server, [origin, second, bearer(token)])
      expectMalformed(answer, 'There is more than one Origin header.')
    }
    expect(outcome(await rawRequest(server, [origin, bearer(token)]))).toEqual([200, 'shop'])
  })

  it('never sees a header that is folded over two lines', async () => {
    const server = serve(appOn(express))
    const token = mint()
    for (const lines of [
      ['Authorization: Bearer', ` ${token}`],
      [bearer(token), ' x'],
      ['X-Note: a', `\t${bearer(token)}`],
    ]) {
      expect((await rawRequest(server, lines)).status).toBe(400)
    }
    expect(outcome(await rawRequest(server, [bearer(token)]))).toEqual([200, 'shop'])
  })

  it.each(['authorization', 'AUTHORIZATION', 'aUTHORIZATION'])('takes the name %s', async (name) => {
    const answer = await rawRequest(serve(appOn(express)), [`${name}: Bearer ${mint()}`])
    expect(outcome(answer)).toEqual([200, 'shop'])
  })

  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('takes the scheme %s', async (scheme) => {
    const answer = await rawRequest(serve(appOn(express)), [`Authorization: ${scheme} ${mint()}`])
    expect(outcome(answer)).toEqual([200, 'shop'])
  })

  it('takes spaces before, between and behind, but no tab between', async () => {
    const server = serve(appOn(express))
    expect(outcome(await rawRequest(server, [`Authorization:Bearer ${mint()}`]))).toEqual([200, 'shop'])
    expect(outcome(await rawRequest(server, [`Authorization: \t Bearer   ${mint()} \t`]))).toEqual([
      200,
      'shop',
    ])
    expectMalformed(
      await rawRequest(server, [`Authorization: Bearer\t${mint()}`]),
      'The Bearer scheme must be followed by one token.',
    )
  })

  it.each([
    ['nothing', ''],
    ['two tokens', ' abc def'],
    ['a comma', ' abc, def'],
    ['a parameter', ' token=abc, x=y'],
    ['a character beyond ASCII', ' abc\xE9'],
    ['a comma instead of the space', ',abc'],
  ])('refuses Bearer with %s', async (_, rest) => {
    const answer = await rawRequest(serve(appOn(express)), [`Authorization: Bearer${rest}`])
    expectMalformed(answer, 'The Bearer scheme must be followed by one token.')
  })

  it('refuses a token of more than 4,096 characters, and leaves 16 KB to Node', async () => {
    const server = serve(appOn(express))
    for (const length of [4097, 12_000]) {
      const answer = await rawRequest(server, [bearer('a'.repeat(length))])
      expectMalformed(answer, 'The token is longer than is accepted here.')
    }
    const tooMuch = await rawRequest(server, [bearer('a'.repeat(16_384))])
    expect(tooMuch.status).toBe(431)
    const fits = mint({ claims: { note: 'n'.repeat(2500) } })
    expect(fits.length).toBeGreaterThan(3500)
    expect(outcome(await rawRequest(server, [bearer(fits)]))).toEqual([200, 'shop'])
  })

  it('answers HTTP/1.0', async () => {
    const server = serve(appOn(express))
    const [refused] = await rawAnswers(server, 'GET /portal HTTP/1.0\r\n\r\n')
    expect(outcome(refused as RawAnswer)).toEqual([401, 'credentials_missing'])
    expect(header(refused as RawAnswer, 'www-authenticate')).toEqual(['Bearer realm="reverse-jwt"'])
    const [accepted] = await rawAnswers(server, `GET /portal HTTP/1.0\r\n${bearer()}\r\n\r\n`)
    expect(outcome(accepted as RawAnswer)).toEqual([200, 'shop'])
  })

  it('takes a request target with a scheme and a host', async () => {
    const server = serve(appOn(express))
    const send = (target: string, token: string) =>
      rawRequest(server, [bearer(token)], `GET http://platform.example${target} HTTP/1.1`)
    expect(outcome(await send('/portal', mint()))).toEqual([200, 'shop'])
    expectMalformed(
      await send('/portal?access_token=abc', mint()),
      'A token must not be in the URL, where logs and histories keep it.',
    )
  })

  it('keeps the requests of one kept connection apart', async () => {
    const server = serve(appOn(express))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const again = mint()
    const outcomes: unknown[] = []
    const sockets = new Set<unknown>()
    for (const token of [again, mintRival(), undefined, again, mint()]) {
      outcomes.push(
        await new Promise((resolve, reject) => {
          const { port } = server.address() as AddressInfo
          const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
          const sent = get({ agent, port, path: '/portal', headers }, (answer) => {
            sockets.add(answer.socket)
            let body = ''
            answer.setEncoding('utf8').on('data', (text: string) => (body += text))
            answer.on('end', () => {
              resolve(outcome({ status: answer.statusCode ?? 0, headers: [], body }))
            })
          })
          sent.on('error', reject)
        }),
      )
    }
    agent.destroy()

    expect(sockets.size).toBe(1)
    expect(outcomes).toEqual([
      [200, 'shop'],
      [200, 'rival'],
      [401, 'credentials_missing'],
      [401, 'token_replayed'],
      [200, 'shop'],
    ])
  })

  it('gives each of many requests that are sent at once on one connection its own answer', async () => {
    const server = serve(appOn(express))
    const again = mint()
    const tokens = [mint(), mintRival(), undefined, again, 'abc', again, mintRival(), mint()]
    const requests = tokens.map((token, at) => [
      'GET /portal HTTP/1.1',
      'Host: platform.example',
      `Connection: ${at === tokens.length - 1 ? 'close' : 'keep-alive'}`,
      ...(token === undefined ? [] : [bearer(token)]),
      '\r\n',
    ])
    const outcomes = (await rawAnswers(server, requests.map((lines) => lines.join('\r\n')).join(''))).map(
      outcome,
    )

    const twins = [outcomes[3], outcomes[5]]
    expect(twins).toContainEqual([200, 'shop'])
    expect(twins).toContainEqual([401, 'token_replayed'])
    expect(outcomes.filter((_, at) => at !== 3 && at !== 5)).toEqual([
      [200, 'shop'],
      [200, 'rival'],
      [401, 'credentials_missing'],
      [401, 'token_malformed'],
      [200, 'rival'],
      [200, 'shop'],
    ])
  })
})
