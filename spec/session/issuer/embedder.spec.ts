import { describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import request from 'supertest'
import { createVerifier, type VerifierEvent } from '../../../lib/index.js'
import { platform, shop } from '../../helpers/platform.js'
import { openServer } from '../../helpers/server.js'
import {
  grantType,
  issuing,
  issuerName,
  mint,
  mintSession,
  pageOrigin,
  post,
  serviceOf,
  sessionsOf,
  type Issuing,
} from '../platform.js'

const serve = openServer()
const own = 'https://portal.platform.example'
const listing = shop(['ES256'], { allowedOrigins: [pageOrigin] })

/** As a page of the platform's own asks. */
function ask(made: Issuing, form: Record<string, string> = {}, origin = own) {
  return post(
    serve(made.app),
    '/oauth/token',
    { grant_type: grantType, assertion: mint(), ...form },
    { Origin: origin },
  )
}

const embedded = () => issuing({ ownOrigins: [own] }, {}, [listing])

describe('a page of the platform’s own', () => {
  it('gets a session for itself that names the page around it', async () => {
    const made = embedded()
    const { status, body } = await ask(made, { embedder: pageOrigin })
    expect(status).toBe(200)
    const session = body.access_token as string
    expect(decodeJwt(session)).toMatchObject({ sub: 'shop', origin: own, embedder: pageOrigin })
    expect(made.events.at(-1)).toMatchObject({ type: 'session.issued', origin: own, embedder: pageOrigin })
    await expect(sessionsOf(made).verify(session, { origin: own })).resolves.toMatchObject({
      origin: own,
      embedder: pageOrigin,
      claims: { embedder: pageOrigin },
    })
  })

  it('uses it at the other services, and the page around it cannot', async () => {
    const made = embedded()
    const session = (await ask(made, { embedder: pageOrigin })).body.access_token as string
    const service = serve(serviceOf({ issuer: issuerName, keys: made.issuer, clock: () => made.clock.now }))
    const call = (origin: string) =>
      request(service).post('/orders').auth(session, { type: 'bearer' }).set('Origin', origin)
    const answer = await call(own)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ project: 'shop', session: { embedder: pageOrigin } })
    expect((await call(pageOrigin)).body).toMatchObject({ code: 'origin_not_allowed' })
    // A GET of the same origin has no Origin.
    expect((await request(service).get('/orders').auth(session, { type: 'bearer' })).status).toBe(200)
  })

  it('may use a token that is bound to the page around it', async () => {
    const assertion = mint({ claims: { origin: pageOrigin } })
    expect((await ask(embedded(), { embedder: pageOrigin, assertion })).status).toBe(200)
  })

  it('need not be listed by the project, and is not asked less where it is', async () => {
    const made = issuing({ ownOrigins: [own] }, {}, [shop([], { allowedOrigins: [own], keys: listing.keys })])
    expect((await ask(made)).body.code).toBe('origin_not_allowed')
    expect((await ask(made, { embedder: own })).status).toBe(200)
  })

  it.each([
    ['no embedder', {}, 'origin_missing', undefined],
    ['an empty one', { embedder: '' }, 'origin_missing', undefined],
    ['null', { embedder: 'null' }, 'origin_missing', undefined],
    ['what is no origin', { embedder: 'a\n{"type":"accepted"}' }, 'origin_missing', undefined],
    [
      'a page that is not listed',
      { embedder: 'https://evil.example' },
      'origin_not_of_project',
      'https://evil.example',
    ],
  ])('is refused with %s, and the token is not used up', async (_, form, reason, origin) => {
    const events: VerifierEvent[] = []
    const made = issuing({ ownOrigins: [own] }, { onEvent: (event) => events.push(event) }, [listing])
    const assertion = mint()
    const { status, body } = await ask(made, { assertion, ...form })
    expect([status, body]).toMatchObject([
      400,
      { error: 'invalid_grant', code: 'origin_not_allowed', retry: 'no' },
    ])
    expect(events).toMatchObject([{ face: 'exchange', signature: 'good', projectId: 'shop', reason }])
    expect(events[0]?.origin).toBe(origin)
    expect((await ask(made, { assertion, embedder: pageOrigin })).status).toBe(200)
  })

  it('learns what the form lacks', async () => {
    expect((await ask(embedded())).body.error_description).toMatch(
      /must send embedder: the origin of the page/,
    )
  })

  it('is not embedded by a project that lists no origins, and its token is not used up', async () => {
    const events: VerifierEvent[] = []
    const made = issuing({ ownOrigins: [own] }, { onEvent: (event) => events.push(event) })
    const assertion = mint()
    const { body } = await ask(made, { assertion, embedder: pageOrigin })
    expect(body).toMatchObject({ code: 'origin_not_allowed' })
    expect(events).toMatchObject([
      { reason: 'origin_not_of_project', cause: 'the project lists no origins, so no page may embed' },
    ])
    // The control: that project lets any page of a customer in.
    expect((await ask(made, { assertion }, pageOrigin)).status).toBe(200)
  })

  it('is refused by a strange token first', async () => {
    const { body } = await ask(embedded(), { assertion: mint({ signature: Buffer.alloc(64) }) })
    expect(body.code).toBe('token_not_verified')
  })
})

it('is refused, too, where a verifier of one’s own makes a context of its own', async () => {
  const inner = createVerifier(platform().options)
  const verifier = {
    ...inner,
    verify: (token: unknown, context = {}) => inner.verify(token, { ...context }),
  }
  const made = issuing({ ownOrigins: [own], verifier })
  for (const form of [{}, { embedder: pageOrigin }])
    expect((await ask(made, form)).body).toMatchObject({ code: 'origin_not_allowed' })
})

describe('the embedder is not looked at', () => {
  it.each([pageOrigin, 'https://evil.example', 'https://platform.example'])('from %s', async (origin) => {
    const made = issuing({ ownOrigins: [own] })
    const { status, body } = await ask(made, { embedder: 'null' }, origin)
    expect(status).toBe(200)
    const claims = decodeJwt(body.access_token as string)
    expect(claims.origin).toBe(origin)
    expect(claims).not.toHaveProperty('embedder')
    expect(made.events.at(-1)).not.toHaveProperty('embedder')
  })

  it('where the platform has no pages of its own', async () => {
    const { body } = await ask(issuing(), { embedder: pageOrigin })
    expect(decodeJwt(body.access_token as string)).not.toHaveProperty('embedder')
  })
})

it('a session whose embedder is no text is refused', async () => {
  const sessions = sessionsOf(embedded())
  const claims = { origin: own, embedder: pageOrigin }
  await expect(sessions.verify(mintSession({ claims }))).resolves.toMatchObject(claims)
  const odd = mintSession({ claims: { ...claims, embedder: [pageOrigin] } })
  await expect(sessions.verify(odd)).rejects.toMatchObject({ code: 'claim_invalid' })
})

it('issue takes the embedder in a route of one’s own', async () => {
  const verifier = createVerifier(platform().options)
  const { issuer } = issuing({ verifier })
  const context = { origin: own, embedder: pageOrigin }
  const { access_token } = await issuer.issue(await verifier.verify(mint()), context)
  expect(decodeJwt(access_token)).toMatchObject(context)
  await expect(
    issuer.issue(await verifier.verify(mint()), { ...context, embedder: `${pageOrigin}/` }),
  ).rejects.toThrow(/^issue: embedder must be an origin as browsers send it/)
})

it.each<[string, unknown, RegExp]>([
  [
    'a slash',
    [`${own}/`],
    /ownOrigins has an entry "https:\/\/portal\.platform\.example\/" that is no origin/,
  ],
  ['another case', ['https://PLATFORM.example'], /ownOrigins has an entry/],
  ['the port that goes without saying', [`${own}:443`], /ownOrigins has an entry/],
  ['null', ['null'], /ownOrigins has an entry "null" that is no origin/],
  ['a star', ['*'], /ownOrigins has an entry/],
  ['one origin without a list', own, /ownOrigins must be a list of origins/],
  ['an empty list', [], /ownOrigins must be a list of origins/],
  ['a variable that got lost', undefined, /ownOrigins is undefined/],
])('throws a TypeError for ownOrigins with %s', (_, ownOrigins, message) => {
  expect(() => issuing({ ownOrigins: ownOrigins as string[] })).toThrow(message)
})
