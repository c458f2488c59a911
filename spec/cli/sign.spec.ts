import { describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose/jwt/decode'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { createVerifier, MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { generateProjectKey } from '../../lib/customer/index.js'
import { audience } from '../helpers/mint.js'
import { call } from './called.js'

const { privateKey, publicJwk, kid } = await generateProjectKey()
const keyFile = JSON.stringify({
  type: 'reverse_jwt_project_key',
  project_id: 'shop',
  audience,
  kid,
  alg: 'ES256',
  private_key: privateKey,
})
const names = ['--project', 'shop', '--audience', audience]
const sign = (args: readonly string[], stdin = keyFile) => call(['sign', '--key', '-', ...args], { stdin })
const verifier = createVerifier({
  audience,
  keyStore: new MemoryKeyStore([
    { id: 'shop', scopes: ['portal:read', 'portal:write'], keys: [{ jwk: publicJwk }] },
  ]),
  replayStore: new MemoryReplayStore(),
})

describe('sign', () => {
  it('prints one token, and nothing else', async () => {
    const { code, stdout, stderr } = await sign([])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect((await verifier.verify(stdout.trim())).project.id).toBe('shop')
  })

  it('signs with a key alone and the names beside it', async () => {
    const { stdout } = await sign(names, privateKey)
    expect((await verifier.verify(stdout.trim())).projectToken.kid).toBe(kid)
  })

  it('takes a kid that begins with a hyphen, as one thumbprint in 64 does', async () => {
    const { stdout } = await sign([...names, '--kid', '-GcmXE'], privateKey)
    expect(decodeProtectedHeader(stdout.trim()).kid).toBe('-GcmXE')
  })

  it('puts the scope, the origin and the lifetime into the token', async () => {
    const origin = 'https://shop.example'
    const { stdout } = await sign(['--scope', 'portal:read', '--origin', origin, '--expires-in', '30'])
    const { exp = 0, iat = 0, ...claims } = decodeJwt(stdout.trim())
    expect(claims).toMatchObject({ scope: 'portal:read', origin })
    expect(exp - iat).toBe(30)
  })

  it('answers as a token endpoint for programs', async () => {
    const { stdout } = await sign(['--json'])
    const { token, ...others } = JSON.parse(stdout) as { token: string }
    expect(others).toEqual({})
    expect((await verifier.verify(token)).project.id).toBe('shop')
  })

  it('warns a person that a token is a credential', async () => {
    const { stdout, stderr } = await call(['sign', '--key', '-'], { stdin: keyFile, isShown: true })
    expect(stdout).toMatch(/^eyJ/)
    expect(stderr).toBe('This is a credential: whoever has it can use it, once, for as long as it lives.\n')
  })

  it.each([
    ['no key', [], /^--key is missing: the file that "npx reverse-jwt keygen" wrote$/],
    [
      'a lifetime that is no number',
      ['--key', '-', '--expires-in', '2m'],
      /^--expires-in must be a whole number of seconds$/,
    ],
    [
      'a lifetime beyond all',
      ['--key', '-', '--expires-in', '3601'],
      /^--expires-in must be a number of seconds from 1 to 3600/,
    ],
    [
      'another project than that of the file',
      ['--key', '-', '--project', 'rival'],
      /^--project is not that of the key file; leave it out/,
    ],
    [
      'another platform than that of the file',
      ['--key', '-', '--audience', 'x'],
      /^--audience is not that of the key file; leave it out/,
    ],
    [
      'an origin with a slash',
      ['--key', '-', '--origin', 'https://shop.example/'],
      /^The claim origin must be an origin/,
    ],
    ['a scope with two spaces', ['--key', '-', '--scope', 'a  b'], /^The claim scope must be a string/],
  ])('refuses %s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await call(['sign', ...args], { stdin: keyFile })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.split('\n')[0]?.replace('reverse-jwt sign: ', '')).toMatch(sentence)
  })

  it('asks for the names that a key alone does not have', async () => {
    expect((await sign([], privateKey)).stderr).toMatch(
      /--project is missing: the id that the platform gave the project/,
    )
    expect((await sign(['--project', 'shop'], privateKey)).stderr).toMatch(
      /--audience is missing: the platform's name/,
    )
  })
})
