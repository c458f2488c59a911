import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { admitProjectKey } from '../../lib/index.js'
import { openServer } from '../helpers/server.js'
import { recipeFolder, Recipes, type RecipeFolder } from './recipes.js'
import { expectToken, installDoubles, javascript, RemoteKeyProgram, type Alg } from './remote-key-program.js'
import { transitDouble, vaultToken } from './transit-double.js'

const page = new Recipes('docs/kms.md', ['python', 'sh', 'ts'])

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: generateKeyPairSync('ed25519'),
}
const pairFor = (alg: Alg) => pairs[alg === 'PS256' ? 'RS256' : alg]
const { ES256: es256, RS256: rsa, EdDSA: ed25519 } = pairs

let here: RecipeFolder
beforeAll(async () => {
  here = await recipeFolder()
  await installDoubles(here.folder)
})
afterAll(() => rm(here.folder, { recursive: true }))

const read = (name: string) => readFile(join(here.folder, name), 'utf8')
const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string
const kidOf = (pem: string) => admitProjectKey({ id: 'shop' }, { pem }).kid
const registered = async () => kidOf(await read('kms.pub.pem'))

describe('the public half of a KMS, as each service hands it out', () => {
  const der = (key: KeyObject) => key.export({ type: 'spki', format: 'der' })

  it('is made PEM of what AWS prints', async () => {
    await here.replaceProgram('aws', `echo '${der(es256.publicKey).toString('base64')}'`)
    await here.shell(page.with('aws kms'), { KMS_KEY: 'key' })
    expect(await registered()).toBe(kidOf(pemOf(es256.publicKey)))
  })

  it.each([
    ['Google', 'gcloud kms', 'gcloud', '--output-file'],
    ['Azure', 'az keyvault', 'az', '--file'],
  ])('is PEM from %s', async (_, command, program, option) => {
    await here.write('theirs.pem', pemOf(rsa.publicKey))
    const copy = `while [ "$1" != ${option} ]; do shift; done; cp theirs.pem "$2"`
    await here.replaceProgram(program, `case "$*" in *' create '*) ;; *) ${copy};; esac`)
    await here.shell(page.with(command))
    expect(await registered()).toBe(kidOf(pemOf(rsa.publicKey)))
  })

  it.each([
    ['EC-HSM', es256],
    ['RSA', rsa],
  ])('is made a JWK of what the REST API of Azure says: %s', async (kty, { publicKey }) => {
    const kid = 'https://shop.vault.azure.net/keys/shop/0123456789abcdef0123456789abcdef'
    const key = { ...publicKey.export({ format: 'jwk' }), kid, kty, key_ops: ['sign', 'verify'] }
    await here.write('azure.py', page.with('azure.py'))
    await here.write('key.json', JSON.stringify({ key, attributes: { enabled: true } }))
    const jwk = await here.shell('python3 azure.py < key.json')
    expect(admitProjectKey({ id: 'shop' }, { jwk }).kid).toBe(kidOf(pemOf(publicKey)))
  })

  it.each([
    ['ECDSA', 'vault write', es256.publicKey, pemOf(es256.publicKey)],
    ['Ed25519', '060\\052', ed25519.publicKey, der(ed25519.publicKey).subarray(-32).toString('base64')],
  ])('is made PEM of what Vault says: %s', async (_, command, key, public_key) => {
    await here.write('vault.json', JSON.stringify({ data: { keys: { 1: { public_key } } } }))
    await here.replaceProgram('vault', 'cat vault.json')
    await here.shell(page.with(command))
    expect(await registered()).toBe(kidOf(pemOf(key)))
  })
})

const keys = {
  '@aws-sdk/client-kms': 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  '@google-cloud/kms': 'projects/p/locations/global/keyRings/shop/cryptoKeys/shop/cryptoKeyVersions/1',
  '@azure/keyvault-keys': 'https://shop.vault.azure.net/keys/shop/0123456789abcdef0123456789abcdef',
} as const
type Package = keyof typeof keys

/** What a key of Google is for. */
const purposes = {
  ES256: 'EC_SIGN_P256_SHA256',
  RS256: 'RSA_SIGN_PKCS1_2048_SHA256',
  PS256: 'RSA_SIGN_PSS_2048_SHA256',
  EdDSA: 'EC_SIGN_ED25519',
}

describe.each(Object.keys(keys) as Package[])('the signer with %s', (name) => {
  const algs: readonly Alg[] = name.startsWith('@azure')
    ? ['ES256', 'RS256', 'PS256']
    : ['ES256', 'RS256', 'PS256', 'EdDSA']
  const program = () => new RemoteKeyProgram(page, here, `'${name}'`)
  const device = async (alg: Alg, purpose = purposes[alg]) => {
    const pem = pairFor(alg).privateKey.export({ type: 'pkcs8', format: 'pem' })
    return { DEVICE_KEY: await here.write('device.pem', pem), DEVICE_ALGORITHM: purpose }
  }

  it.each(algs)(
    'signs tokens for %s that the platform accepts, the longest ones too, with the thumbprint as kid',
    async (alg) => {
      const claims = [{}, { text: 'x'.repeat(2_550) }]
      const signed = await program().run({ alg, key: keys[name], variables: await device(alg), claims })
      const [short = '', long = ''] = signed.split('\n')
      expect(long.length).toBeGreaterThan(3_800)
      for (const token of [short, long]) await expectToken(token, alg, pairFor(alg).publicKey)
    },
  )

  it('refuses at start-up a key that is for another algorithm', async () => {
    const said = await program().run({ alg: 'RS256', key: keys[name], variables: await device('ES256') })
    expect(said).toMatch(/^Project "shop", key: alg does not fit the type or curve of the key\n/)
  })

  it('throws what the service throws, and signs with nothing else', async () => {
    const key = `${keys[name].replace('/keys/', '/secrets/')}x`
    const said = await program().run({ alg: 'ES256', key, variables: await device('ES256') })
    expect(said).toMatch(/NotFoundException|INVALID_ARGUMENT|Invalid Azure Key Vault Key identifier/)
  })
})

describe('a signer of docs/kms.md', () => {
  it('that leaves DER as it is says what to do', async () => {
    const pem = es256.privateKey.export({ type: 'pkcs8', format: 'pem' })
    const variables = { DEVICE_KEY: await here.write('device.pem', pem) }
    const change = (code: string) =>
      code.replace("alg === 'ES256' ? ecdsaSignatureFromDer(Signature, alg) : Signature", 'Signature')
    const program = new RemoteKeyProgram(page, here, "'@aws-sdk/client-kms'")
    const said = await program.run({ alg: 'ES256', key: keys['@aws-sdk/client-kms'], variables, change })
    expect(said).toMatch(/^The remote signer returned a DER signature; .*ecdsaSignatureFromDer/)
  })

  it('refuses a key of Google with the other padding, and one of Azure without a version', async () => {
    const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })
    const DEVICE_KEY = await here.write('device.pem', pem)
    const google = new RemoteKeyProgram(page, here, "'@google-cloud/kms'")
    const key = keys['@google-cloud/kms']
    for (const [alg, purpose] of [
      ['RS256', purposes.PS256],
      ['PS256', purposes.RS256],
    ] as const) {
      const said = await google.run({ alg, key, variables: { DEVICE_KEY, DEVICE_ALGORITHM: purpose } })
      expect(said).toMatch(`The key is for ${purpose}, not for ${alg}`)
    }
    const azure = new RemoteKeyProgram(page, here, "'@azure/keyvault-keys'")
    const withoutVersion = keys['@azure/keyvault-keys'].replace(/\/[^/]+$/, '')
    const said = await azure.run({ alg: 'RS256', key: withoutVersion, variables: { DEVICE_KEY } })
    expect(said).toMatch(/^The identifier of the key has no version at its end/)
  })

  it('for another service signs a token, too', async () => {
    const lines = [
      "import { createSigner, ecdsaSignatureFromDer } from 'reverse-jwt/customer'",
      "import { sign } from 'node:crypto'",
      "import { readFileSync } from 'node:fs'",
      "const kms = { sign: async (data) => sign('sha256', data, readFileSync('device.pem', 'utf8')) }",
      javascript(page.with("kid: 'kms-2027'").replace("'kms-2027'", `'${kidOf(pemOf(es256.publicKey))}'`)),
      'process.stdout.write(await signer.sign())',
    ]
    await here.write('device.pem', es256.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    await here.write('other.mjs', lines.join('\n'))
    await expectToken(await here.shell('node other.mjs'), 'ES256', es256.publicKey)
  })
})

describe('the signer with Vault', () => {
  const serve = openServer()
  const elsewhere = openServer()
  const program = () => new RemoteKeyProgram(page, here, 'VAULT_ADDR')
  const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const reach = (app: RequestListener) => ({ VAULT_ADDR: addressOf(serve(app)), VAULT_TOKEN: vaultToken })
  const key = 'shop'

  it.each<Alg>(['ES256', 'RS256', 'PS256', 'EdDSA'])(
    'signs a token for %s that the platform accepts, with the thumbprint as kid',
    async (alg) => {
      const pair = pairFor(alg)
      const token = await program().run({ alg, key, variables: reach(transitDouble(pair)) })
      await expectToken(token, alg, pair.publicKey)
    },
  )

  it('stays with its version when Vault has a newer one, and takes that when it is told to', async () => {
    const newer = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const variables = reach(transitDouble(es256, newer))
    await expectToken(await program().run({ alg: 'ES256', key, variables }), 'ES256', es256.publicKey)
    const change = (code: string) => code.replace('version = 1', 'version = 2')
    await expectToken(await program().run({ alg: 'ES256', key, variables, change }), 'ES256', newer.publicKey)
  })

  it('would make tokens that no platform accepts without salt_length', async () => {
    const change = (code: string) => code.replace(", salt_length: 'hash'", '')
    const token = await program().run({ alg: 'PS256', key, variables: reach(transitDouble(rsa)), change })
    await expect(expectToken(token, 'PS256', rsa.publicKey)).rejects.toMatchObject({
      code: 'token_not_verified',
    })
  })

  it('says what Vault answered, without the token of Vault', async () => {
    const variables = { ...reach(transitDouble(es256)), VAULT_TOKEN: 'hvs.another' }
    const said = await program().run({ alg: 'ES256', key, variables })
    expect(said).toMatch(/^Vault answered 403 to transit\/keys\/shop\n/)
    expect(said).not.toContain('hvs.another')
  })

  it('does not carry the token of Vault to where a redirect leads', async () => {
    const asked: string[] = []
    const other = elsewhere((request, response) => {
      asked.push(String(request.headers['x-vault-token']))
      response.end('{}')
    })
    const location = `${addressOf(other)}/v1/transit/keys/shop`
    const variables = reach((_, response) => response.writeHead(307, { location }).end())
    expect(await program().run({ alg: 'ES256', key, variables })).toMatch(/^fetch failed/)
    expect(asked).toEqual([])
  })

  it('waits no longer than its limit', async () => {
    const change = (code: string) => code.replace('timeout(2_000)', 'timeout(50)')
    const variables = reach(() => undefined)
    expect(await program().run({ alg: 'ES256', key, variables, change })).toMatch(
      /^The operation was aborted due to timeout/,
    )
  })
})

it('no code and no command on that page is left out', () => {
  // Those of pkcs11-recipes.spec.ts.
  for (const text of ['--keypairgen', "'pkcs11-tool'"]) page.with(text)
  expect(page.notRun()).toEqual([])
})
