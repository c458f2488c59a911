import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { spawn } from 'node:child_process'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createSigner, generateProjectKey } from '../../lib/customer/index.js'
import { createVerifier, MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { createRegistry, MemoryProjectStore } from '../../lib/registry/index.js'
import { runNode } from '../helpers/child-process.js'
import { audience } from '../helpers/mint.js'
import { pkcs8Of } from '../helpers/private-key-forms.js'
import { keyPair } from '../helpers/keys.js'
import { call } from './called.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keygen-'))
})
afterAll(() => rm(folder, { recursive: true }))

let made = 0
const newPath = () => join(folder, `key-${(made += 1)}`)
const names = ['--project', 'shop', '--audience', audience]

describe('keygen', () => {
  it.each(['ES256', 'ES512', 'EdDSA', 'PS256'] as const)(
    'makes a key file for %s that a signer takes, and its public half for a platform',
    async (alg) => {
      const out = newPath()
      const { code, stdout } = await call(['keygen', '--alg', alg, '--out', out, ...names])
      expect(code).toBe(0)
      const jwk = JSON.parse(stdout) as { kid: string; alg: string }
      const token = await createSigner({ keyFile: await readFile(out) }).sign()
      const verifier = createVerifier({
        audience,
        keyStore: new MemoryKeyStore([{ id: 'shop', keys: [{ jwk }] }]),
        replayStore: new MemoryReplayStore(),
        algorithms: [alg],
      })
      const { project, projectToken } = await verifier.verify(token)
      expect([project.id, projectToken.kid, jwk.alg]).toEqual(['shop', jwk.kid, alg])
    },
  )

  it('makes ES256 unless told otherwise, and says what goes where', async () => {
    const out = newPath()
    const { stdout, stderr } = await call(['keygen', '--out', out, ...names])
    const { kid, ...jwk } = JSON.parse(stdout) as Record<string, string>
    expect(jwk).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: expect.any(String),
      y: expect.any(String),
      alg: 'ES256',
      use: 'sig',
    })
    expect(stderr).toBe(
      [
        'The private half is in the file of --out. Keep it as a secret of your backend, and out of the repository.',
        `Give the platform what was printed: the public half. Its kid is ${kid ?? ''}`,
        '',
      ].join('\n'),
    )
    expect(JSON.parse(await readFile(out, 'utf8'))).toEqual({
      type: 'reverse_jwt_project_key',
      project_id: 'shop',
      audience,
      kid,
      alg: 'ES256',
      private_key: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/),
    })
  })

  it('writes a file that its owner alone can read, into the folder in which it is called', async () => {
    const script = join(process.cwd(), 'dist/lib/cli/reverse-jwt.js')
    const { code, stderr } = await runNode([script, 'keygen'], folder)
    expect([code, stderr]).toEqual([0, expect.stringContaining('is in project-key.json.')])
    const { mode } = await stat(join(folder, 'project-key.json'))
    expect((mode & 0o777).toString(8)).toBe('600')
  })

  it('never writes over a file', async () => {
    const out = newPath()
    await writeFile(out, 'mine')
    expect(await call(['keygen', '--out', out])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'reverse-jwt keygen: the key was not written: there is a file of that name already, and a key is never written over. Give another name by --out, move that file away, or print the public half of that key again: npx reverse-jwt keygen --key FILE\n',
    })
    expect(await readFile(out, 'utf8')).toBe('mine')
  })

  it.each([
    ['a folder', () => folder, /there is a file of that name already|it is a folder/],
    ['a place in no folder', () => join(folder, 'none', 'key'), /its folder does not exist/],
    ['a place in a file', () => join(process.cwd(), 'package.json', 'key'), /its folder is none/],
  ])('does not write to %s', async (_, out, sentence) => {
    const { code, stdout, stderr } = await call(['keygen', '--out', out()])
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(sentence)
  })

  it('leaves no piece of a key behind where it cannot write all of it', async () => {
    const own = await mkdtemp(join(folder, 'full-'))
    const script = join(process.cwd(), 'dist/lib/cli/reverse-jwt.js')
    const keygen = ['keygen', '--audience', 'x'.repeat(8_000)]
    // A file may have a kilobyte at most.
    const child = spawn('sh', ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath, script, ...keygen], {
      cwd: own,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect([stdout, stderr]).toEqual([
      '',
      'reverse-jwt keygen: the key was not written: there is no room left for you\n',
    ])
    expect(await readdir(own)).toEqual([])
  })

  it('makes PEM for other programs', async () => {
    const out = newPath()
    const { stdout } = await call(['keygen', '--pem', '--out', out])
    const privateKey = createPrivateKey(await readFile(out))
    expect(createPublicKey(stdout).equals(createPublicKey(privateKey))).toBe(true)
    expect((await stat(out)).mode & 0o77).toBe(0)
  })

  it('prints JSON for programs', async () => {
    const out = newPath()
    const { stdout } = await call(['keygen', '--json', '--out', out])
    const { kid, public_jwk } = JSON.parse(stdout) as { kid: string; public_jwk: object }
    expect(JSON.parse(stdout)).toEqual({ kid, alg: 'ES256', public_jwk })
    expect(public_jwk).toHaveProperty('kid', kid)
  })

  it.each([
    ['an algorithm that signs nothing here', ['--alg', 'HS256'], /^--alg must be one of ES256, /],
    ['names beside PEM', ['--pem', ...names], /^a PEM file holds the key alone/],
    ['a proof without a key', ['--proof', '-'], /^--proof needs --key/],
    ['an algorithm for a key that is there', ['--key', '-', '--alg', 'ES256'], /^with --key nothing is made/],
  ])('refuses %s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await call(['keygen', ...args])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.replace('reverse-jwt keygen: ', '')).toMatch(sentence)
  })
})

describe('keygen --key', () => {
  it('prints the public half of a key file again', async () => {
    const out = newPath()
    const { stdout } = await call(['keygen', '--out', out, ...names])
    const again = await call(['keygen', '--key', out])
    expect([again.code, JSON.parse(again.stdout)]).toEqual([0, JSON.parse(stdout)])
    const pem = await call(['keygen', '--key', out, '--pem'])
    expect(createPublicKey(pem.stdout).export({ format: 'jwk' })).toMatchObject({ kty: 'EC' })
  })

  it.each(['ES256', 'EdDSA', 'RS256'])(
    'prints that of a PEM file for %s, with its thumbprint as kid',
    async (alg) => {
      const { kid } = JSON.parse(
        (await call(['keygen', '--key', '-'], { stdin: pkcs8Of(keyPair(alg).privateKey) })).stdout,
      ) as { kid: string }
      expect(kid).toMatch(/^[\w-]{43}$/)
    },
  )

  it('refuses what is no private key, without a byte of it', async () => {
    const { publicJwk } = await generateProjectKey()
    const { code, stderr } = await call(['keygen', '--key', '-'], { stdin: JSON.stringify(publicJwk) })
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'reverse-jwt keygen: --key holds a public key; signing needs the private half, which was made together with it',
    ])
  })
})

describe('keygen --proof', () => {
  const by = 'ops@platform.example'

  /** A registry that asks for a proof of the key in a file. */
  async function challenged() {
    const registry = createRegistry({ store: new MemoryProjectStore(), audience })
    const { id } = await registry.createProject({ id: 'shop' }, { by })
    const out = newPath()
    const { stdout } = await call(['keygen', '--out', out, ...names])
    const { kid, challenge } = await registry.registerKey(id, { jwk: JSON.parse(stdout) as object, by })
    const proofOf = async (args: readonly string[], stdin: object = challenge) =>
      call(['keygen', '--key', out, '--proof', '-', ...args], { stdin: JSON.stringify(stdin) })
    return { registry, kid, challenge, proofOf, out }
  }

  it('answers the challenge of a registry', async () => {
    const { registry, kid, proofOf } = await challenged()
    const { code, stdout } = await proofOf([])
    const confirmed = await registry.confirmKey('shop', { kid, proof: stdout.trim(), by })
    expect([code, confirmed.state]).toEqual([0, 'active'])
  })

  it('answers the challenge of a key set, for the address that is given and no other', async () => {
    const { registry, proofOf } = await challenged()
    const jwksUri = 'https://shop.example/jwks.json'
    const { challenge } = await registry.registerKeySet('shop', { jwksUri, by })
    const { code, stdout } = await proofOf(['--jwks-uri', jwksUri], challenge)
    expect([code, decodeJwt(stdout.trim())]).toEqual([0, challenge])
    const other = await proofOf(['--jwks-uri', `${jwksUri}2`], challenge)
    expect([other.code, other.stdout]).toEqual([2, ''])
    expect(other.stderr).toMatch(/jwks_uri of the challenge is not --jwks-uri\. Do not answer it/)
    const none = await proofOf([], challenge)
    expect([none.code, none.stdout]).toEqual([2, ''])
    expect(none.stderr).toMatch(/--jwks-uri is missing: where you host your keys/)
  })

  it('takes the challenge out of an answer of the admin API, and answers in JSON', async () => {
    const { registry, kid, challenge, proofOf } = await challenged()
    const { stdout } = await proofOf(['--json'], { kid, challenge })
    const { proof } = JSON.parse(stdout) as { proof: string }
    expect((await registry.confirmKey('shop', { kid, proof, by })).state).toBe('active')
  })

  it.each([
    [
      'of another platform',
      { aud: 'https://other.example' },
      /^aud of the challenge is not --audience\. Do not answer it/,
    ],
    [
      'of another project',
      { proj_id: 'rival' },
      /^proj_id of the challenge is not --project\. Do not answer it/,
    ],
    ['with a further member', { jti: 'x' }, /^--proof: unknown member "jti"/],
  ])('does not answer a challenge %s', async (_, other, sentence) => {
    const { challenge, proofOf } = await challenged()
    const { code, stdout, stderr } = await proofOf([], { ...challenge, ...other })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.replace('reverse-jwt keygen: ', '')).toMatch(sentence)
  })

  it('asks for the names that a key alone does not have', async () => {
    const { challenge, out } = await challenged()
    const { private_key: stdin } = JSON.parse(await readFile(out, 'utf8')) as { private_key: string }
    const file = newPath()
    await writeFile(file, JSON.stringify(challenge))
    const args = ['keygen', '--key', '-', '--proof', file]
    expect((await call(args, { stdin })).stderr).toMatch(/--project is missing/)
    expect((await call([...args, '--project', 'shop'], { stdin })).stderr).toMatch(/--audience is missing/)
    expect((await call([...args, ...names], { stdin })).code).toBe(0)
  })

  it('does not read both from stdin', async () => {
    expect((await call(['keygen', '--key', '-', '--proof', '-'])).stderr).toMatch(
      /only one of --key and --proof/,
    )
  })
})
