import { describe, expect, it } from '@jest/globals'
import {
  createVerifier,
  StoreError,
  type AlgorithmName,
  type KeyStore,
  type ReplayStore,
  type RequestLike,
  type VerifierOptions,
} from '../lib/index.js'
import { rejection } from './helpers/rejection.js'
import { descriptionOf, expectRefusal, otherAudience, type Code } from './helpers/refusals.js'
import { keyPair } from './helpers/keys.js'
import { audience, kidOf, mint, now } from './helpers/mint.js'
import { platform, shop, verifierOf } from './helpers/platform.js'
import { recordedStores } from './helpers/recorded-stores.js'

const requestWith = (token: string, origin?: string): RequestLike => ({
  headers: { authorization: `Bearer ${token}`, ...(origin !== undefined && { origin }) },
})

it('says who called, and what the token said', async () => {
  const authentication = await verifierOf().verify(mint({ claims: { jti: 'use-a', scope: 'portal:read' } }))
  expect(authentication).toEqual({
    project: expect.objectContaining({ id: 'shop', issuer: 'shop', suspended: false }) as unknown,
    projectToken: {
      header: { alg: 'ES256', kid: 'key-es256', typ: 'project-auth+jwt' },
      claims: {
        iss: 'shop',
        sub: 'shop',
        aud: audience,
        proj_id: 'shop',
        jti: 'use-a',
        iat: now - 10,
        exp: now + 110,
        scope: 'portal:read',
      },
      scopes: ['portal:read'],
      kid: 'key-es256',
    },
  })
})

describe('algorithms', () => {
  const byDefault = ['ES256', 'RS256', 'PS256', 'EdDSA']
  const byName = ['ES384', 'ES512', 'RS384', 'RS512', 'PS384', 'PS512']

  it.each(byDefault)('%s is accepted by default', async (alg) => {
    const verifier = verifierOf({}, [shop([alg])])
    await expect(verifier.verify(mint({ alg }))).resolves.toMatchObject({ projectToken: { header: { alg } } })
  })

  it.each(byName)('%s is accepted only where it is named', async (alg) => {
    const token = mint({ alg })
    await expectRefusal(verifierOf({}, [shop([alg])]).verify(token), 'algorithm_not_allowed')
    const named = verifierOf({ algorithms: [alg as AlgorithmName] }, [shop([alg])])
    await expect(named.verify(token)).resolves.toMatchObject({ projectToken: { kid: kidOf(alg) } })
  })

  it('of the default list are refused where others are named', async () => {
    const verifier = verifierOf({ algorithms: ['RS256'] }, [shop(['ES256', 'RS256'])])
    await expectRefusal(verifier.verify(mint()), 'algorithm_not_allowed')
    await expect(verifier.verify(mint({ alg: 'RS256' }))).resolves.toBeDefined()
  })

  describe('of Ed25519 have two names', () => {
    const { privateKey, publicJwk: jwk } = keyPair('EdDSA')
    const kid = 'key-ed'
    const names = ['EdDSA', 'Ed25519'] as const
    const cases = names.flatMap((inToken) =>
      names.flatMap((inKey) => names.map((inOption) => [inToken, inKey, inOption] as const)),
    )

    it.each(cases)('%s in the token, %s in the key, %s in the option', async (inToken, inKey, inOption) => {
      const projects = [shop([], { keys: [{ jwk, kid, alg: inKey }] })]
      const token = mint({ alg: inToken, privateKey, header: { kid } })
      await expect(verifierOf({ algorithms: [inOption] }, projects).verify(token)).resolves.toMatchObject({
        projectToken: { header: { alg: inToken }, kid },
      })
    })
  })
})

it.each([['JWT'], [undefined]])(
  'accepts a token of five claims, without iat, whose typ is %j',
  async (typ) => {
    const token = mint({ header: { typ }, claims: { iat: undefined, sub: undefined } })
    const { projectToken } = await verifierOf().verify(token)
    expect(Object.keys(projectToken.claims).sort()).toEqual(['aud', 'exp', 'iss', 'jti', 'proj_id'])
    const strict = verifierOf({ typ: 'project-auth+jwt' })
    await expectRefusal(strict.verify(mint({ header: { typ } })), 'token_type_not_allowed')
  },
)

describe('a store that cannot tell', () => {
  const failing = (thrown: unknown): Partial<VerifierOptions>[] => {
    const fail = () => {
      throw thrown
    }
    const reject = () => rejection(thrown)
    return [
      { keyStore: { find: fail } },
      { keyStore: { find: reject } },
      { replayStore: { consume: fail } },
      { replayStore: { consume: reject } },
    ]
  }

  it.each([[new Error('gone')], [new TypeError('a defect')], ['text'], [undefined]])(
    'is an outage when it throws %p',
    async (thrown) => {
      for (const stores of failing(thrown)) {
        await expectRefusal(verifierOf(stores).verify(mint()), 'store_unavailable')
      }
    },
  )

  it.each(['store_unavailable', 'replay_store_full'] as const)(
    'may say %s, with headers for the answer',
    async (code) => {
      for (const stores of failing(new StoreError(code))) {
        const outcome = verifierOf(stores).verify(mint())
        await expectRefusal(outcome, code)
        await expect(outcome).rejects.toMatchObject({
          headers: { 'Cache-Control': 'no-store', 'Retry-After': '5' },
        })
      }
    },
  )

  it('lets nobody in with rubbish', async () => {
    const rubbish: unknown[] = [true, 1, 'key', {}, [], { kid: 'key-es256', project: { id: 'shop' } }]
    for (const answer of rubbish) {
      const keyStore: KeyStore = { find: () => answer as undefined }
      await expectRefusal(verifierOf({ keyStore }).verify(mint()), 'store_unavailable')
    }
    for (const answer of [undefined, null, 1, 'OK', {}, []]) {
      const replayStore: ReplayStore = { consume: () => answer as boolean }
      await expectRefusal(verifierOf({ replayStore }).verify(mint()), 'store_unavailable')
    }
  })
})

describe('what only the verifier knows', () => {
  it('is in a refusal: its realm, and the time by its clock', async () => {
    const { options, clock } = platform({ realm: 'embedded portal' })
    clock.now = now + 60.5
    const outcome = createVerifier(options).verify('rubbish')
    await expect(outcome).rejects.toMatchObject({
      code: 'token_malformed',
      serverTime: now + 60.5,
      challenge: `Bearer realm="embedded portal", error="invalid_token", error_description="${descriptionOf('token_malformed')}"`,
    })
  })

  it('is one reading of the clock, for all steps of a token', async () => {
    let readings = 0
    const clock = () => {
      readings++
      return now
    }
    await verifierOf({ clock }).verify(mint())
    expect(readings).toBe(1)
  })
})

describe('one request that is authenticated twice', () => {
  const limited = shop(['ES256'], { allowedOrigins: ['https://shop.example'] })

  it('consumes its token once, asks for the key once, and is told of once', async () => {
    const { options: plain, events } = platform()
    const { options, calls } = recordedStores(plain)
    const verifier = createVerifier(options)
    const request = requestWith(mint({ claims: { jti: 'use-d' } }))
    const first = await verifier.authenticate(request)
    await expect(verifier.authenticate(request)).resolves.toEqual(first)
    await expect(createVerifier(options).authenticate(request)).resolves.toEqual(first)
    expect(calls).toEqual(['find shop key-es256', 'consume shop use-d'])
    expect(events).toEqual([expect.objectContaining({ type: 'accepted' })])
  })

  it('consumes its token once when both come at once', async () => {
    const { options, calls } = recordedStores(platform().options)
    const verifier = createVerifier(options)
    const request = requestWith(mint({ claims: { jti: 'use-e' } }))
    await Promise.all([verifier.authenticate(request), verifier.authenticate(request)])
    expect(calls).toEqual(['find shop key-es256', 'consume shop use-e'])
  })

  it('is held to the rules of the second call too', async () => {
    const { options, clock } = platform({}, [limited])
    const request = requestWith(mint(), 'https://shop.example')
    await createVerifier(options).authenticate(request)
    const stricter: [Partial<VerifierOptions>, Code, string?][] = [
      [{ audience: 'https://admin.example' }, 'audience_mismatch', otherAudience('https://admin.example')],
      [{ maxLifetime: 100 }, 'token_lifetime_too_long'],
      [{ algorithms: ['RS256'] }, 'algorithm_not_allowed'],
      [{ maxTokenLength: 10 }, 'request_malformed', 'The token is longer than is accepted here.'],
    ]
    for (const [override, code, description] of stricter) {
      const second = createVerifier({ ...options, ...override })
      await expectRefusal(second.authenticate(request), code, description)
    }
    clock.now = now + 120
    await expectRefusal(createVerifier(options).authenticate(request), 'token_expired')
    clock.now = now
    await expect(
      createVerifier(options).authenticate(request, { scope: ['portal:admin'] }),
    ).rejects.toMatchObject({ code: 'scope_insufficient', status: 403 })
    await expect(createVerifier(options).authenticate(request)).resolves.toBeDefined()
  })

  it('consumes anew where the second call has another replay store', async () => {
    const { options } = platform()
    const other = platform().options.replayStore
    const request = requestWith(mint())
    await createVerifier(options).authenticate(request)
    await createVerifier({ ...options, replayStore: other }).authenticate(request)
    const copy = { ...request }
    await expectRefusal(
      createVerifier({ ...options, replayStore: other }).authenticate(copy),
      'token_replayed',
    )
  })

  it('is not another request that carries the same token', async () => {
    const verifier = verifierOf()
    const token = mint()
    await verifier.authenticate(requestWith(token))
    await expectRefusal(verifier.authenticate(requestWith(token)), 'token_replayed')
    await expectRefusal(verifier.verify(token), 'token_replayed')
  })

  it('may be refused first and accepted then: a refusal is not remembered', async () => {
    const verifier = verifierOf({}, [limited])
    const token = mint()
    const request = { headers: { ...requestWith(token).headers, origin: 'https://evil.example' } }
    await expectRefusal(verifier.authenticate(request), 'origin_not_allowed')
    request.headers.origin = 'https://shop.example'
    await expect(verifier.authenticate(request)).resolves.toBeDefined()
  })
})

it('does not let one caller change what the next one sees', async () => {
  const verifier = verifierOf()
  const { project, projectToken } = await verifier.verify(mint())
  expect(() => Object.assign(project, { id: 'rival' })).toThrow(TypeError)
  expect(() => Object.assign(projectToken.header, { kid: 'other' })).toThrow(TypeError)
  expect(() => (projectToken.scopes as string[]).push('portal:admin')).toThrow(TypeError)
  await expect(verifier.verify(mint())).resolves.toMatchObject({
    project: { id: 'shop' },
    projectToken: { kid: kidOf('ES256'), scopes: ['portal:read', 'portal:write'] },
  })
})
