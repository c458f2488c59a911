import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { sign as signWithNode } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { createSigner, type RemoteSigner, type SignerOptions } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience, kidOf, now, signBytes } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { allAlgorithms } from '../helpers/private-key-forms.js'

/** An honest KMS that keeps the honest project's key. */
function kms(alg: string, override: Partial<RemoteSigner> = {}): RemoteSigner {
  const { privateKey } = keyPair(alg)
  return {
    alg: alg as 'ES256',
    kid: kidOf(alg),
    sign: (data) => signBytes(alg, Buffer.from(data).toString(), privateKey),
    ...override,
  }
}

const signerOf = (privateKey: unknown, options: Partial<SignerOptions> = {}) =>
  createSigner({ projectId: 'shop', audience, privateKey: privateKey as RemoteSigner, ...options })
const verifier = (alg: string) => verifierOf({ algorithms: [alg as 'ES256'] }, [shop([alg])])

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(now * 1000)
})

afterEach(() => {
  jest.restoreAllMocks()
})

describe('a remote signer', () => {
  it.each(allAlgorithms)('for %s signs what the verifier accepts', async (alg) => {
    const token = await signerOf(kms(alg)).sign({ scope: 'portal:read' })
    expect(decodeProtectedHeader(token)).toEqual({ alg, kid: kidOf(alg), typ: 'project-auth+jwt' })
    await expect(verifier(alg).verify(token)).resolves.toMatchObject({
      project: { id: 'shop' },
      projectToken: {
        scopes: ['portal:read'],
        claims: { iss: 'shop', sub: 'shop', aud: audience, iat: now, exp: now + 120 },
      },
    })
  })

  it('may answer later, with plain bytes, and be an object with a state', async () => {
    class Vault implements RemoteSigner {
      readonly alg = 'ES256'
      readonly kid = kidOf('ES256')
      private readonly key = keyPair('ES256').privateKey

      async sign(data: Uint8Array): Promise<Uint8Array> {
        await Promise.resolve()
        return new Uint8Array(signBytes('ES256', Buffer.from(data).toString(), this.key))
      }
    }
    await expect(verifier('ES256').verify(await signerOf(new Vault()).sign())).resolves.toBeDefined()
  })

  it('gets the bytes of the header and the claims set, and is asked once a token', async () => {
    const remote = kms('ES256')
    const sign = jest.fn((data: Uint8Array) => remote.sign(data))
    const signer = signerOf({ ...remote, sign })
    expect(sign).not.toHaveBeenCalled()
    const token = await signer.sign()
    expect(sign).toHaveBeenCalledTimes(1)
    const [data] = sign.mock.calls[0] ?? []
    expect(data).toBeInstanceOf(Uint8Array)
    expect(Buffer.from(data ?? []).toString()).toBe(token.slice(0, token.lastIndexOf('.')))
  })

  it('may call its algorithm Ed25519', async () => {
    const token = await signerOf(kms('EdDSA', { alg: 'Ed25519' })).sign()
    expect(decodeProtectedHeader(token).alg).toBe('Ed25519')
    await expect(verifier('EdDSA').verify(token)).resolves.toBeDefined()
    expect(() => signerOf(kms('EdDSA', { alg: 'Ed25519' }), { alg: 'EdDSA' })).not.toThrow()
  })

  it('has the kid of the option when there is one', async () => {
    const token = await signerOf(kms('ES256', { kid: 'arn:of:the:key' }), { kid: kidOf('ES256') }).sign()
    expect(decodeProtectedHeader(token).kid).toBe(kidOf('ES256'))
    await expect(verifier('ES256').verify(token)).resolves.toBeDefined()
  })

  it('that signs with another key makes tokens that the platform refuses', async () => {
    const remote = kms('ES256', {
      sign: (data) => signBytes('ES256', `${Buffer.from(data).toString()} `, keyPair('ES256').privateKey),
    })
    await expectRefusal(verifier('ES256').verify(await signerOf(remote).sign()), 'token_not_verified')
  })

  it.each([
    [
      'at once',
      () => {
        throw outage
      },
    ],
    ['later', () => Promise.reject(outage)],
  ])('that fails %s fails the signing with its own error, and nothing else signs', async (_, sign) => {
    const signer = signerOf(kms('ES256', { sign }))
    await expect(signer.sign()).rejects.toBe(outage)
    await expect(signer.sign()).rejects.toBe(outage)
  })

  it('that recovers signs again', async () => {
    const remote = kms('ES256')
    const sign = jest.fn(async (data: Uint8Array) => remote.sign(data)).mockRejectedValueOnce(outage)
    const signer = signerOf({ ...remote, sign })
    await expect(signer.sign()).rejects.toBe(outage)
    await expect(verifier('ES256').verify(await signer.sign())).resolves.toBeDefined()
  })
})

const outage = new Error('the KMS is down')

describe('a signature of a remote signer is refused', () => {
  it.each([
    ['ES256', 32],
    ['ES384', 48],
    ['ES512', 66],
  ])('when it is DER, for %s', async (alg, half) => {
    const { privateKey } = keyPair(alg)
    const digest = `sha${alg.slice(2)}`
    const remote = kms(alg, { sign: (data) => signWithNode(digest, data, privateKey) })
    await expect(signerOf(remote).sign()).rejects.toEqual(
      new TypeError(
        `The remote signer returned a DER signature; make it R and S of ${half} bytes each, joined, with ecdsaSignatureFromDer of reverse-jwt/customer`,
      ),
    )
  })

  it.each([
    ['ES256', 64],
    ['ES384', 96],
    ['ES512', 132],
    ['EdDSA', 64],
  ])('when it has not the length that %s has', async (alg, exact) => {
    for (const length of [0, 1, exact - 1, exact + 1, 256]) {
      await expect(signerOf(kms(alg, { sign: () => new Uint8Array(length) })).sign()).rejects.toEqual(
        new TypeError(`The remote signer returned ${length} bytes; an ${alg} signature has ${exact}`),
      )
    }
  })

  it('when it looks like DER but is for EdDSA', async () => {
    const sign = () => Buffer.concat([Buffer.from([0x30]), Buffer.alloc(69)])
    await expect(signerOf(kms('EdDSA', { sign })).sign()).rejects.toEqual(
      new TypeError('The remote signer returned 70 bytes; an EdDSA signature has 64'),
    )
  })

  it.each(['RS256', 'PS512'])('when it has not a length that %s can have', async (alg) => {
    for (const length of [0, 64, 128, 255, 513]) {
      await expect(signerOf(kms(alg, { sign: () => new Uint8Array(length) })).sign()).rejects.toEqual(
        new TypeError(`The remote signer returned ${length} bytes; an RSA signature has 256 to 512`),
      )
    }
    for (const length of [256, 384, 512]) {
      await expect(signerOf(kms(alg, { sign: () => new Uint8Array(length) })).sign()).resolves.toBeDefined()
    }
  })

  it.each([undefined, null, 'c2lnbmF0dXJl', [1, 2], new ArrayBuffer(64), { signature: new Uint8Array(64) }])(
    'when it is %p',
    async (signature) => {
      const sign = () => signature as unknown as Uint8Array
      await expect(signerOf(kms('ES256', { sign })).sign()).rejects.toEqual(
        new TypeError('The remote signer must return a Uint8Array'),
      )
    },
  )
})

describe('createSigner refuses a remote signer', () => {
  it.each([undefined, 'HS256', 'none', 'es256', 1])('with the alg %j', (alg) => {
    expect(() => signerOf(kms('ES256', { alg: alg as 'ES256' }))).toThrow(
      new TypeError(
        'The remote signer needs alg: one of ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512, EdDSA',
      ),
    )
  })

  it.each([undefined, '', 1, null, 'x'.repeat(257)])('with the kid %j', (kid) => {
    expect(() => signerOf(kms('ES256', { kid: kid as string }))).toThrow(
      new TypeError('The remote signer needs a kid of 1 to 256 characters'),
    )
  })

  it('for another alg than the one told', () => {
    for (const alg of ['ES384', 'RS256', 'EdDSA'] as const) {
      expect(() => signerOf(kms('ES256'), { alg })).toThrow(
        new TypeError('createSigner: alg is not the alg of the remote signer'),
      )
    }
    expect(() => signerOf(kms('ES256'), { alg: 'ES256' })).not.toThrow()
  })

  it('without a function to sign with', () => {
    expect(() => signerOf({ alg: 'ES256', kid: 'key-1', sign: 'yes' })).toThrow(
      new TypeError(
        'createSigner: privateKey is an object, but not a JWK: it has no kty ("EC", "RSA" or "OKP")',
      ),
    )
  })
})
