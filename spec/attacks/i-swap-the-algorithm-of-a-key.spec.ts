import { describe, expect, it } from '@jest/globals'
import type { AlgorithmName } from '../../lib/index.js'
import { expectRefusal } from '../helpers/refusals.js'
import { keyPair } from '../helpers/keys.js'
import { mint } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'

const rsa = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const
const everyName: AlgorithmName[] = [...rsa, 'ES256', 'ES384', 'ES512', 'EdDSA']
const kid = 'key-1'

/** A verifier that takes every algorithm, so that only the key's own can refuse; the project has one key, for `alg`. */
function verifierFor(alg: AlgorithmName) {
  const jwk = pairFor(alg).publicJwk
  return verifierOf({ algorithms: everyName }, [shop([], { keys: [{ jwk, kid, alg }] })])
}
/** One RSA pair for all, so that a swapped signature is by the very key and only the scheme differs. */
const pairFor = (alg: string) => keyPair(/^[RP]S/.test(alg) ? 'RS256' : alg)
const signed = (alg: string, privateKey = pairFor(alg).privateKey) =>
  mint({ alg, privateKey, header: { kid } })

describe.each(rsa)('an RSA key for %s', (alg) => {
  const verifier = verifierFor(alg)

  it('passes by its own algorithm', async () => {
    await expect(verifier.verify(signed(alg))).resolves.toMatchObject({ projectToken: { header: { alg } } })
  })

  it.each(rsa.filter((other) => other !== alg))('does not pass by %s', (other) =>
    expectRefusal(verifier.verify(signed(other)), 'token_not_verified'),
  )

  it.each(rsa.filter((other) => other !== alg))('does not pass by %s under its own name', (other) => {
    const swapped = mint({ alg: other, privateKey: pairFor(other).privateKey, header: { kid, alg } })
    return expectRefusal(verifier.verify(swapped), 'token_not_verified')
  })

  it.each(rsa.filter((other) => other !== alg))(
    'does not pass by its own algorithm under the name %s',
    (other) => {
      const misnamed = mint({ alg, privateKey: pairFor(alg).privateKey, header: { kid, alg: other } })
      return expectRefusal(verifier.verify(misnamed), 'token_not_verified')
    },
  )
})

describe.each(['ES256', 'ES384', 'ES512'] as const)('a key for %s', (alg) => {
  const verifier = verifierFor(alg)

  it('passes by its own algorithm', async () => {
    await expect(verifier.verify(signed(alg))).resolves.toMatchObject({ projectToken: { header: { alg } } })
  })

  it.each(everyName.filter((other) => other !== alg))(
    'does not pass by %s with a key of that kind',
    (other) => expectRefusal(verifier.verify(signed(other)), 'token_not_verified'),
  )
})

describe.each(['EdDSA', 'Ed25519'] as const)('a key for %s', (alg) => {
  const verifier = verifierFor(alg)
  const { privateKey } = pairFor('EdDSA')

  it.each(['EdDSA', 'Ed25519'])('passes under the name %s', async (name) => {
    const verifierOfName = verifierOf({}, [
      shop([], { keys: [{ jwk: keyPair('EdDSA').publicJwk, kid, alg }] }),
    ])
    const token = mint({ alg: name, privateKey, header: { kid } })
    await expect(verifierOfName.verify(token)).resolves.toMatchObject({
      projectToken: { header: { alg: name } },
    })
  })

  it('does not pass by its own algorithm under the name ES256', () =>
    expectRefusal(
      verifier.verify(mint({ alg: 'EdDSA', privateKey, header: { kid, alg: 'ES256' } })),
      'token_not_verified',
    ))

  it('does not pass by ES256, whose signature is as long', () =>
    expectRefusal(verifier.verify(signed('ES256')), 'token_not_verified'))
})
