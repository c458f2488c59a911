import { describe, expect, it, jest } from '@jest/globals'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { projectOf, reverseJwt, type Verifier } from '../lib/index.js'
import { mint } from './helpers/mint.js'
import { shop, verifierOf } from './helpers/platform.js'

describe('the second argument', () => {
  const from = { id: 'shop', allowedOrigins: ['https://shop.example'] }
  const guarded = () => verifierOf({}, [shop(['ES256'], from)])

  it.each([
    [
      { Origin: 'https://evil.example' },
      'verify: unknown member of the context "Origin". Did you mean "origin"?',
    ],
    [{ scopes: ['portal:admin'] }, 'verify: unknown member of the context "scopes". Did you mean "scope"?'],
    [{ headers: {} }, 'verify: unknown member of the context "headers". Known: origin, scope.'],
    ['https://evil.example', 'verify takes an object; each member of the context has a name: origin, scope'],
    [{ scope: [] }, 'verify: scope must be a scope name or a list of them'],
  ])('of verify is refused when it is %j: a misspelled check would never run', async (context, sentence) => {
    await expect(guarded().verify(mint(), context as object)).rejects.toEqual(new TypeError(sentence))
  })

  it.each([
    [{ scopes: ['portal:admin'] }, 'authenticate: unknown rule "scopes". Did you mean "scope"?'],
    [{ tokenFrom: 'header' }, "authenticate: tokenFrom must be a list of 'header' or 'body' or both"],
    [{ tokenFrom: [] }, "authenticate: tokenFrom must be a list of 'header' or 'body' or both"],
  ])('of authenticate is refused when it is %j', async (rules, sentence) => {
    const request = { method: 'GET', url: '/', headers: { authorization: `Bearer ${mint()}` } }
    await expect(guarded().authenticate(request, rules as object)).rejects.toEqual(new TypeError(sentence))
  })

  it('may have one scope as text', async () => {
    await expect(verifierOf().verify(mint(), { scope: 'portal:read' })).resolves.toBeDefined()
    await expect(verifierOf().verify(mint(), { scope: 'portal:admin' })).rejects.toMatchObject({
      code: 'scope_insufficient',
    })
  })
})

it.each([{}, { scope: 'portal:read' }, { tokenFrom: ['body'] as const }])(
  'a face hands a verifier of another make rules that it can hand on, as they are or copied: %j',
  async (own) => {
    const inner = verifierOf()
    const copying: Verifier = {
      verify: (token, context) => inner.verify(token, context),
      authenticate: (request, rules) => inner.authenticate(request, { ...rules }),
    }
    const next = jest.fn()
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const token = mint()
    const request = {
      method: 'POST',
      url: '/',
      headers: own.tokenFrom === undefined ? { authorization: `Bearer ${token}` } : form,
      body: { access_token: own.tokenFrom && token },
    }
    await new Promise<void>((resolve) => {
      reverseJwt({ verifier: copying, ...own })(
        request,
        new ServerResponse(new IncomingMessage(new Socket())),
        (error) => {
          next(error)
          resolve()
        },
      )
    })
    expect(next.mock.calls).toEqual([[undefined]])
    expect(projectOf(request)).toMatchObject({ id: 'shop' })
  },
)
