import { describe, expect, it } from '@jest/globals'
import type { RequestLike, VerifyContext } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { expectRefusal, noOrigin } from '../helpers/refusals.js'

const home = 'https://shop.example'
const allowed = [shop(['ES256'], { allowedOrigins: [home] })]
const mistake = new TypeError(
  'verify: origin must be the Origin header of the request, a string; null or undefined when there was none',
)

const odd: [what: string, origin: unknown][] = [
  ['a list', [home]],
  ['a list of two', [home, 'https://evil.example']],
  ['an empty list', []],
  ['a URL', new URL(home)],
  ['a String object', new String(home)],
  ['an object that turns into it', { toString: () => home }],
  ['a number', 1],
  ['zero', 0],
  ['true', true],
  ['false', false],
  ['a function', () => home],
  ['a symbol', Symbol(home)],
  ['bytes', Buffer.from(home)],
]

const rules: [name: string, verifier: () => ReturnType<typeof verifierOf>][] = [
  ['allowedOrigins', () => verifierOf({}, allowed)],
  ['requireOrigin', () => verifierOf({ requireOrigin: true })],
  ['both', () => verifierOf({ requireOrigin: true }, allowed)],
  ['neither', () => verifierOf()],
]

describe.each(rules)('with %s', (_rule, make) => {
  it.each(odd)(
    '%s in place of the Origin is a mistake of who calls, and burns no token',
    async (_, origin) => {
      const verifier = make()
      const token = mint()
      await expect(verifier.verify(token, { origin } as VerifyContext)).rejects.toEqual(mistake)
      await expect(verifier.verify(token, { origin: home })).resolves.toMatchObject({
        project: { id: 'shop' },
      })
      await expectRefusal(verifier.verify(token, { origin: home }), 'token_replayed')
    },
  )
})

describe('a request that another framework made', () => {
  const requestWith = (origin: unknown, rest: Partial<RequestLike> = {}): RequestLike => ({
    headers: { authorization: `Bearer ${mint()}`, origin: origin as string },
    ...rest,
  })
  const guarded = () => verifierOf({ requireOrigin: true }, allowed)

  it.each(odd.slice(1))('is malformed with %s as its Origin', async (_, origin) => {
    await expect(guarded().authenticate(requestWith(origin))).rejects.toMatchObject({
      code: 'request_malformed',
    })
    // Whatever the raw headers say: what is looked at is what counts.
    const rawHeaders = ['Origin', home]
    await expect(guarded().authenticate(requestWith(origin, { rawHeaders }))).rejects.toMatchObject({
      code: 'request_malformed',
    })
  })

  it('may have it in a list of one', async () => {
    await expect(guarded().authenticate(requestWith([home]))).resolves.toBeDefined()
    await expect(guarded().authenticate(requestWith(home))).resolves.toBeDefined()
    await expectRefusal(guarded().authenticate(requestWith(['https://evil.example'])), 'origin_not_allowed')
    await expectRefusal(guarded().authenticate(requestWith(undefined)), 'origin_not_allowed', noOrigin)
  })

  it.each([[[7]], [[undefined]], [{}], [7]])(
    'is malformed with %j as its Authorization',
    async (authorization) => {
      const headers = { authorization } as unknown as RequestLike['headers']
      await expect(verifierOf().authenticate({ headers })).rejects.toMatchObject({
        code: 'request_malformed',
      })
    },
  )

  it('may have its Authorization in a list of one', async () => {
    const headers = { authorization: [`Bearer ${mint()}`] }
    await expect(verifierOf().authenticate({ headers })).resolves.toBeDefined()
  })
})

it('a list of scopes with nothing in it asks for nothing, and is a mistake', async () => {
  const scope = new Array<string>(1)
  const wrong = new TypeError('verify: scope must be a scope name or a list of them')
  await expect(verifierOf().verify(mint(), { scope })).rejects.toEqual(wrong)
})

it('a list of scopes that is emptied while the token is verified asks for what it did', async () => {
  const scope = ['portal:admin']
  const answer = verifierOf().verify(mint(), { scope })
  scope.length = 0
  await expect(answer).rejects.toMatchObject({ code: 'scope_insufficient' })
})
