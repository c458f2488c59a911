import { beforeEach, describe, expect, it } from '@jest/globals'
import { createVerifier, type VerifierEvent } from '../../lib/index.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { audience, encode, kidOf, mint, now, type Override } from '../helpers/mint.js'
import { platform, rival, rivalKeys, shop } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'

/** The shop has ended three of its keys. Their kids are public. */
const { publicJwk: jwk, privateKey: ofTheShop } = keyPair('ES256')
const ended = {
  revoked: { jwk, kid: 'revoked', revokedAt: now - 1000 },
  expired: { jwk, kid: 'expired', notAfter: now - 1000 },
  early: { jwk, kid: 'early', notBefore: now + 1000 },
}
const project = shop([], { keys: [{ jwk, kid: kidOf('ES256') }, ...Object.values(ended)] })
const { options, events } = platform({}, [project, rival])
const verifier = createVerifier(options)
beforeEach(() => {
  events.length = 0
})

/** What the platform hears of this token, which the caller is told nothing about. */
async function told(token: string): Promise<VerifierEvent | undefined> {
  await expectRefusal(verifier.verify(token), 'token_not_verified')
  return events.at(-1)
}

const stranger = makeKeyPair('ES256').privateKey
const unsigned = mint({ header: { kid: 'revoked' } }).split('.')

describe.each(Object.keys(ended))('a key that is %s', (kid) => {
  it.each<[string, Override]>([
    ['my own key', { privateKey: stranger }],
    ['the key of another customer', { privateKey: rivalKeys.privateKey }],
    ['a signature of nothing but ones', { signature: Buffer.alloc(64, 1) }],
    ['a signature of zeros', { signature: Buffer.alloc(64) }],
    ['a changed signature', { signature: (honest) => Buffer.from(honest).reverse() }],
  ])('is not in use because I name it over %s', async (_, override) => {
    const event = await told(mint({ ...override, header: { kid } }))
    expect(event).toMatchObject({ reason: 'signature_bad', signature: 'bad', unverifiedKid: kid })
    for (const name of ['projectId', 'kid', 'jti', 'issuedAt', 'revokedAt']) {
      expect(event).not.toHaveProperty(name)
    }
  })

  it('is in use when its holder signs, and only then: the control', async () => {
    const event = await told(mint({ privateKey: ofTheShop, header: { kid }, claims: { jti: `by-${kid}` } }))
    expect(event).toMatchObject({ signature: 'good', projectId: 'shop', kid, jti: `by-${kid}` })
  })
})

it('is not in use because I put my claims under a signature of its holder', async () => {
  const [header = '', , signature = ''] = unsigned
  const claims = { iss: 'shop', aud: audience, proj_id: 'shop', jti: 'mine', iat: now, exp: now + 100 }
  const event = await told([header, encode(JSON.stringify(claims)), signature].join('.'))
  expect(event).toMatchObject({ reason: 'signature_bad', signature: 'bad' })
})

it('is not in use at a customer whose kid has the same name', async () => {
  const event = await told(mint({ header: { kid: 'revoked' }, claims: { proj_id: 'rival', sub: 'rival' } }))
  expect(event).toMatchObject({ reason: 'key_unknown', signature: 'unchecked', unverifiedProjectId: 'rival' })
})

it.each<[string, Override]>([
  ['claims that are refused first', { header: { kid: 'revoked' }, claims: { aud: 'https://other.example' } }],
  ['a token that has expired', { header: { kid: 'revoked' }, claims: { iat: now - 99, exp: now - 50 } }],
  ['an algorithm that is not that of the key', { alg: 'EdDSA', header: { kid: 'revoked' } }],
])('leaves the signature unchecked and the names unverified for %s', async (_, override) => {
  await expect(
    verifier.verify(mint({ privateKey: keyPair(override.alg ?? 'ES256').privateKey, ...override })),
  ).rejects.toMatchObject({ status: 401 })
  expect(events).toMatchObject([{ signature: 'unchecked', unverifiedKid: 'revoked' }])
  for (const name of ['projectId', 'kid', 'jti']) expect(events[0]).not.toHaveProperty(name)
})

it('cannot choose the id under which the platform looks for me', async () => {
  const ids = new Set<string>()
  for (let at = 0; at < 20; at++) {
    const event = await told(
      mint({ header: { kid: 'revoked', id: 'mine' }, claims: { id: 'mine', jti: 'mine' } }),
    )
    ids.add(event?.id ?? '')
  }
  expect(ids.size).toBe(20)
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/)
})

describe('a replayed token', () => {
  it('is told of under the names that were verified, whoever presents it', async () => {
    const token = mint({ claims: { jti: 'once' } })
    await verifier.verify(token)
    await expectRefusal(verifier.verify(token), 'token_replayed')
    expect(events).toMatchObject([
      { type: 'accepted', projectId: 'shop', jti: 'once' },
      { reason: 'token_replayed', signature: 'good', projectId: 'shop', kid: kidOf('ES256'), jti: 'once' },
    ])
    expect(events[1]).not.toHaveProperty('unverifiedProjectId')
  })

  it('is not what a stranger can make of the id of another', async () => {
    await verifier.verify(mint({ claims: { jti: 'theirs' } }))
    await told(mint({ claims: { jti: 'theirs' }, privateKey: stranger }))
    expect(events.at(-1)).toMatchObject({ reason: 'signature_bad', signature: 'bad' })
    expect(events.at(-1)).not.toHaveProperty('jti')
  })
})
