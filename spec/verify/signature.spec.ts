import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { admitProjectKey, type Algorithm, type ProjectKey } from '../../lib/index.js'
import { verifySignature as step } from '../../lib/verify/signature.js'
import { expectStepRefusal } from '../helpers/refusals.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { signBytes } from '../helpers/mint.js'

const everyAlgorithm: readonly Algorithm[] = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
]
const admit = (alg: Algorithm, jwk: JsonWebKey) => admitProjectKey({ id: 'shop' }, { jwk, alg })
/** RSA keys are slow to make, so all their algorithms share two. */
const pairFor = (alg: Algorithm) => keyPair(/^[RP]S/.test(alg) ? 'RS256' : alg)
const strangerFor = (alg: Algorithm) => (/^[RP]S/.test(alg) ? keyPair('PS256') : makeKeyPair(alg))
const signingInput = 'header.claims'

const nextTurn = () => new Promise(setImmediate)
const honest = (alg: Algorithm) => ({
  signingInput,
  signature: signBytes(alg, signingInput, pairFor(alg).privateKey),
})

/** So many signatures in a row that are alone, that the next one that is quick and alone is verified at once. */
async function afterLoneOnes(): Promise<void> {
  const key = admit('ES256', pairFor('ES256').publicJwk)
  for (let lone = 0; lone < 16; lone++) {
    await nextTurn()
    await step(key, honest('ES256'))
  }
  await nextTurn()
}

/**
 * Twice in one turn of the event loop: at once, and on the thread pool, with the same outcome. Keys that are not quick are on
 * the pool both times.
 */
async function verifySignature(key: ProjectKey, signed: Parameters<typeof step>[1]): Promise<void> {
  await afterLoneOnes()
  const outcomes = await Promise.allSettled([0, 1].map(async () => step(key, signed)))
  const [first, second] = outcomes
  expect(first).toEqual(second)
  if (first?.status === 'rejected') throw first.reason
}

async function refused(key: ProjectKey, signature: Buffer, input = signingInput) {
  const outcome = verifySignature(key, { signingInput: input, signature })
  await expectStepRefusal(() => outcome, 'token_not_verified')
  await expect(outcome).rejects.toMatchObject({ cause: 'the signature does not match' })
}

describe.each(everyAlgorithm)('%s', (alg) => {
  const { privateKey, publicJwk } = pairFor(alg)
  const key = admit(alg, publicJwk)
  const signature = signBytes(alg, signingInput, privateKey)

  it('passes by its own key over the very text', async () => {
    await expect(verifySignature(key, { signingInput, signature })).resolves.toBeUndefined()
  })

  it('does not pass over another text', () => refused(key, signature, 'header.claimz'))

  it('does not pass by another key', () => refused(admit(alg, strangerFor(alg).publicJwk), signature))

  it('does not pass when a bit of it is turned, wherever', async () => {
    for (const at of [0, Math.floor(signature.length / 2), signature.length - 1]) {
      const turned = Buffer.from(signature)
      turned[at] = (turned[at] ?? 0) ^ 1
      await refused(key, turned)
    }
  })

  it('has exactly its length', async () => {
    await refused(key, signature.subarray(1))
    await refused(key, signature.subarray(0, -1))
    await refused(key, Buffer.concat([signature, Buffer.alloc(1)]))
    await refused(key, Buffer.concat([Buffer.alloc(1), signature]))
    await refused(key, Buffer.alloc(0))
  })
})

describe('an RSA key', () => {
  const { privateKey, publicJwk } = keyPair('RS256')

  it.each([
    ['RS256', 'RS384'],
    ['RS256', 'PS256'],
    ['PS256', 'RS256'],
    ['PS256', 'PS512'],
  ] as const)('for %s does not verify what it signed by %s', (alg, other) =>
    refused(admit(alg, publicJwk), signBytes(other, signingInput, privateKey)),
  )

  it('of a length that is no whole number of bytes has signatures of the next', async () => {
    const odd = generateKeyPairSync('rsa', { modulusLength: 2050 })
    const key = admit('RS256', odd.publicKey.export({ format: 'jwk' }))
    const signature = signBytes('RS256', signingInput, odd.privateKey)
    expect(signature).toHaveLength(257)
    await expect(verifySignature(key, { signingInput, signature })).resolves.toBeUndefined()
  })
})

it('of PS256 keeps its leading zero byte, which OpenSSL would do without', async () => {
  const { privateKey, publicJwk } = keyPair('PS256')
  const key = admit('PS256', publicJwk)
  // The salt is random, so one in 256 begins with a zero.
  let signature: Buffer
  do signature = signBytes('PS256', signingInput, privateKey)
  while (signature[0] !== 0)
  await expect(verifySignature(key, { signingInput, signature })).resolves.toBeUndefined()
  await refused(key, signature.subarray(1))
}, 30_000)

describe('signatures that others have made', () => {
  it('RFC 7515, appendix A.3: ES256', async () => {
    const key = admit('ES256', {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    })
    const signed =
      'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
    const signature = 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'
    await expectMatch(key, signed, signature)
  })

  it('RFC 8037, appendix A.4: Ed25519', async () => {
    const key = admit('EdDSA', {
      kty: 'OKP',
      crv: 'Ed25519',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    })
    const signed = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc'
    const signature = 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg'
    await expectMatch(key, signed, signature)
  })

  async function expectMatch(key: ProjectKey, signed: string, signature: string) {
    const bytes = Buffer.from(signature, 'base64url')
    await expect(verifySignature(key, { signingInput: signed, signature: bytes })).resolves.toBeUndefined()
    await refused(key, bytes, `${signed}x`)
  }
})

it('is an outage when the key is not of the type of its algorithm, and the platform learns why', async () => {
  const { publicKey } = keyPair('EdDSA') as { publicKey: KeyObject }
  const broken: ProjectKey = { kid: 'key-1', alg: 'ES256', publicKey, project: { id: 'shop' } }
  const signature = Buffer.alloc(64, 1)
  const outcome = verifySignature(broken, { signingInput, signature })
  await expectStepRefusal(() => outcome, 'store_unavailable')
  await expect(outcome).rejects.toHaveProperty('cause.message', 'the key is not of the type of ES256')
})

it('says that it cannot tell when Node will not even begin', async () => {
  const publicKey = { asymmetricKeyType: 'ec' } as unknown as KeyObject
  const broken: ProjectKey = { kid: 'key-1', alg: 'ES256', publicKey, project: { id: 'shop' } }
  const signature = Buffer.alloc(64, 1)
  for (let again = 0; again < 3; again++) {
    await expectStepRefusal(() => verifySignature(broken, { signingInput, signature }), 'store_unavailable')
  }
  // None of them is still on its way: the next one is alone.
  await afterLoneOnes()
  expect(step(admit('ES256', pairFor('ES256').publicJwk), honest('ES256'))).toBeUndefined()
})

describe('a signature', () => {
  const keyOf = (alg: Algorithm) => admit(alg, pairFor(alg).publicJwk)
  const inPool = expect.any(Promise)

  it.each(['ES256', 'RS256', 'RS384', 'PS256', 'PS512', 'EdDSA'] as const)(
    'is verified at once after 16 that were alone, and the others of the turn in the pool: %s',
    async (alg) => {
      const key = keyOf(alg)
      await afterLoneOnes()
      const outcomes = [0, 1, 2].map(() => step(key, honest(alg)))
      expect(outcomes).toEqual([undefined, inPool, inPool])
      for (const outcome of outcomes) await outcome
    },
  )

  it('is verified at once turn after turn, as long as each is alone', async () => {
    await afterLoneOnes()
    for (let turn = 0; turn < 40; turn++) {
      expect(step(keyOf('ES256'), honest('ES256'))).toBeUndefined()
      await nextTurn()
    }
  })

  it.each([
    ['in the same turn', 'ES256'],
    ['in the pool', 'ES512'],
  ] as const)('is left to the pool for 16 more once there was another %s', async (_, other) => {
    await afterLoneOnes()
    const first = step(keyOf(other), honest(other))
    const second = step(keyOf('ES256'), honest('ES256'))
    expect(second).toEqual(inPool)
    await first
    await second
    for (let lone = 0; lone < 16; lone++) {
      await nextTurn()
      const outcome = step(keyOf('ES256'), honest('ES256'))
      expect(outcome).toEqual(inPool)
      await outcome
    }
    await nextTurn()
    expect(step(keyOf('ES256'), honest('ES256'))).toBeUndefined()
  })

  it.each(['ES384', 'ES512'] as const)('is left to the pool when it takes long: %s', async (alg) => {
    await afterLoneOnes()
    const outcome = step(keyOf(alg), honest(alg))
    expect(outcome).toEqual(inPool)
    await outcome
    // And the next quick one is still alone.
    expect(step(keyOf('ES256'), honest('ES256'))).toBeUndefined()
  })

  it('is left to the pool for an RSA key of more than 3072 bits', async () => {
    for (const [modulusLength, expected] of [
      [3072, undefined],
      [4096, inPool],
    ] as const) {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
      const key = admit('RS256', publicKey.export({ format: 'jwk' }))
      await afterLoneOnes()
      const outcome = step(key, { signingInput, signature: signBytes('RS256', signingInput, privateKey) })
      expect(outcome).toEqual(expected)
      await outcome
    }
    // To make a key of 4,096 bits can take seconds.
  }, 30_000)
})
