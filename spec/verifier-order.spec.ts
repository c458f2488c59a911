import { describe, expect, it } from '@jest/globals'
import { createVerifier, type ProjectWithKeys, type ReplayStore } from '../lib/index.js'
import {
  descriptionOf,
  expectRefusal,
  invalidClaim,
  missingClaim,
  noOrigin,
  type Code,
} from './helpers/refusals.js'
import { makeKeyPair } from './helpers/keys.js'
import { audience, mint, now, type Override } from './helpers/mint.js'
import { platform, rival, shop, verifierOf } from './helpers/platform.js'
import { recordedStores } from './helpers/recorded-stores.js'

/** A code, and its text where that is a particular one. */
type Answer = [code: Code, description?: string]

const unregisteredKey = makeKeyPair('ES256').privateKey

describe('the order of the steps', () => {
  /** Each is refused by step 2 or 3, from the token and the clock alone. */
  const cheap: [string, Override, ...Answer][] = [
    ['alg', { header: { alg: 'HS256' } }, 'algorithm_not_allowed'],
    ['typ', { header: { typ: 'at+jwt' } }, 'token_type_not_allowed'],
    ['signature length', { signature: Buffer.alloc(63, 1) }, 'token_malformed'],
    ['duplicate member', { claimsText: '{"a":1,"a":2}' }, 'token_malformed'],
    ['missing jti', { claims: { jti: undefined } }, 'claim_missing', missingClaim('jti')],
    ['empty jti', { claims: { jti: '' } }, 'claim_invalid', invalidClaim('jti')],
    ['aud', { claims: { aud: 'https://other.example' } }, 'audience_mismatch'],
    ['past exp', { claims: { iat: now - 20, exp: now - 10 } }, 'token_expired'],
    ['future iat', { claims: { iat: now + 11 } }, 'token_not_active'],
    ['far exp', { claims: { exp: now + 400 } }, 'token_lifetime_too_long'],
  ]

  it.each(cheap)('asks no store about a token with a wrong %s', async (_, override, ...answer) => {
    const { options, calls } = recordedStores(platform().options)
    await expectRefusal(createVerifier(options).verify(mint(override)), ...answer)
    expect(calls).toEqual([])
  })

  it('asks no store about a request without one token', async () => {
    const { options, calls } = recordedStores(platform().options)
    const verifier = createVerifier(options)
    await expectRefusal(verifier.authenticate({ headers: {} }), 'credentials_missing')
    await expectRefusal(
      verifier.verify(mint().padEnd(4097, 'A')),
      'request_malformed',
      'The token is longer than is accepted here.',
    )
    expect(calls).toEqual([])
  })

  const expensive: [string, Override, ...Answer][] = [
    ['unknown kid', { header: { kid: 'unknown' } }, 'token_not_verified'],
    ['foreign signature', { privateKey: unregisteredKey }, 'token_not_verified'],
    [
      'foreign signature and iss',
      { privateKey: unregisteredKey, claims: { iss: 'rival' } },
      'token_not_verified',
    ],
    ['iss', { claims: { iss: 'rival' } }, 'issuer_mismatch'],
    ['origin', { claims: { origin: 'https://shop.example' } }, 'origin_not_allowed', noOrigin],
  ]

  it.each(expensive)(
    'asks for the key and consumes nothing of a token with a wrong %s',
    async (_, override, ...answer) => {
      const { options, calls } = recordedStores(platform().options)
      const { kid = 'key-es256' } = (override.header ?? {}) as { kid?: string }
      await expectRefusal(createVerifier(options).verify(mint(override)), ...answer)
      expect(calls).toEqual([`find shop ${kid}`])
    },
  )

  it('asks for the key, then consumes, for a token that is good', async () => {
    const { options, calls } = recordedStores(platform().options)
    const verifier = createVerifier(options)
    await verifier.verify(mint({ claims: { jti: 'use-b' } }))
    expect(calls).toEqual(['find shop key-es256', 'consume shop use-b'])
  })

  it('verifies the signature before it looks at what only the project can tell', async () => {
    const { options, calls } = recordedStores(platform({}, [shop(['ES256'], { suspended: true })]).options)
    const verifier = createVerifier(options)
    await expectRefusal(verifier.verify(mint({ privateKey: unregisteredKey })), 'token_not_verified')
    await expectRefusal(verifier.verify(mint()), 'project_suspended')
    expect(calls).toEqual(['find shop key-es256', 'find shop key-es256'])
  })

  it('refuses a token that is wrong in every way for the cheapest reason, and for the next when that is mended', async () => {
    const { options } = platform({}, [shop(['ES256'], { suspended: true, allowedOrigins: [] }), rival])
    const verifier = createVerifier(options)
    const origin = 'https://evil.example'
    const wrong = { aud: 'https://other.example', jti: '', iat: now - 500, exp: now - 10, iss: 'rival' }
    const bad: Override = {
      header: { alg: 'none', typ: 'at+jwt', kid: '' },
      claims: wrong,
      privateKey: unregisteredKey,
    }
    const mended: [Code, Override, string?][] = [
      ['algorithm_not_allowed', bad],
      ['token_type_not_allowed', { ...bad, header: { typ: 'at+jwt', kid: '' } }],
      [
        'token_malformed',
        { ...bad, header: { kid: '' } },
        'The header of the token needs a kid of 1 to 256 characters.',
      ],
      ['audience_mismatch', { ...bad, header: {} }],
      [
        'claim_invalid',
        { claims: { ...wrong, aud: audience }, privateKey: unregisteredKey },
        invalidClaim('jti'),
      ],
      ['token_expired', { claims: { ...wrong, aud: audience, jti: 'use-c' }, privateKey: unregisteredKey }],
      [
        'token_lifetime_too_long',
        { claims: { iss: 'rival', iat: now - 500, exp: now + 10 }, privateKey: unregisteredKey },
      ],
      ['token_not_verified', { claims: { iss: 'rival' }, privateKey: unregisteredKey }],
      ['issuer_mismatch', { claims: { iss: 'rival' } }],
      ['project_suspended', {}],
    ]
    for (const [code, override, description] of mended) {
      await expectRefusal(verifier.verify(mint(override), { origin }), code, description)
    }
    const open = createVerifier(platform({}, [shop(['ES256'], { allowedOrigins: [] })]).options)
    await expectRefusal(open.verify(mint(), { origin }), 'origin_not_allowed')
    await expect(open.verify(mint())).resolves.toBeDefined()
  })
})

describe('a jti', () => {
  const limited: ProjectWithKeys = shop(['ES256'], { allowedOrigins: ['https://shop.example'] })
  const { options } = platform({}, [limited, rival])
  const verifier = createVerifier(options)
  const claims = { jti: 'precious' }
  const burning: [string, Override, ...Answer][] = [
    ['of another algorithm', { header: { alg: 'none' }, claims }, 'algorithm_not_allowed'],
    ['of another type', { header: { typ: 'at+jwt' }, claims }, 'token_type_not_allowed'],
    ['with a short signature', { signature: Buffer.alloc(1), claims }, 'token_malformed'],
    ['without iss', { claims: { ...claims, iss: undefined } }, 'claim_missing', missingClaim('iss')],
    ['with a wrong scope', { claims: { ...claims, scope: '' } }, 'claim_invalid', invalidClaim('scope')],
    ['for somebody else', { claims: { ...claims, aud: 'https://other.example' } }, 'audience_mismatch'],
    ['that has expired', { claims: { ...claims, iat: now - 20, exp: now - 10 } }, 'token_expired'],
    ['that is not active', { claims: { ...claims, nbf: now + 11 } }, 'token_not_active'],
    ['that lives too long', { claims: { ...claims, exp: now + 400 } }, 'token_lifetime_too_long'],
    ['of an unknown key', { header: { kid: 'unknown' }, claims }, 'token_not_verified'],
    ['that another key signed', { privateKey: unregisteredKey, claims }, 'token_not_verified'],
    ['of another issuer', { claims: { ...claims, iss: 'rival' } }, 'issuer_mismatch'],
    [
      'for another origin',
      { claims: { ...claims, origin: 'https://www.shop.example' } },
      'origin_not_allowed',
    ],
  ]

  it.each(burning)('is not consumed by a refused token %s', async (_, override, ...answer) => {
    const own = createVerifier({ ...options, replayStore: platform().options.replayStore })
    const origin = 'https://shop.example'
    await expectRefusal(own.verify(mint(override), { origin }), ...answer)
    await expect(own.verify(mint({ claims }), { origin })).resolves.toBeDefined()
    await expectRefusal(own.verify(mint({ claims }), { origin }), 'token_replayed')
  })

  it('is not consumed where the request is refused, and works from the right origin afterwards', async () => {
    const token = mint()
    await expectRefusal(verifier.verify(token, { origin: 'https://evil.example' }), 'origin_not_allowed')
    await expect(
      verifier.verify(token, { origin: 'https://shop.example', scope: ['portal:admin'] }),
    ).rejects.toMatchObject({
      code: 'scope_insufficient',
      status: 403,
      challenge: `Bearer realm="reverse-jwt", error="insufficient_scope", error_description="${descriptionOf('scope_insufficient')}", scope="portal:admin"`,
    })
    await expect(verifier.verify(token, { origin: 'https://shop.example' })).resolves.toBeDefined()
  })

  it('is not consumed while a store cannot tell', async () => {
    let broken = true
    const { replayStore } = platform().options
    const flaky: ReplayStore = {
      consume: (use) => (broken ? Promise.reject(new Error('gone')) : replayStore.consume(use)),
    }
    const own = verifierOf({ replayStore: flaky })
    const token = mint()
    await expectRefusal(own.verify(token), 'store_unavailable')
    broken = false
    await expect(own.verify(token)).resolves.toBeDefined()
    await expectRefusal(own.verify(token), 'token_replayed')
  })
})
