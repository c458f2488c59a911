import { describe, expect, it } from '@jest/globals'
import { createVerifier, type RequestLike } from '../../lib/index.js'
import { takeCredentials, type TokenSource } from '../../lib/verify/credentials.js'
import { mint } from '../helpers/mint.js'
import { platform, shop, verifierOf } from '../helpers/platform.js'
import {
  expectRefusal,
  expectStepRefusal,
  noOrigin,
  notOneToken,
  nullOrigin,
  tokenInQuery,
  twoAuthorizations,
} from '../helpers/refusals.js'

const url = 'https://platform.example/portal'
const joined = (name: string) => `The ${name} header has a comma, as two that were joined have.`

function refused(request: RequestLike, description: string) {
  return expectStepRefusal(() => takeCredentials(request, ['header']), 'request_malformed', description)
}
function missing(request: RequestLike) {
  return expectStepRefusal(() => takeCredentials(request, ['header']), 'credentials_missing')
}

describe('a Request of the Fetch standard', () => {
  it('has its token and its Origin in Headers', () => {
    const headers = { Authorization: 'Bearer a.b.c', Origin: 'https://shop.example' }
    expect(takeCredentials(new Request(url, { headers }), ['header'])).toEqual({
      token: 'a.b.c',
      origin: 'https://shop.example',
    })
  })

  it('may have no Origin, and any spelling of the scheme', () => {
    const request = new Request(url, { headers: { AUTHORIZATION: 'bEARER   a.b.c' } })
    expect(takeCredentials(request, ['header'])).toEqual({ token: 'a.b.c', origin: undefined })
  })

  it('has no token without Authorization, and none with another scheme', async () => {
    await missing(new Request(url))
    await missing(new Request(url, { headers: { Authorization: 'Basic YTpi' } }))
    await missing(new Request(url, { headers: { Authorization: '' } }))
  })

  it('is malformed with the scheme alone', () =>
    refused(new Request(url, { headers: { Authorization: 'Bearer' } }), notOneToken))

  it.each([
    ['Bearer a', 'Bearer a'],
    ['Bearer a', 'Basic YTpi'],
    ['Basic YTpi', 'Bearer a'],
    ['', 'Bearer a'],
    ['Bearer a', ''],
  ])('is malformed with Authorization: %s and Authorization: %s', async (...values) => {
    const headers = new Headers(values.map((value) => ['Authorization', value]))
    await refused(new Request(url, { headers }), joined('Authorization'))
  })

  it('is malformed with two Origins', async () => {
    const headers = new Headers([
      ['Authorization', 'Bearer a'],
      ['Origin', 'https://shop.example'],
      ['origin', 'https://shop.example'],
    ])
    await refused(new Request(url, { headers }), joined('Origin'))
  })

  it.each([
    `${url}?access_token=a`,
    `${url}?a=1&access%5Ftoken`,
    'https://u:p@platform.example/?access_token=a#b',
  ])('is malformed as %s', (target) =>
    refused({ url: target, headers: new Headers({ Authorization: 'Bearer a' }) }, tokenInQuery),
  )

  it.each([`${url}?token=a`, 'https://access_token.example/access_token=a'])('may be %s', (target) => {
    const request = new Request(target, { headers: { Authorization: 'Bearer a' } })
    expect(takeCredentials(request, ['header']).token).toBe('a')
  })

  it('keeps its body unread', async () => {
    const body = new URLSearchParams({ access_token: 'b', other: 'c' })
    const request = new Request(url, { method: 'POST', headers: { Authorization: 'Bearer a' }, body })
    expect(takeCredentials(request, ['header']).token).toBe('a')
    expect(await request.text()).toBe('access_token=b&other=c')
  })

  it('cannot be searched for a form, which is a mistake of who calls and uses up no token', async () => {
    const verifier = verifierOf()
    const request = new Request(url, { headers: { Authorization: `Bearer ${mint()}` } })
    const mistake = new TypeError(
      "authenticate: tokenFrom has 'body', but the body of this request is a stream. Read the form yourself and call verify(token, { origin })",
    )
    for (const tokenFrom of [['body'], ['header', 'body']] satisfies TokenSource[][]) {
      await expect(verifier.authenticate(request, { tokenFrom })).rejects.toEqual(mistake)
    }
    await expect(verifier.authenticate(new Request(url), { tokenFrom: ['body'] })).rejects.toEqual(mistake)
    await expect(verifier.authenticate(request)).resolves.toMatchObject({ project: { id: 'shop' } })
  })

  it('uses up its token once, however often it is asked', async () => {
    const { options } = platform()
    const [one, other] = [createVerifier(options), createVerifier(options)]
    const headers = { Authorization: `Bearer ${mint()}` }
    const request = new Request(url, { headers })
    for (const verifier of [one, one, other]) {
      await expect(verifier.authenticate(request)).resolves.toMatchObject({ project: { id: 'shop' } })
    }
    await expectRefusal(one.authenticate(new Request(url, { headers })), 'token_replayed')
  })

  it('is bound to its Origin', async () => {
    const verifier = verifierOf({ requireOrigin: true }, [
      shop(['ES256'], { allowedOrigins: ['https://shop.example'] }),
    ])
    const from = (origin: object) => {
      const headers = { Authorization: `Bearer ${mint()}`, ...origin }
      return verifier.authenticate(new Request(url, { headers }))
    }
    await expect(from({ Origin: 'https://shop.example' })).resolves.toMatchObject({ project: { id: 'shop' } })
    await expectRefusal(from({ Origin: 'https://evil.example' }), 'origin_not_allowed')
    await expectRefusal(from({ Origin: 'null' }), 'origin_not_allowed', nullOrigin)
    await expectRefusal(from({}), 'origin_not_allowed', noOrigin)
  })
})

describe('what has a function get', () => {
  it('is asked for each header once', () => {
    const asked: string[] = []
    const values = new Headers({ Authorization: 'Bearer a', Origin: 'https://shop.example' })
    const headers = {
      get(name: string) {
        if (asked.includes(name)) return 'Bearer other'
        asked.push(name)
        return values.get(name)
      },
    }
    takeCredentials({ method: 'POST', headers }, ['header'])
    expect(asked).toEqual(['authorization', 'origin', 'content-type'])
  })

  it('may say undefined for what is not there', async () => {
    await missing({ headers: new Map<string, string>() })
  })

  it.each([[7], [{}], [true], [[]]])('is malformed with %j as Authorization', (value) =>
    refused({ headers: { get: () => value as unknown as string } }, 'The authorization header is not text.'),
  )

  it('does not hide what raw headers say', async () => {
    const rawHeaders = ['Authorization', 'Bearer a', 'Authorization', 'Bearer b']
    const headers = new Headers({ Authorization: 'Bearer a' })
    await refused({ headers, rawHeaders }, twoAuthorizations)
    await refused(
      { headers: new Headers({ Authorization: 'Bearer a, b' }), rawHeaders: [] },
      joined('Authorization'),
    )
  })
})

describe('a plain object of headers', () => {
  it.each(['get', 'Bearer x', '() => "Bearer x"'])('is none for a header called get: %j', async (get) => {
    expect(takeCredentials({ headers: { get, authorization: 'Bearer a' } }, ['header']).token).toBe('a')
    await missing({ headers: { get } })
    await missing({ headers: { get: [get] } })
  })

  it('is malformed with a comma where there are no raw headers, as gateways join two', async () => {
    await refused({ headers: { authorization: 'Basic YTpi, Bearer a' } }, joined('Authorization'))
    const origin = 'https://shop.example,https://shop.example'
    await refused({ headers: { authorization: 'Bearer a', origin } }, joined('Origin'))
    await refused({ headers: { authorization: 'Bearer a', origin: [origin] } }, joined('Origin'))
  })

  it('may have a comma in another scheme where raw headers say that it is one header', async () => {
    const authorization = 'Digest username="a", realm="b"'
    await missing({ headers: { authorization }, rawHeaders: ['Authorization', authorization] })
  })
})

it.each([[undefined], [null], ['Bearer a'], [{}], [{ headers: undefined }], [{ header: () => 'a' }]])(
  'says what it takes where it is given %j for a request',
  async (request) => {
    await expect(verifierOf().authenticate(request as unknown as RequestLike)).rejects.toEqual(
      new TypeError(
        "authenticate: request must have headers; give the server's own: c.req.raw in Hono, ctx.req in Koa, request.raw in Fastify",
      ),
    )
  },
)
