import { describe, expect, it } from '@jest/globals'
import { readPrivateHalf } from '../../lib/jwk/private-half.js'
import { expectRefused } from '../signing/private-key-refused.js'
import * as der from '../helpers/der.js'
import { keyPair } from '../helpers/keys.js'
import { pkcs8Of } from '../helpers/private-key-forms.js'

const { privateKey } = keyPair('ES256')
const pem = pkcs8Of(privateKey)
const isLocked =
  'privateKey is locked with a passphrase; unlock it first (openssl pkey -in key.pem -out unlocked.pem)'
const locked = privateKey.export({
  format: 'pem',
  type: 'pkcs8',
  cipher: 'aes-256-cbc',
  passphrase: 'open sesame, please',
}) as string

describe('what stands outside of the block says nothing about the key', () => {
  it.each([
    ['a comment', '# NOT ENCRYPTED, for development only'],
    [
      'the attributes that openssl pkcs12 writes',
      'Bag Attributes\n    friendlyName: ENCRYPTED\nKey Attributes: <No Attributes>',
    ],
    ['the header of a locked block', 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AAAA'],
    ['a certificate', der.pem('CERTIFICATE', der.sequence())],
    ['a locked copy', locked],
  ])('%s', (_, text) => {
    for (const whole of [`${text}\n${pem}`, `${pem}${text}\n`]) {
      expect(readPrivateHalf(whole).key.equals(privateKey)).toBe(true)
    }
  })
})

it('says that a key is locked when its own block is', () => {
  expectRefused(`# not a secret\n${locked}`, isLocked)
  expectRefused(
    privateKey.export({ format: 'der', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }),
    isLocked,
  )
})

it('reads what a block holds, whatever its label says', () => {
  const sec1 = privateKey.export({ format: 'der', type: 'sec1' })
  expect(readPrivateHalf(der.pem('PRIVATE KEY', sec1)).key.equals(privateKey)).toBe(true)
})

it('says how to take a key out of PKCS#12', () => {
  const pkcs12 = der.sequence(der.integer(3n), der.sequence(der.oid('2a864886f70d010701')))
  const sentence =
    'privateKey is a PKCS#12 file; take the key out of it (openssl pkcs12 -in FILE -nocerts -noenc)'
  expectRefused(pkcs12, sentence)
  expectRefused(pkcs12.toString('base64'), sentence)
})
