import { expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { shop } from '../helpers/platform.js'
import { openServer, rawAnswers } from '../helpers/server.js'
import { grantType, issuing, mint, pageOrigin, post } from '../session/platform.js'

const serve = openServer()
const own = 'https://portal.platform.example'
const evil = 'https://evil.example'

const platformOf = (allowedOrigins: readonly string[] | undefined = [pageOrigin]) =>
  serve(issuing({ ownOrigins: [own] }, {}, [shop(['ES256'], { allowedOrigins })]).app)

type Form = Record<string, string> | string | [string, string][]

/** A stolen token, by whom and with what form. */
function present(server: ReturnType<typeof platformOf>, assertion: string, origin: string, more: Form = {}) {
  const form = new URLSearchParams(more)
  form.append('grant_type', grantType)
  form.append('assertion', assertion)
  return post(server, '/oauth/token', form, { Origin: origin })
}

const embedderOf = async (answer: ReturnType<typeof present>) => {
  const { status, body } = await answer
  expect([status, body.code]).toEqual([200, undefined])
  return decodeJwt(body.access_token as string).embedder
}
const refused = (code: string) => ({ status: 400, body: { code, retry: 'no' } })

it('the honest portal says the truth, and its session names the page around it', async () => {
  expect(await embedderOf(present(platformOf(), mint(), own, { embedder: pageOrigin }))).toBe(pageOrigin)
})

it.each([
  evil,
  'https://platform.example',
  'https://portal.platform.example.evil.example',
  'https://portal.platform.example:8443',
  'http://portal.platform.example',
  'null',
])('my page %s names the customer’s as its embedder, and is refused as the page it is', async (origin) => {
  const server = platformOf()
  const token = mint()
  expect(await present(server, token, origin, { embedder: pageOrigin })).toMatchObject(
    refused('origin_not_allowed'),
  )
  expect(await embedderOf(present(server, token, own, { embedder: pageOrigin }))).toBe(pageOrigin)
})

it.each([
  'https://PORTAL.platform.example',
  'https://portal.platform.example/',
  'https://portal.platform.example:443',
  `${own}, ${evil}`,
  `${evil}, ${own}`,
  `https://x@portal.platform.example`,
])('my program sends the Origin %j, which no browser writes', async (origin) => {
  const answer = await present(platformOf(), mint(), origin, { embedder: pageOrigin })
  expect(answer.body.code).toMatch(/^(?:request_malformed|origin_not_allowed)$/)
})

it('the customer’s page names another one as its embedder, and nobody believes it', async () => {
  expect(await embedderOf(present(platformOf(), mint(), pageOrigin, { embedder: evil }))).toBe(undefined)
})

it.each<[string, Form]>([
  ['nothing', {}],
  ['an empty text', { embedder: '' }],
  ['null', { embedder: 'null' }],
  ['undefined', { embedder: 'undefined' }],
  ['my page', { embedder: evil }],
  ['the portal itself', { embedder: own }],
  ['another port', { embedder: `${pageOrigin}:8443` }],
  ['the port that goes without saying', { embedder: `${pageOrigin}:443` }],
  ['another case', { embedder: 'https://SHOP.example' }],
  ['a name of another case', { Embedder: pageOrigin }],
  ['a list of one', { 'embedder[]': pageOrigin }],
  ['a slash', { embedder: `${pageOrigin}/` }],
  ['a path', { embedder: `${pageOrigin}/portal` }],
  ['a user', { embedder: 'https://shop.example@evil.example' }],
  ['me as its user', { embedder: 'https://evil.example@shop.example' }],
  ['the root of DNS', { embedder: `${pageOrigin}.` }],
  ['http', { embedder: 'http://shop.example' }],
  ['a subdomain', { embedder: 'https://shop.example.evil.example' }],
  ['a space before it', { embedder: ` ${pageOrigin}` }],
  ['a line end after it', { embedder: `${pageOrigin}\n` }],
  ['a zero byte after it', { embedder: `${pageOrigin}\0` }],
  ['two in one', { embedder: `${pageOrigin} ${evil}` }],
  ['a star', { embedder: '*' }],
  ['15 KB', { embedder: `https://${'a'.repeat(15_000)}.example` }],
])('the portal that I frame names %s: refused, and the token is not used up', async (_, form) => {
  const server = platformOf()
  const token = mint()
  expect(await present(server, token, own, form)).toMatchObject(refused('origin_not_allowed'))
  expect(await embedderOf(present(server, token, own, { embedder: pageOrigin }))).toBe(pageOrigin)
})

it.each([
  [pageOrigin, evil],
  [evil, pageOrigin],
  [pageOrigin, pageOrigin],
])('it names two, %s and %s: malformed, and the token is not used up', async (first, second) => {
  const server = platformOf()
  const token = mint()
  const two: [string, string][] = [
    ['embedder', first],
    ['embedder', second],
  ]
  expect(await present(server, token, own, two)).toMatchObject(refused('request_malformed'))
  expect((await present(server, token, own, { embedder: pageOrigin })).status).toBe(200)
})

it('it names one in the URL, where nobody looks', async () => {
  const server = platformOf()
  const form = new URLSearchParams({ grant_type: grantType, assertion: mint() })
  const path = `/oauth/token?embedder=${encodeURIComponent(pageOrigin)}`
  expect(await post(server, path, form, { Origin: own })).toMatchObject(refused('origin_not_allowed'))
})

it.each([
  [own, evil],
  [evil, own],
])('it sends two Origins, %s and %s: malformed', async (first, second) => {
  const form = new URLSearchParams({ grant_type: grantType, assertion: mint(), embedder: pageOrigin })
  const lines = [
    'POST /oauth/token HTTP/1.1',
    'Host: platform.example',
    'Connection: close',
    `Origin: ${first}`,
    `Origin: ${second}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${form.toString().length}`,
  ]
  const [answer] = await rawAnswers(platformOf(), `${lines.join('\r\n')}\r\n\r\n${form.toString()}`)
  expect(answer?.status).toBe(400)
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'request_malformed' })
})

it.each([
  ['lists no origins', undefined],
  ['lists an empty list of them', []],
])('a project that %s has no portal, and its token is not used up', async (_, allowedOrigins) => {
  const server = serve(
    issuing({ ownOrigins: [own] }, {}, [shop(['ES256'], allowedOrigins && { allowedOrigins })]).app,
  )
  const token = mint()
  for (const form of [{}, { embedder: evil }, { embedder: pageOrigin }, { embedder: own }])
    expect(await present(server, token, own, form)).toMatchObject(refused('origin_not_allowed'))
  // As before, a page of a customer is asked for nothing where nothing is listed.
  expect((await present(server, token, pageOrigin)).status).toBe(allowedOrigins === undefined ? 200 : 400)
})

it('the token is bound to another page of the same customer', async () => {
  const staging = 'https://staging.shop.example'
  const server = platformOf([pageOrigin, staging])
  const token = mint({ claims: { origin: staging } })
  for (const form of [{ embedder: pageOrigin }, { embedder: own }, {}])
    expect(await present(server, token, own, form)).toMatchObject(refused('origin_not_allowed'))
  expect(await embedderOf(present(server, token, own, { embedder: staging }))).toBe(staging)
})

it('the token is bound to the portal, which is nobody’s page', async () => {
  const token = mint({ claims: { origin: own } })
  for (const form of [{ embedder: pageOrigin }, { embedder: own }, {}])
    expect(await present(platformOf(), token, own, form)).toMatchObject(refused('origin_not_allowed'))
})

it('a used token is used, whatever the embedder', async () => {
  const server = platformOf()
  const token = mint()
  expect((await present(server, token, own, { embedder: pageOrigin })).status).toBe(200)
  const { body } = await present(server, token, own, { embedder: pageOrigin })
  expect(body.code).toBe('token_replayed')
  // A wrong embedder is heard of first, so it tells nobody whether a token is used.
  expect((await present(server, token, own, { embedder: evil })).body.code).toBe('origin_not_allowed')
})
