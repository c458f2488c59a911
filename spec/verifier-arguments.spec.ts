import { describe, expect, it } from '@jest/globals'
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
    [{ tokenFrom: 'header' }, "authenticate: tokenFrom must be a list of 'header' and 'body'"],
    [{ tokenFrom: [] }, "authenticate: tokenFrom must be a list of 'header' and 'body'"],
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
