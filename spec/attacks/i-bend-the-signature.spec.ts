import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { expectRefusal } from '../helpers/refusals.js'
import { keyPair } from '../helpers/keys.js'
import { mint } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { bytesOf, curveOrders, numberOf } from '../helpers/ecdsa.js'

const curves = ['ES256', 'ES384', 'ES512'] as const
const verifier = verifierOf({ algorithms: [...curves, 'RS256', 'PS256', 'EdDSA'] }, [
  shop([...curves, 'RS256', 'PS256', 'EdDSA']),
])

describe.each(curves)('%s', (alg) => {
  const n = curveOrders[alg]
  const width = { ES256: 32, ES384: 48, ES512: 66 }[alg]
  const pair = (r: bigint, s: bigint) => Buffer.concat([bytesOf(r, width), bytesOf(s, width)])
  const bent = (change: (r: bigint, s: bigint) => Buffer) =>
    mint({
      alg,
      signature: (honest) => change(numberOf(honest.subarray(0, width)), numberOf(honest.subarray(width))),
    })

  it('accepts the honest token, taken apart and put together again', async () => {
    await expect(verifier.verify(bent(pair))).resolves.toMatchObject({ project: { id: 'shop' } })
  })

  const most = 2n ** BigInt(width * 8) - 1n
  it.each<[string, (r: bigint, s: bigint) => Buffer]>([
    ['r = s = 0', () => pair(0n, 0n)],
    ['r = 0', (_, s) => pair(0n, s)],
    ['s = 0', (r) => pair(r, 0n)],
    ['r = s = n', () => pair(n, n)],
    ['r = n', (_, s) => pair(n, s)],
    ['s = n', (r) => pair(r, n)],
    ['r = n + 1', (_, s) => pair(n + 1n, s)],
    ['s = n + 1', (r) => pair(r, n + 1n)],
    ['r = s = 1', () => pair(1n, 1n)],
    ['r = s', (r) => pair(r, r)],
    ['r and s exchanged', (r, s) => pair(s, r)],
    ['the largest numbers', () => pair(most, most)],
  ])('refuses %s', (_, change) => expectRefusal(verifier.verify(bent(change)), 'token_not_verified'))

  it.each<[string, (r: bigint, s: bigint) => Buffer]>([
    ['nothing but one byte', () => Buffer.alloc(1)],
    ['half of it', (r) => bytesOf(r, width)],
    ['one byte less', (r, s) => pair(r, s).subarray(0, -1)],
    ['its first byte missing', (r, s) => pair(r, s).subarray(1)],
    ['a zero in front', (r, s) => Buffer.concat([Buffer.alloc(1), pair(r, s)])],
    ['a zero behind', (r, s) => Buffer.concat([pair(r, s), Buffer.alloc(1)])],
    ['a zero before each half', (r, s) => Buffer.concat([bytesOf(r, width + 1), bytesOf(s, width + 1)])],
    ['itself twice', (r, s) => Buffer.concat([pair(r, s), pair(r, s)])],
  ])('refuses %s', (_, change) => expectRefusal(verifier.verify(bent(change)), 'token_malformed'))

  it('refuses a really signed token whose signature is DER', async () => {
    const signingInput = mint({ alg }).split('.').slice(0, 2).join('.')
    const { privateKey: key } = keyPair(alg)
    const der = sign(`sha${alg.slice(2)}`, Buffer.from(signingInput), { key, dsaEncoding: 'der' })
    await expectRefusal(verifier.verify(`${signingInput}.${der.toString('base64url')}`), 'token_malformed')
    const raw = sign(`sha${alg.slice(2)}`, Buffer.from(signingInput), { key, dsaEncoding: 'ieee-p1363' })
    await expect(verifier.verify(`${signingInput}.${raw.toString('base64url')}`)).resolves.toBeDefined()
  })
})

describe('EdDSA', () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const little = (bytes: Buffer) => Buffer.from(bytes).reverse()

  it('accepts the honest token', async () => {
    await expect(verifier.verify(mint({ alg: 'EdDSA' }))).resolves.toMatchObject({ project: { id: 'shop' } })
  })

  it('refuses S and the order of the group, which is S again', () => {
    const signature = (honest: Buffer) => {
      const s = numberOf(little(honest.subarray(32))) + order
      return Buffer.concat([honest.subarray(0, 32), little(bytesOf(s, 32))])
    }
    return expectRefusal(verifier.verify(mint({ alg: 'EdDSA', signature })), 'token_not_verified')
  })

  it.each([
    ['nothing but zeros', () => Buffer.alloc(64)],
    ['the neutral point and zero', () => Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])],
  ])('refuses %s', (_, signature) =>
    expectRefusal(verifier.verify(mint({ alg: 'EdDSA', signature })), 'token_not_verified'),
  )
})

describe.each(['RS256', 'PS256'] as const)('%s', (alg) => {
  // A little longer than the shortest key, so that a byte less is still as long as some signature.
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2064 })
  const kid = 'key-1'
  const jwk = publicKey.export({ format: 'jwk' })
  const own = verifierOf({}, [shop([], { keys: [{ jwk, kid, alg }] })])
  const modulus = numberOf(Buffer.from(jwk.n ?? '', 'base64url'))
  const signed = (signature?: Buffer | ((honest: Buffer) => Buffer)) =>
    mint({ alg, privateKey, header: { kid }, ...(signature && { signature }) })

  it('accepts the honest token', async () => {
    await expect(own.verify(signed())).resolves.toMatchObject({ project: { id: 'shop' } })
  })

  it('refuses a signature whose leading zero byte is gone, and accepts it with that byte', async () => {
    let token: string
    do token = signed()
    while (Buffer.from(token.split('.')[2] ?? '', 'base64url')[0] !== 0)
    const [header = '', claims = '', signature = ''] = token.split('.')
    const stripped = Buffer.from(signature, 'base64url').subarray(1).toString('base64url')
    await expectRefusal(own.verify(`${header}.${claims}.${stripped}`), 'token_not_verified')
    await expect(own.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
    // One signature in 256 begins with a zero, and luck may be bad.
  }, 30_000)

  it.each<[string, (honest: Buffer) => Buffer]>([
    ['nothing but zeros', (honest) => Buffer.alloc(honest.length)],
    ['the number one', (honest) => bytesOf(1n, honest.length)],
    ['the modulus', (honest) => bytesOf(modulus, honest.length)],
    ['the modulus less one', (honest) => bytesOf(modulus - 1n, honest.length)],
    ['a zero in front', (honest) => Buffer.concat([Buffer.alloc(1), honest])],
    ['a zero behind', (honest) => Buffer.concat([honest, Buffer.alloc(1)])],
    ['the modulus less itself', (honest) => bytesOf(modulus - numberOf(honest), honest.length)],
  ])('refuses %s', (_, change) => expectRefusal(own.verify(signed(change)), 'token_not_verified'))

  it.each<[string, (honest: Buffer) => Buffer]>([
    ['half of it', (honest) => honest.subarray(0, honest.length / 2)],
    ['more than the longest key makes', (honest) => Buffer.concat([honest, honest])],
  ])('refuses %s', (_, change) => expectRefusal(own.verify(signed(change)), 'token_malformed'))
})
