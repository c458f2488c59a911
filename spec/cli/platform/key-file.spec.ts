import { describe, expect, it } from '@jest/globals'
import { generateKeyPairSync } from 'node:crypto'
import { thumbprint } from '../../../lib/jwk/thumbprint.js'
import { keyPair } from '../../helpers/keys.js'
import { consult, keyFile, lineOf, temporaryFiles } from '../consult.js'
import { audience, openPlatforms, pair, pem } from './platforms.js'

const platforms = openPlatforms()
const file = temporaryFiles()

/** 1024 bits. */
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})

describe('key-file', () => {
  const withFile = (name: string, content: string | Buffer, ...more: string[]) =>
    consult(['--url', platforms.platform(), '--key', file(name, content), ...more])
  const names = ['--project', 'shop', '--audience', audience]

  it.each([0o640, 0o644, 0o602])('warns of a mode of %d', async (mode) => {
    const open = file(`open-${mode}.json`, keyFile(), mode)
    const line = lineOf('key-file', await consult(['--url', platforms.platform(), '--key', open]))
    expect(line).toBe(`\
warn  key-file        others on this machine may read or write it (mode 0${mode.toString(8)})
      fix: Take their rights away: chmod 600`)
  })

  it('warns of a kid that somebody chose', async () => {
    const sum = await withFile('chosen.json', keyFile({ kid: 'key-1' }))
    expect(lineOf('key-file', sum).replace(thumbprint(pair.publicJwk), 'THUMBPRINT')).toBe(`\
warn  key-file        ES256, project "shop", audience https://platform.example, kid "key-1" chosen by you: it is not the thumbprint of the key, THUMBPRINT
      fix: Look whether the platform has registered this key under this kid`)
  })

  it('repeats no name that was an argument', async () => {
    const given = ['--project', 'shop', '--audience', 'the-platform']
    expect(lineOf('key-file', await withFile('given.pem', pem, ...given))).toBe(
      'ok    key-file        ES256, project as given, audience as given, kid THUMBPRINT',
    )
  })

  it('shows nothing of a name that may be a secret in the wrong place', async () => {
    const secret = String(pair.privateKey.export({ format: 'jwk' }).d)
    const inNames = keyFile({ kid: secret, project_id: secret, audience: secret })
    const sum = await withFile('misplaced.json', inNames)
    expect(lineOf('key-file', sum)).toContain('ES256, project, audience, kid chosen by you: ')
  })

  it.each<[string, string | Buffer, string]>([
    [
      'a public key',
      pair.publicKey.export({ type: 'spki', format: 'pem' }),
      'the file holds a public key; signing needs the private half',
    ],
    ['a text', 'hello', 'the file is neither PEM nor DER nor a JWK, nor one of them in base64\n'],
    ['bytes', Buffer.from([0xff, 0, 1, 2]), 'the file is neither PEM nor DER nor a JWK'],
    ['a damaged key', pem.replace(/^M/m, '*'), 'the file '],
    [
      'a key file of another kind',
      keyFile({ type: 'service_account' }),
      'the file is a key file of another kind: its type is not "reverse_jwt_project_key"\n',
    ],
    ['a key file without a key', keyFile({ private_key: undefined }), 'the file '],
    [
      'a key file with a wrong name',
      keyFile({ project_id: 7 }),
      'the file is a key file whose project_id is no text',
    ],
    ['a key file with an alg of other keys', keyFile({ alg: 'RS256' }), 'the file is not a key for RS256'],
    [
      'a key file with too much in it',
      keyFile({ audience: `https://${'a'.repeat(5_000)}.example` }),
      'The token has ',
    ],
    ['a key that is too short', weak, 'the file is an RSA key of 1024 bits'],
  ])('fails for %s', async (name, content, text) => {
    const sum = await withFile(
      name.replaceAll(' ', '-'),
      content,
      ...(name.startsWith('a key file') ? [] : names),
    )
    expect(`${lineOf('key-file', sum)}\n`).toContain(`FAIL  key-file        ${text}`)
    expect(lineOf('key-file', sum)).toContain(
      '\n      fix: Give the file that "npx reverse-jwt keygen" wrote, or the private key as PEM',
    )
    expect(lineOf('key', sum)).toBe('skip  key             the file of the key must be right first')
    expect(sum.exitCode).toBe(1)
  })
})

it('is a key of each kind that matches', async () => {
  for (const alg of ['RS256', 'EdDSA', 'ES384']) {
    const { privateKey, publicJwk } = keyPair(alg)
    const content = keyFile({ private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }) })
    const url = platforms.platform({
      project: { keys: [{ jwk: publicJwk }] },
      verifier: { algorithms: ['RS256', 'EdDSA', 'ES384'] },
    })
    const sum = await consult(['--url', url, '--key', file(`${alg}.json`, content)])
    expect(lineOf('key-file', sum)).toContain(`ok    key-file        ${alg}, `)
    expect(lineOf('key', sum)).toMatch(/^ok /)
  }
})
