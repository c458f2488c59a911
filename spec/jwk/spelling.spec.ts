import { describe, expect, it } from '@jest/globals'
import { readSpelling } from '../../lib/jwk/spelling.js'
import { expectRefused } from '../signing/private-key-refused.js'
import { expectNotAdmitted } from '../helpers/admission.js'
import { keyPair } from '../helpers/keys.js'
import { pkcs8Of } from '../helpers/private-key-forms.js'

const { privateKey, publicKey } = keyPair('ES256')
const publicPem = publicKey.export({ format: 'pem', type: 'spki' }) as string
const publicJson = JSON.stringify(keyPair('ES256').publicJwk)
const privatePem = pkcs8Of(privateKey)
const privateJson = JSON.stringify(privateKey.export({ format: 'jwk' }))

/** The same sentence for both halves. */
function expectBothRefused(spell: (text: string) => string | Uint8Array, sentence: string): void {
  for (const text of [publicPem, publicJson]) expectNotAdmitted({ jwk: spell(text) }, `jwk ${sentence}`)
  for (const text of [privatePem, privateJson]) expectRefused(spell(text), `privateKey ${sentence}`)
}

describe('a file in UTF-16 is named as such', () => {
  const littleEndian = (text: string) => Buffer.from(text, 'utf16le')
  const bigEndian = (text: string) => littleEndian(text).swap16()
  const sentence = 'is in UTF-16; save it in UTF-8 (in PowerShell: Out-File -Encoding utf8)'

  it.each<[string, (text: string) => string | Uint8Array]>([
    ['as PowerShell writes it', (text) => littleEndian(`\ufeff${text}`)],
    ['with the other order of bytes', (text) => bigEndian(`\ufeff${text}`)],
    ['without a byte order mark', littleEndian],
    ['read as if it were UTF-8', (text) => littleEndian(`\ufeff${text}`).toString('utf8')],
    ['read as if it were Latin 1', (text) => littleEndian(text).toString('latin1')],
    ['in base64', (text) => littleEndian(text).toString('base64')],
    ['in quotes', (text) => littleEndian(`"${text}"`)],
  ])('%s', (_, spell) => {
    expectBothRefused(spell, sentence)
  })
})

it('a zero byte at the end, as C writes it, makes no UTF-16', () => {
  expect(readSpelling(`${publicPem}\0`, { maxLength: 1000, wrong: (what) => new TypeError(what) })).toEqual({
    form: 'pem',
    pem: expect.anything(),
  })
})

it('line ends that were escaped twice are named as such', () => {
  const sentence =
    'has line ends that were escaped twice, as \\\\n; escape them once, as \\n, or give the key in base64'
  for (const end of ['\\\\n', '\\\\r\\\\n']) {
    expectNotAdmitted({ pem: publicPem.replaceAll('\n', end) }, `pem ${sentence}`)
    expectRefused(privatePem.replaceAll('\n', end), `privateKey ${sentence}`)
  }
})

it('takes off two wrappings and no more', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const nothing =
    'is neither PEM nor DER nor a JWK, nor one of them in base64; is it a file name? Read the file first'
  expectBothRefused((text) => base64(base64(base64(text))), nothing)
  expectBothRefused((text) => `"${base64(base64(text))}"`, nothing)
})

describe('a text of a million characters is looked through in linear time', () => {
  // Far beyond what is let in: a square of this length would take minutes, and the tests would not end.
  const maxLength = 1_000_000
  const filled = (start: string, piece: string) =>
    start + piece.repeat(Math.floor((maxLength - start.length) / piece.length))

  it.each([
    ['backslashes', filled('-----BEGIN X-----', '\\')],
    ['backslashes in JSON', filled('{', '\\')],
    ['first lines', filled('', '-----BEGIN PUBLIC KEY-----')],
    ['first lines without an end', filled('', '-----BEGIN ')],
    ['a first line that goes on', filled('-----BEGIN ', 'A')],
    ['white space', filled('-----BEGIN PUBLIC KEY-----', ' ')],
    ['white space in base64', `${filled('A', '\n')}A`],
    ['quotes', filled('', '"')],
    ['zeros', filled('', '\0')],
    ['objects', filled('', '{"a":')],
    ['padding', filled('A', '=')],
  ])('of %s', (_, text) => {
    const wrong = (what: string) => new TypeError(what)
    try {
      const found = readSpelling(text, { maxLength: maxLength + 1, wrong })
      const [label = ''] = found.form === 'pem' ? found.pem.labels : []
      if (found.form === 'pem') expect(found.pem.contentOf(label)).toBeUndefined()
      if (found.form === 'pem') expect(found.pem.isLocked(label)).toBe(false)
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
    }
  })
})
