import { EdgeVM } from '@edge-runtime/vm'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { generateKeyPairSync, sign as signWithNode, type KeyObject } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createVerifier, MemoryKeyStore, MemoryReplayStore, type AlgorithmName } from '../../lib/index.js'
import type * as Customer from '../../lib/customer/index.js'
import { audience } from '../helpers/mint.js'
import { output } from './command.js'
import { installation } from './installation.js'

jest.setTimeout(60_000)

let folder: string
let bundle: string
beforeAll(async () => {
  const installed = await installation('esbuild', 'vite', 'webpack', 'webpack-cli')
  folder = await mkdtemp(join(installed, 'project-'))
  await writeFile(join(folder, 'edge.js'), `export * from 'reverse-jwt/customer'`)
  const esbuild = join(installed, 'node_modules/esbuild/bin/esbuild')
  const flags = ['edge.js', '--bundle', '--format=iife', '--global-name=customer', '--outfile=out.js']
  // As Vercel calls it.
  await output(process.execPath, [esbuild, ...flags, '--conditions=edge-light,browser'], folder)
  bundle = await readFile(join(folder, 'out.js'), 'utf8')
}, 180_000)
afterAll(() => rm(folder, { recursive: true }))

/** Runs code where there is neither Node nor a browser, with `reverse-jwt/customer` as `customer` and this as `given`. */
function atTheEdge<T>(code: string, given: unknown): Promise<T> {
  const vm = new EdgeVM({ extend: (context) => Object.assign(context, { given }) })
  vm.evaluate(bundle)
  // Its errors are of another realm.
  return vm.evaluate<Promise<T>>(`(async () => { ${code} })()`)
}

const errorAtTheEdge = (code: string, given: unknown) =>
  atTheEdge<string>(
    `try { ${code}; return 'no error' } catch (error) { return error.name + ': ' + error.message }`,
    given,
  )

const sign = `return customer.createSigner({ projectId: 'shop', audience: '${audience}', ...given }).sign()`

const tried = sign.replace('return ', 'await ')

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: generateKeyPairSync('ed25519'),
}
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string

async function verified(alg: AlgorithmName, publicKey: KeyObject, token: string, kid?: string) {
  const keyStore = new MemoryKeyStore([
    { id: 'shop', keys: [{ jwk: { ...publicKey.export({ format: 'jwk' }), kid }, alg }] },
  ])
  const verifier = createVerifier({
    audience,
    keyStore,
    replayStore: new MemoryReplayStore(),
    algorithms: [alg],
  })
  const { project, projectToken } = await verifier.verify(token)
  return [project.id, projectToken.header.alg]
}

it('the bundle has nothing of Node in it', () => {
  expect(bundle).not.toMatch(/["']node:|\brequire\(/)
  expect(bundle).toContain('createSigner')
})

describe.each(Object.keys(pairs) as (keyof typeof pairs)[])('at the edge, %s', (alg) => {
  const { privateKey, publicKey } = pairs[alg]
  const jwk = { ...privateKey.export({ format: 'jwk' }), alg }
  const forms: readonly [string, unknown][] = [
    ['PEM', pemOf(privateKey)],
    ['PEM with \\n spelled out', pemOf(privateKey).replaceAll('\n', '\\n')],
    ['PEM in base64', Buffer.from(pemOf(privateKey)).toString('base64')],
    ['DER', Uint8Array.from(privateKey.export({ type: 'pkcs8', format: 'der' }))],
    ['a JWK', jwk],
    ['a JWK as JSON', JSON.stringify(jwk)],
    ['a key file', { type: 'reverse_jwt_project_key', private_key: pemOf(privateKey) }],
  ]
  it.each(forms)('signs a token that the platform accepts, with its key as %s', async (_, key) => {
    const token = await atTheEdge<string>(sign, { privateKey: key, alg })
    expect(await verified(alg, publicKey, token)).toEqual(['shop', alg])
  })

  it('signs with a CryptoKey, which need not be exported where its kid is given', async () => {
    const { importPKCS8 } = await import('jose/key/import')
    const key = await importPKCS8(pemOf(privateKey), alg)
    const given = { privateKey: key, alg, kid: 'key-1' }
    const token = await atTheEdge<string>(sign, given)
    expect(token).toMatch(/^eyJ/)
    expect(await errorAtTheEdge(tried, { privateKey: key, alg })).toBe(
      'TypeError: createSigner: privateKey is a CryptoKey that cannot be exported, so it needs kid',
    )
  })
})

describe('at the edge', () => {
  const pem = pemOf(pairs.ES256.privateKey)
  const jwk = pairs.ES256.privateKey.export({ format: 'jwk' })
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })

  it.each<[string, unknown, string | RegExp]>([
    [
      'PKCS#1',
      pairs.RS256.privateKey.export({ type: 'pkcs1', format: 'pem' }),
      'is PEM of RSA PRIVATE KEY, which WebCrypto does not read; convert it (openssl pkcs8 -topk8 -nocrypt -in key.pem)',
    ],
    [
      'SEC1',
      pairs.ES256.privateKey.export({ type: 'sec1', format: 'pem' }),
      'is PEM of EC PRIVATE KEY, which WebCrypto does not read; convert it (openssl pkcs8 -topk8 -nocrypt -in key.pem)',
    ],
    [
      'a locked key',
      pairs.ES256.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'p' }),
      /^is locked with a passphrase/,
    ],
    ['a public key', pairs.ES256.publicKey.export({ type: 'spki', format: 'pem' }), /^holds a public key/],
    ['a public JWK', pairs.ES256.publicKey.export({ format: 'jwk' }), /^holds a public key/],
    ['a shared secret', { kty: 'oct', k: 'AAAA' }, /^is a shared secret/],
    ['the name of a file', 'project-key.pem', /^is neither PEM nor DER|cut off or damaged/],
    ['a damaged key', pem.replace(/\n.{30}/, '\n'), /cut off or damaged|cannot be used/],
    ['halves of two keys', { ...jwk, x: other.x, y: other.y }, /two|belong together|cut off or damaged/],
    [
      'a key of another curve',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      }),
      /^is of a type that cannot be used/,
    ],
    [
      'a short RSA key',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
      /^is an RSA key of 1024 bits/,
    ],
  ])('%s is refused at the first signature, and by ready()', async (_, privateKey, what) => {
    const message = await errorAtTheEdge(tried, { privateKey })
    expect(message).toMatch(/^TypeError: createSigner: privateKey /)
    const reason = message.replace('TypeError: createSigner: privateKey ', '')
    if (typeof what === 'string') expect(reason).toBe(what)
    else expect(reason).toMatch(what)
    expect(await errorAtTheEdge(tried.replace('.sign()', '.ready()'), { privateKey })).toBe(message)
    for (const secret of [jwk.d ?? '', pem.slice(40, 80)]) expect(message).not.toContain(secret)
  })

  it('a key is made, tried and proved', async () => {
    const { token, proof, publicJwk } = await atTheEdge<{
      token: string
      proof: string
      publicJwk: Customer.ProjectKeyPair['publicJwk']
    }>(
      `const { privateKey, publicJwk, kid } = await customer.generateProjectKey('ES256')
       const signer = customer.createSigner({ projectId: 'shop', audience: given, privateKey })
       await signer.ready()
       const challenge = { aud: given, proj_id: 'shop', kid, nonce: 'n', exp: 1790000600 }
       const proof = await customer.proveKeyPossession({ privateKey, challenge, audience: given, projectId: 'shop' })
       return { token: await signer.sign({ scope: 'portal:read' }), proof, publicJwk }`,
      audience,
    )
    expect(proof).toMatch(/^eyJ/)
    const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ jwk: publicJwk }] }])
    const verifier = createVerifier({ audience, keyStore, replayStore: new MemoryReplayStore() })
    expect((await verifier.verify(token)).projectToken.kid).toBe(publicJwk.kid)
  })

  it('a KMS signs, with what is made of its DER', async () => {
    const { privateKey, publicKey } = pairs.ES256
    const remote = {
      alg: 'ES256',
      kid: 'kms',
      sign: (data: Uint8Array) => signWithNode('sha256', data, privateKey),
    }
    const token = await atTheEdge<string>(
      `const sign = async (data) => customer.ecdsaSignatureFromDer(await given.sign(data), 'ES256')
       return customer.createSigner({ projectId: 'shop', audience: '${audience}', privateKey: { ...given, sign } }).sign()`,
      remote,
    )
    expect(await verified('ES256', publicKey, token, 'kms')).toEqual(['shop', 'ES256'])
    expect(await errorAtTheEdge(tried, { privateKey: remote })).toMatch(/ecdsaSignatureFromDer/)
  })

  it('tokens are given out by tokenRoute', async () => {
    const headers = {
      host: 'shop.example',
      origin: 'https://shop.example',
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
    }
    const answers = await atTheEdge<[number, string][]>(
      `const signer = customer.createSigner({ projectId: 'shop', audience: given.audience, privateKey: given.pem })
       const ask = async (headers, options) => {
         const route = customer.tokenRoute({ signer, authorize: () => ({ subject: 'user-7' }), ...options })
         const answer = await route(new Request('https://shop.example/token', { method: 'POST', headers, body: '{}' }))
         return [answer.status, await answer.text()]
       }
       return [await ask(given.headers), await ask({ ...given.headers, 'sec-fetch-site': 'cross-site' }), await ask(given.headers, { authorize: () => {} })]`,
      { audience, pem, headers },
    )
    expect(answers).toEqual([
      [200, expect.stringMatching(/^\{"token":"eyJ/)],
      [403, expect.stringContaining('foreign_origin')],
      [401, expect.stringContaining('no_session')],
    ])
  })
})
