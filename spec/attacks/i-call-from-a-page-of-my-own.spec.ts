import { describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { mint, type Override } from '../helpers/mint.js'
import { appOf, platform, rival, shop } from '../helpers/platform.js'
import { expectAnswer, noOrigin, nullOrigin } from '../helpers/refusals.js'
import { openServer, rawRequest } from '../helpers/server.js'

const serve = openServer()
const home = 'https://shop.example'

const foreign = [
  'null',
  'https://evil.example',
  'https://shop.example.evil.example',
  'https://evilshop.example',
  'https://evil-shop.example',
  'https://www.shop.example',
  'https://shopXexample',
  'https://shop-example',
  'https://shop.example.',
  'https://shop.example:443',
  'https://shop.example:8443',
  'http://shop.example',
  'HTTPS://SHOP.EXAMPLE',
  'https://Shop.example',
  'https://shop.example/',
  'https://shop.example/portal',
  'https://evil.example@shop.example',
  'https://shop.example@evil.example',
  'https://shop.example https://evil.example',
  'https://shop.example,https://evil.example',
  'https://xn--shp-1na.example',
  'https://sh%6Fp.example',
  '*',
  'shop.example',
  '//shop.example',
  'file://',
  'chrome-extension://shop.example',
]

/** Two ways in which a platform or a customer says from where a token may be used. */
const bindings: readonly [name: string, origins: readonly string[] | undefined, override: Override][] = [
  ['of its project', [home, 'https://staging.shop.example:8443'], {}],
  ['in its claim', undefined, { claims: { origin: home } }],
]

describe.each(bindings)('a token that is bound to the origin %s', (_, allowedOrigins, override) => {
  const project = shop(['ES256'], allowedOrigins && { allowedOrigins })
  const server = () => serve(appOf(platform({}, [project, rival]).options))

  it.each(foreign)('is refused from %j, and not burnt', async (origin) => {
    const target = server()
    const token = mint(override)
    const send = (from: string) =>
      request(target).get('/portal').set('Origin', from).auth(token, { type: 'bearer' })

    expectAnswer(await send(origin), 'origin_not_allowed', origin === 'null' ? nullOrigin : undefined)
    const control = await send(home)
    expect([control.status, control.body]).toMatchObject([200, { project: 'shop' }])
    expectAnswer(await send(home), 'token_replayed')
  })

  it('is refused with two Origin headers, and not burnt', async () => {
    const target = server()
    const line = `Authorization: Bearer ${mint(override)}`
    for (const pair of [
      [home, 'https://evil.example'],
      ['https://evil.example', home],
      [home, home],
    ]) {
      const answer = await rawRequest(target, [...pair.map((origin) => `Origin: ${origin}`), line])
      expect(answer.status).toBe(400)
      expect(answer.headers).toContainEqual([
        'www-authenticate',
        'Bearer realm="reverse-jwt", error="invalid_request", error_description="There is more than one Origin header."',
      ])
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'request_malformed' })
    }
    expect((await rawRequest(target, [`Origin: ${home}`, line])).status).toBe(200)
  })

  it('is refused with an empty Origin, and not burnt', async () => {
    const target = server()
    const line = `Authorization: Bearer ${mint(override)}`
    const answer = await rawRequest(target, ['Origin:', line])
    expect(answer.status).toBe(403)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'origin_not_allowed' })
    expect((await rawRequest(target, [`Origin: ${home}`, line])).status).toBe(200)
  })
})

it('does not let me leave the Origin out where it is asked for', async () => {
  const project = shop(['ES256'], { allowedOrigins: [home] })
  const strict = platform({ requireOrigin: true }, [project]).options
  const token = mint()
  const send = (headers: Record<string, string>) =>
    request(serve(appOf(strict)))
      .get('/portal')
      .set(headers)
      .auth(token, { type: 'bearer' })
  expectAnswer(await send({}), 'origin_not_allowed', noOrigin)
  // Other headers that name a page are no Origin.
  const lookalikes = { Referer: `${home}/`, 'X-Forwarded-Origin': home, Host: 'shop.example' }
  expectAnswer(await send(lookalikes), 'origin_not_allowed', noOrigin)
  const empty = await rawRequest(serve(appOf(strict)), ['Origin:', `Authorization: Bearer ${token}`])
  expect(empty.status).toBe(403)
  expect((await send({ Origin: home })).status).toBe(200)

  // Also where any origin may call, none is no origin.
  const anyOrigin = platform({ requireOrigin: true }, [shop()]).options
  for (const origin of ['', 'null']) {
    const lines = [`Origin: ${origin}`, `Authorization: Bearer ${mint()}`]
    const answer = await rawRequest(serve(appOf(anyOrigin)), lines)
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([403, { code: 'origin_not_allowed' }])
  }

  const bound = mint({ claims: { origin: home } })
  const lenient = serve(appOf(platform({}, [project]).options))
  const claimed = () => request(lenient).get('/portal').auth(bound, { type: 'bearer' })
  expectAnswer(await claimed(), 'origin_not_allowed', noOrigin)
  expect((await claimed().set('Origin', home)).status).toBe(200)
})

it('lets nobody in from a browser where no origin is allowed', async () => {
  const closed = serve(appOf(platform({}, [shop(['ES256'], { allowedOrigins: [] })]).options))
  const token = mint()
  const get = () => request(closed).get('/portal').auth(token, { type: 'bearer' })
  expectAnswer(await get().set('Origin', home), 'origin_not_allowed')
  expectAnswer(await get().set('Origin', 'null'), 'origin_not_allowed', nullOrigin)
  // A server has no Origin to send.
  expect((await get()).status).toBe(200)
})

it('does not widen what the project allows by a claim of its token', async () => {
  const project = shop(['ES256'], { allowedOrigins: [home] })
  const server = serve(appOf(platform({}, [project]).options))
  const evil = 'https://evil.example'
  const token = mint({ claims: { origin: evil } })
  for (const origin of [evil, home]) {
    const answer = await request(server).get('/portal').set('Origin', origin).auth(token, { type: 'bearer' })
    expectAnswer(answer, 'origin_not_allowed')
  }
})
