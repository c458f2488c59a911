import { describe, expect, it } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { sign } from 'node:crypto'
import { proveKeyPossession, type KeyChallenge, type KeySetChallenge } from '../../lib/customer/index.js'
import { thumbprint } from '../../lib/jwk/thumbprint.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { audience, now, signBytes } from '../helpers/mint.js'
import { prove } from '../helpers/possession.js'
import { pkcs8Of } from '../helpers/private-key-forms.js'

const challenge: KeyChallenge = {
  aud: audience,
  proj_id: 'shop',
  kid: 'key-1',
  alg: 'ES256',
  nonce: 'n'.repeat(43),
  exp: now + 600,
}
const { privateKey, publicKey } = keyPair('ES256')

describe('proveKeyPossession', () => {
  it('signs the four claims of the challenge and nothing else', async () => {
    const proof = await prove({ privateKey, challenge })
    expect(decodeProtectedHeader(proof)).toEqual({ alg: 'ES256', kid: 'key-1', typ: 'project-key-proof+jwt' })
    expect(decodeJwt(proof)).toEqual({
      aud: audience,
      proj_id: 'shop',
      nonce: 'n'.repeat(43),
      exp: now + 600,
    })
    await jwtVerify(proof, publicKey, { currentDate: new Date(now * 1000) })
  })

  it.each([
    ['PEM', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string],
    ['a JWK with a kid of its own', { ...privateKey.export({ format: 'jwk' }), kid: 'mine' }],
    [
      'a remote signer with a kid of its own',
      {
        alg: 'ES256',
        kid: 'mine',
        sign: (data: Uint8Array) => signBytes('ES256', Buffer.from(data).toString(), privateKey),
      },
    ],
  ] as const)('takes %s, and speaks of the key by the name that the platform gave it', async (_, key) => {
    const proof = await prove({ privateKey: key, challenge })
    expect(decodeProtectedHeader(proof)).toMatchObject({ kid: 'key-1' })
    await jwtVerify(proof, publicKey, { currentDate: new Date(now * 1000) })
  })

  it.each([
    ['RS256', undefined],
    ['PS256', 'PS256'],
    ['EdDSA', 'EdDSA'],
  ] as const)('signs with %s when the challenge says %s', async (alg, said) => {
    const pair = makeKeyPair(alg)
    const asked: KeyChallenge = { ...challenge, ...(said !== undefined && { alg: said }) }
    if (said === undefined) Reflect.deleteProperty(asked, 'alg')
    const proof = await prove({ privateKey: pair.privateKey, challenge: asked })
    expect(decodeProtectedHeader(proof)).toMatchObject({ alg })
  })

  it.each([
    [
      { aud: '' },
      'proveKeyPossession, challenge: aud must be a string of 1 to 256 characters, not blank, without control characters',
    ],
    [
      { aud: ['a'] },
      'proveKeyPossession, challenge: aud must be a string of 1 to 256 characters, not blank, without control characters',
    ],
    [
      { proj_id: { toJSON: () => 'x' } },
      'proveKeyPossession, challenge: proj_id must be a string of 1 to 256 characters, not blank, without control characters',
    ],
    [
      { kid: undefined },
      'proveKeyPossession, challenge: kid is missing: give the challenge as it came from the platform',
    ],
    [
      { nonce: 'n'.repeat(257) },
      'proveKeyPossession, challenge: nonce must be a string of 1 to 256 characters, not blank, without control characters',
    ],
    [{ exp: '1' }, 'proveKeyPossession, challenge: exp must be a number, epoch seconds'],
    [{ exp: Infinity }, 'proveKeyPossession, challenge: exp must be a number, epoch seconds'],
    [{ alg: 'HS256' }, /^proveKeyPossession, challenge: alg must be one of ES256, /],
    [{ alg: 'RS256' }, 'proveKeyPossession: privateKey is not a key for RS256'],
    [{ iss: 'shop' }, /^proveKeyPossession, challenge: unknown member "iss"/],
    [{ iat: 1 }, /^proveKeyPossession, challenge: unknown member "iat"/],
    [{ jti: 'x' }, /^proveKeyPossession, challenge: unknown member "jti"/],
  ])('does not sign a challenge with %j', async (members, message) => {
    const proof = prove({ privateKey, challenge: { ...challenge, ...members } as never })
    await expect(proof).rejects.toThrow(typeof message === 'string' ? new TypeError(message) : message)
  })

  it.each([
    [
      undefined,
      'proveKeyPossession: privateKey is undefined or empty; is the variable or file that should hold it there?',
    ],
    [
      '',
      'proveKeyPossession: privateKey is undefined or empty; is the variable or file that should hold it there?',
    ],
    [
      publicKey,
      'proveKeyPossession: privateKey holds a public key; signing needs the private half, which was made together with it',
    ],
    [
      { alg: 'RS256', kid: 'x', sign: (data: Uint8Array) => sign('sha256', data, privateKey) },
      'proveKeyPossession: alg is not the alg of the remote signer',
    ],
  ])('does not sign with %p', async (key, message) => {
    await expect(prove({ privateKey: key, challenge })).rejects.toThrow(new TypeError(message))
  })

  it('takes no other option', async () => {
    const options = { privateKey, challenge, audience, projectId: 'shop', kid: 'x' }
    await expect(proveKeyPossession(options)).rejects.toThrow(/^proveKeyPossession: unknown option "kid"/)
    await expect(proveKeyPossession(undefined as never)).rejects.toThrow(
      /takes an object|challenge is missing/,
    )
    await expect(proveKeyPossession({ privateKey } as never)).rejects.toThrow(
      /takes an object|challenge is missing/,
    )
  })
})

describe('the challenge of a key set', () => {
  const jwksUri = 'https://shop.example/jwks.json'
  const { aud, proj_id, nonce, exp } = challenge
  const forSet: KeySetChallenge = { aud, proj_id, jwks_uri: jwksUri, nonce, exp }
  const mine = { privateKey, challenge: forSet, audience, projectId: 'shop', jwksUri }

  it.each([
    ['its thumbprint', privateKey, thumbprint(keyPair('ES256').publicJwk)],
    ['the kid of its JWK', { ...privateKey.export({ format: 'jwk' }), kid: '2026-11' }, '2026-11'],
    [
      'the kid of its key file',
      { type: 'reverse_jwt_project_key', kid: 'file', alg: 'ES256', private_key: pkcs8Of(privateKey) },
      'file',
    ],
  ] as const)('is signed with the five claims, by a key with %s', async (_, key, kid) => {
    const proof = await proveKeyPossession({ ...mine, privateKey: key })
    expect(decodeProtectedHeader(proof)).toEqual({ alg: 'ES256', kid, typ: 'project-key-proof+jwt' })
    expect(decodeJwt(proof)).toEqual(forSet)
    await jwtVerify(proof, publicKey, { currentDate: new Date(now * 1000) })
  })

  it('is not answered for another address, nor by who does not say theirs', async () => {
    const prove = (options: object) => proveKeyPossession({ ...mine, ...options })
    await expect(prove({ jwksUri: `${jwksUri}?` })).rejects.toThrow(
      /^proveKeyPossession: jwks_uri of the challenge is not jwksUri\. Do not answer it/,
    )
    const unsaid = { privateKey, challenge: forSet, audience, projectId: 'shop' }
    await expect(proveKeyPossession(unsaid)).rejects.toThrow(
      'proveKeyPossession: jwksUri is missing: the challenge has jwks_uri, which must be yours',
    )
    await expect(prove({ challenge: { ...forSet, kid: 'key-1' } })).rejects.toThrow(/unknown member "kid"/)
    for (const jwks_uri of [undefined, '', 7, 'x'.repeat(2_049)])
      await expect(prove({ challenge: { ...forSet, jwks_uri } })).rejects.toThrow(/challenge: jwks_uri/)
  })

  it.each([
    ['https://shop.example', 'https://shop.example/'],
    ['HTTPS://Shop.Example:443/a/../é.json', 'https://shop.example/%C3%A9.json'],
    ['https://shop.example/', 'https://shop.example'],
  ])('is answered where its address is another spelling of mine: %s', async (mineSpelled, jwks_uri) => {
    const asked = { ...forSet, jwks_uri }
    const proof = await proveKeyPossession({ ...mine, jwksUri: mineSpelled, challenge: asked })
    expect(decodeJwt(proof)).toEqual(asked)
  })

  it('needs no address where it is for a key', async () => {
    await expect(proveKeyPossession({ ...mine, challenge })).resolves.toMatch(/^eyJ/)
  })
})

describe('a challenge that somebody passes on', () => {
  const mine = { privateKey, challenge, audience, projectId: 'shop' }

  it.each([
    ['for another platform', { audience: 'https://other.example' }, 'aud of the challenge is not audience'],
    ['for another project', { projectId: 'rival' }, 'proj_id of the challenge is not projectId'],
  ])('is not answered: %s', async (_, other, what) => {
    await expect(proveKeyPossession({ ...mine, ...other })).rejects.toThrow(
      new TypeError(
        `proveKeyPossession: ${what}. Do not answer it: somebody may want to register your key as theirs`,
      ),
    )
    await expect(proveKeyPossession(mine)).resolves.toMatch(/^eyJ/)
  })

  it.each(['audience', 'projectId'])('is not answered by who does not say %s', async (name) => {
    await expect(proveKeyPossession({ ...mine, [name]: undefined as unknown as string })).rejects.toThrow(
      new TypeError(`proveKeyPossession: ${name} is undefined; set it or leave it out`),
    )
    const without = Object.fromEntries(Object.entries(mine).filter(([option]) => option !== name))
    await expect(
      proveKeyPossession(without as unknown as Parameters<typeof proveKeyPossession>[0]),
    ).rejects.toThrow(`proveKeyPossession: ${name} is missing: `)
  })
})
