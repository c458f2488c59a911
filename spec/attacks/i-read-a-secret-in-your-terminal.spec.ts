import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from '../cli/called.js'
import { keyPair } from '../helpers/keys.js'
import { audience, mint, now } from '../helpers/mint.js'
import { formsOf, pkcs8Of } from '../helpers/private-key-forms.js'
import { Secrets } from '../helpers/secrets.js'

/** Eight bytes in a row, in base64. */
const run = 11
const algorithms = ['ES256', 'RS256', 'EdDSA'] as const
const secrets = new Secrets(run)
const jti = 'a8d1c2f0-only-once-7b3e'
const token = mint({ claims: { jti } })

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terminal-'))
  for (const { privateKey } of algorithms.map(keyPair)) secrets.addPrivateMembers(privateKey)
  secrets.addSignature(token)
  secrets.addText('a jti', jti)
  jest.spyOn(Date, 'now').mockReturnValue(now * 1000)
})

afterAll(() => rm(folder, { recursive: true }))

/** Whatever a private key can be given as in a shell: a text or the bytes of a file. */
function textsOf(alg: string): (string | Uint8Array)[] {
  const { privateKey } = keyPair(alg)
  const keyFile = {
    type: 'reverse_jwt_project_key',
    project_id: 'shop',
    audience,
    private_key: pkcs8Of(privateKey),
  }
  const forms = Array.from(formsOf(privateKey).values(), (form) =>
    typeof form === 'string' || form instanceof Uint8Array ? form : JSON.stringify(form),
  )
  const { d = '' } = privateKey.export({ format: 'jwk' })
  return [
    ...forms,
    JSON.stringify(keyFile),
    JSON.stringify({ ...keyFile, type: 'service_account' }),
    d,
    `${d}.${d}.${d}`,
  ]
}

interface Misplaced {
  readonly content: string | Uint8Array
  readonly path: string
}
const misplaced = new Map<string, readonly Misplaced[]>()
beforeAll(async () => {
  for (const alg of algorithms) {
    const files = textsOf(alg).map((content, at) => ({ content, path: join(folder, `${alg}-${at}`) }))
    for (const { path, content } of files) await writeFile(path, content)
    misplaced.set(alg, files)
  }
})

/** Every place of a command in which a secret may stand by mistake. */
const places: readonly (readonly [string, (given: string) => readonly string[]])[] = [
  ['the key that signs', (given) => ['sign', '--key', given]],
  ['the key that signs, with a wrong option', (given) => ['sign', '--key', given, '--expires-in', '9999']],
  ['the key whose public half is asked for', (given) => ['keygen', '--key', given]],
  ['the challenge', (given) => ['keygen', '--key', given, '--proof', given]],
  ['the token', (given) => ['inspect', given, '--show', '--unverified']],
  ['the token, for JSON', (given) => ['inspect', given, '--show', '--json']],
  ['the public key', (given) => ['inspect', '--key', given]],
  ['an argument without a name', (given) => ['sign', given]],
  ['a command', (given) => [given]],
  ['the name of an option', (given) => ['inspect', `--${given}`]],
  ['the value of a switch', (given) => ['inspect', `--json=${given}`]],
  ['an algorithm', (given) => ['keygen', '--alg', given]],
  ['the file to write', (given) => ['keygen', '--out', `${given}/none/none`]],
  ['a lifetime', (given) => ['sign', '--key', given, '--expires-in', given]],
  ['an address', (given) => ['inspect', '--jwks', given]],
  [
    'a scope',
    (given) => ['sign', '--key', '-', '--project', 'shop', '--audience', audience, '--scope', `${given}  `],
  ],
  [
    'an origin',
    (given) => ['sign', '--key', '-', '--project', 'shop', '--audience', audience, '--origin', given],
  ],
]

describe.each(algorithms)('no part of a private key for %s is printed', (alg) => {
  it.each(places)('that was given as %s, in a file', async (_, args) => {
    for (const { path } of misplaced.get(alg) ?? []) {
      const { stdout, stderr } = await call(args(path), { stdin: mint() })
      expect(secrets.findIn(`${stdout}${stderr}`)).toBeUndefined()
    }
  })

  it.each(places)('that was given as %s, as an argument', async (_, args) => {
    const stdin = pkcs8Of(keyPair(alg).privateKey)
    for (const { content } of misplaced.get(alg) ?? []) {
      const { stdout, stderr } = await call(args(Buffer.from(content).toString('utf8')), { stdin })
      expect(secrets.findIn(`${stdout}${stderr}`)).toBeUndefined()
    }
  })

  it.each(['header', 'claims'])(
    'that is the %s of a token, or stands deep in a member of it',
    async (part) => {
      const { privateKey } = keyPair(alg)
      const base64 = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
      const jwk = privateKey.export({ format: 'jwk' })
      for (const members of [
        jwk,
        { kid: [base64] },
        { iss: { x: [1, base64] } },
        { scope: [JSON.stringify(jwk)] },
      ]) {
        const stdin = mint({ [part]: { ...members } })
        for (const args of [[], ['--json'], ['--show'], ['--show', '--json']]) {
          const { stdout, stderr } = await call(['inspect', ...args], { stdin })
          expect(stdout).toMatch(/token_|claim_|issuer_|Nothing is wrong|"faults"/)
          expect(secrets.findIn(`${stdout}${stderr}`)).toBeUndefined()
        }
      }
    },
  )

  it.each(['header', 'claims'])('that stands in the %s of a token', async (part) => {
    const { privateKey } = keyPair(alg)
    const jwk = privateKey.export({ format: 'jwk' })
    for (const secret of [
      jwk,
      pkcs8Of(privateKey),
      JSON.stringify(jwk),
      privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    ]) {
      for (const name of ['jwk', 'key', 'scope', 'iss', 'kid']) {
        const stdin = mint({ [part]: { [name]: secret } })
        for (const args of [[], ['--json'], ['--show'], ['--show', '--json']]) {
          const { stdout, stderr } = await call(['inspect', ...args], { stdin })
          expect(stdout).toMatch(/token_|claim_|issuer_|Nothing is wrong|"faults"/)
          expect(secrets.findIn(`${stdout}${stderr}`)).toBeUndefined()
        }
      }
    }
  })
})

describe('of a token', () => {
  it.each([[[]], [['--json']], [['--unverified']]])(
    'no signature and no jti is printed by inspect %j',
    async (args) => {
      for (const given of [
        token,
        `Bearer ${token}`,
        `"${token}"`,
        `${token}.x`,
        `${token}=`,
        JSON.stringify({ token }),
        token.slice(0, -2),
      ]) {
        const { stdout, stderr } = await call(['inspect', ...args], { stdin: given })
        expect(secrets.findIn(`${stdout}${stderr}`)).toBeUndefined()
      }
    },
  )

  it('no signature is printed though all is asked for, and the jti is', async () => {
    const { stdout } = await call(['inspect', '--show'], { stdin: token })
    expect(stdout).toContain(jti)
    expect(secrets.findIn(stdout.replace(jti, ''))).toBeUndefined()
  })

  it('nothing is printed that came as an argument', async () => {
    for (const args of [
      [token],
      ['inspect', token],
      ['sign', token],
      ['inspect', `--${token}`],
      ['inspect', '--key', token],
    ]) {
      const { stdout, stderr } = await call(args, { stdin: mint() })
      expect(secrets.findIn(`${stdout}${stderr}`)).toBeUndefined()
    }
  })

  it('what is looked for is found, where somebody prints it', () => {
    const { privateKey } = keyPair('ES256')
    expect(secrets.findIn(JSON.stringify(privateKey.export({ format: 'jwk' })))).toBe(
      'a private member in base64url',
    )
    expect(secrets.findIn(token)).toMatch(/^a signature/)
  })
})
