import { describe, expect, it } from '@jest/globals'
import type { KeyChallenge } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience, encode, kidOf, mint, now, signBytes } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { prove } from '../helpers/possession.js'

const { privateKey } = keyPair('ES256')
const verifier = verifierOf()
const challenge: KeyChallenge = {
  aud: audience,
  proj_id: 'shop',
  kid: kidOf('ES256'),
  alg: 'ES256',
  nonce: 'n'.repeat(43),
  exp: now + 100,
}

it('accepts the honest token', async () => {
  await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
})

it('a proof is not taken for a project token', async () => {
  const proof = await prove({ privateKey, challenge })
  await expectRefusal(verifier.verify(proof), 'token_type_not_allowed')
})

it.each(['project-key-proof+jwt', 'application/project-key-proof+jwt', 'PROJECT-KEY-PROOF+JWT'])(
  'not even when it has all that a project token has: %s',
  async (typ) => {
    await expectRefusal(verifier.verify(mint({ header: { typ } })), 'token_type_not_allowed')
  },
)

it('the type of a signed proof cannot be changed', async () => {
  const [, claims = '', signature = ''] = (await prove({ privateKey, challenge })).split('.')
  const header = encode(JSON.stringify({ alg: 'ES256', kid: kidOf('ES256'), typ: 'project-auth+jwt' }))
  await expectRefusal(
    verifier.verify([header, claims, signature].join('.')),
    'claim_missing',
    'The token lacks the claim iss.',
  )
  const whole = encode(JSON.stringify({ ...challenge, nonce: undefined, iss: 'shop', jti: 'x' }))
  await expectRefusal(verifier.verify([header, whole, signature].join('.')), 'token_not_verified')
})

describe('a platform that wants to have bytes of its choice signed', () => {
  const chosen = mint({ privateKey: keyPair('ES384').privateKey })
  const refusal = /^proveKeyPossession, challenge: (\w+ (must be|is missing)|unknown member)/

  it.each<[string, object]>([
    ['claims of a project token', { iss: 'shop', sub: 'shop', jti: 'x', iat: now }],
    ['a typ', { typ: 'project-auth+jwt' }],
    ['the header', { header: { typ: 'JWT' } }],
    ['__proto__', JSON.parse('{"__proto__":{"iss":"shop"},"x":1}') as object],
    ['a nonce that becomes claims when it is written', { nonce: { toJSON: () => ({ iss: 'shop' }) } }],
    ['a list', { aud: [audience, 'https://bank.example'] }],
    ['a long text', { nonce: 'x'.repeat(5000) }],
    ['control characters', { proj_id: 'shop"}\n{"' }],
    ['a number of its own making', { exp: { valueOf: () => 1 } }],
  ])('gets nothing for %s', async (_, members) => {
    const asked = prove({ privateKey, challenge: { ...challenge, ...members } })
    await expect(asked).rejects.toThrow(refusal)
  })

  it.each([
    ['a signing input', chosen.slice(0, chosen.lastIndexOf('.')).slice(0, 256)],
    ['JSON', '","iss":"shop","jti":"x'],
    ['SQL', "'; DROP TABLE keys --"],
  ])('gets %s as a value inside of a proof, which is good for nothing', async (_, nonce) => {
    const proof = await prove({ privateKey, challenge: { ...challenge, nonce } })
    const [header = '', claims = ''] = proof.split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'ES256',
      kid: kidOf('ES256'),
      typ: 'project-key-proof+jwt',
    })
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
      aud: audience,
      proj_id: 'shop',
      nonce,
      exp: now + 100,
    })
    await expectRefusal(verifier.verify(proof), 'token_type_not_allowed')
  })

  it('cannot use what a remote signer signs for it either', async () => {
    const inputs: string[] = []
    const remote = {
      alg: 'ES256' as const,
      kid: 'mine',
      sign: (data: Uint8Array) => {
        inputs.push(Buffer.from(data).toString())
        return signBytes('ES256', Buffer.from(data).toString(), privateKey)
      },
    }
    await prove({ privateKey: remote, challenge })
    expect(inputs).toHaveLength(1)
    const [header = ''] = inputs[0]?.split('.') ?? []
    expect(Buffer.from(header, 'base64url').toString()).toContain('"typ":"project-key-proof+jwt"')
  })
})
