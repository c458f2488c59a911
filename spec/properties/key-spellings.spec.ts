import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readPrivateHalf } from '../../lib/jwk/private-half.js'
import { thumbprint } from '../../lib/jwk/thumbprint.js'
import { admitProjectKey } from '../../lib/index.js'
import { lineEndsOf, publicFormsOf, wrappingsOf } from '../helpers/key-wrappings.js'
import { keyPair } from '../helpers/keys.js'
import { prove } from '../helpers/possession.js'
import { formsOf, pkcs8Of } from '../helpers/private-key-forms.js'
import { by, managed } from '../helpers/registry.js'
import { holds } from './property.js'

/** RSA comes seldom: arithmetic over its modulus takes milliseconds. */
const alg = fc.constantFrom(
  ...['ES256', 'EdDSA'].flatMap((name) => Array<string>(4).fill(name)),
  'ES512',
  'RS256',
)
const pick = fc.nat()
const chosen = <T>(of: readonly T[], at: number): T => of[at % of.length] as T

/** What may stand around any text. */
const noise = fc.constantFrom('', ' ', '\n', '\t\r\n', '\ufeff', '\ufeff \n')
const noisy = (form: unknown, before: string, after: string) =>
  typeof form === 'string' ? before + form + after : form

const publicForm = fc
  .record({ alg, pick, before: noise, after: noise })
  .map(({ alg: of, pick: at, before, after }) => {
    const { name, given } = chosen(publicFormsOf(keyPair(of).publicKey), at)
    return { alg: of, name, given: noisy(given, before, after) as object | string }
  })

describe('all spellings of a key are one key', () => {
  holds(
    'a public key has one thumbprint, one kid and one KeyObject, however it is spelled',
    300,
    fc.property(publicForm, fc.constantFrom('jwk', 'pem'), ({ alg: of, given }, member) => {
      const { kid, publicKey } = admitProjectKey({ id: 'shop' }, { [member]: given }, { loaded: true })
      expect(kid).toBe(thumbprint(keyPair(of).publicJwk))
      expect(publicKey.equals(keyPair(of).publicKey)).toBe(true)
    }),
  )

  holds(
    'a private key has the thumbprint of its public half, however it is spelled',
    100,
    fc.property(alg, pick, noise, noise, (of, at, before, after) => {
      const { privateKey, publicJwk } = keyPair(of)
      const form = chosen([...formsOf(privateKey).values()], at)
      const half = readPrivateHalf(noisy(form, before, after) as string)
      expect(thumbprint(half.publicJwk)).toBe(thumbprint(publicJwk))
    }),
  )

  holds(
    'the registry has one owner for it: it is taken once, and no other spelling is taken again',
    100,
    fc.asyncProperty(publicForm, pick, fc.boolean(), async ({ alg: of, given }, at, withKid) => {
      const { registry } = managed()
      for (const id of ['shop', 'rival']) await registry.createProject({ id }, { by })
      const { privateKey, publicKey } = keyPair(of)
      const take = async (id: string, form: object | string, kid: object = {}) => {
        const registration = await registry.registerKey(id, { jwk: form, ...kid, by })
        const proof = await prove({ privateKey, challenge: registration.challenge })
        return registry.confirmKey(id, { kid: registration.kid, proof, by })
      }
      expect(await take('shop', given)).toMatchObject({ kid: thumbprint(keyPair(of).publicJwk) })
      const other = chosen(publicFormsOf(publicKey), at).given
      const kid = withKid ? { kid: 'another' } : {}
      for (const id of ['shop', 'rival']) {
        await expect(take(id, other, kid)).rejects.toMatchObject({ code: 'key_exists' })
      }
    }),
  )
})

it('the forms that are asked for are many', () => {
  const { publicKey, privateKey } = keyPair('ES256')
  expect(publicFormsOf(publicKey).length).toBeGreaterThan(40)
  expect(formsOf(privateKey).size).toBeGreaterThan(40)
  expect(wrappingsOf('x').size + lineEndsOf(pkcs8Of(privateKey)).size).toBeGreaterThan(20)
})
