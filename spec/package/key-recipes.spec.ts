import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createSigner, type KeyChallenge } from '../../lib/customer/index.js'
import { admitProjectKey, createVerifier, MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { createRegistry, MemoryProjectStore } from '../../lib/registry/index.js'
import { recipeFolder, Recipes, type RecipeFolder } from './recipes.js'

const page = new Recipes('docs/keys.md', ['python', 'sh'])
const audience = 'https://platform.example'

let here: RecipeFolder
beforeAll(async () => {
  here = await recipeFolder()
})
afterAll(() => rm(here.folder, { recursive: true }))

const read = (name: string) => readFile(join(here.folder, name), 'utf8')
const kidOf = (pem: string) => admitProjectKey({ id: 'shop' }, { pem }).kid
const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string

const es256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed25519 = generateKeyPairSync('ed25519')

describe('the commands of docs/keys.md', () => {
  it.each([
    ['# ES256', 'shop.pem', 'shop.pub.pem'],
    ['# RS256', 'shop-rsa.pem', 'shop-rsa.pub.pem'],
    ['# EdDSA', 'shop-ed.pem', 'shop-ed.pub.pem'],
  ])('make a pair that signs and verifies: %s', async (name, privateHalf, publicHalf) => {
    await here.shell(page.with(name))
    const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ pem: await read(publicHalf) }] }])
    const verifier = createVerifier({ audience, keyStore, replayStore: new MemoryReplayStore() })
    const signer = createSigner({ projectId: 'shop', audience, privateKey: await read(privateHalf) })
    await expect(verifier.verify(await signer.sign())).resolves.toMatchObject({ project: { id: 'shop' } })
  })

  it('make a key file that is all that a signer needs', async () => {
    const jwk = JSON.parse(await here.shell(page.with('npx reverse-jwt keygen'))) as object
    const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ jwk }] }])
    const verifier = createVerifier({ audience, keyStore, replayStore: new MemoryReplayStore() })
    const token = await createSigner({ keyFile: await read('project-key.json') }).sign()
    await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
  })

  it('put the private half into one line, and show whether two halves belong together', async () => {
    const line = await here.shell(`${page.with('export PROJECT_KEY')}printf %s "$PROJECT_KEY"`)
    expect(line).not.toContain('\n')
    expect(() => createSigner({ projectId: 'shop', audience, privateKey: line })).not.toThrow()
    const printed = await here.shell(page.with('# customer'))
    const [customer, platform] = printed.split(/(?<=END PUBLIC KEY-----\n)/)
    expect(customer).toBe(platform)
    expect(customer).toBe(await read('shop.pub.pem'))
  })

  it('convert a certificate and a public key in PKCS#1', async () => {
    await here.shell('openssl req -new -x509 -key shop.pem -subj /CN=shop -days 1 -out cert.pem')
    await here.shell('openssl rsa -pubin -in shop-rsa.pub.pem -RSAPublicKey_out -out pkcs1.pub.pem')
    await here.shell(page.with('openssl x509'))
    expect(await read('from-cert.pub.pem')).toBe(await read('shop.pub.pem'))
    expect(await read('from-pkcs1.pub.pem')).toBe(await read('shop-rsa.pub.pem'))
  })

  it('print the kid with Node', async () => {
    const printed = await here.shell(page.with('node --input-type=module'))
    expect(printed.trim()).toBe(kidOf(await read('shop.pub.pem')))
  })
})

describe('the kid by default, computed without this package', () => {
  /** A coordinate that begins with a zero byte keeps it. */
  const withLeadingZero = (): KeyObject => {
    for (;;) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      if (publicKey.export({ format: 'jwk' }).x?.startsWith('AA')) return publicKey
    }
  }
  const keys: Record<string, KeyObject> = {
    'P-256': es256.publicKey,
    'P-256 with a short coordinate': withLeadingZero(),
    RSA: rsa.publicKey,
    Ed25519: ed25519.publicKey,
  }
  const others: Record<string, KeyObject> = {
    'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey,
    'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey,
  }
  beforeAll(async () => {
    await here.write('kid.py', page.with('kid.py'))
    await here.write('kid.sh', page.with('kid.sh'))
  })

  it.each(Object.entries({ ...keys, ...others }))('is the same with Python: %s', async (_, key) => {
    await here.write('some.pub.pem', pemOf(key))
    expect((await here.shell('python3 kid.py some.pub.pem')).trim()).toBe(kidOf(pemOf(key)))
  })

  it.each(Object.entries(keys))('is the same with openssl: %s', async (_, key) => {
    await here.write('some.pub.pem', pemOf(key))
    expect((await here.shell('sh kid.sh some.pub.pem')).trim()).toBe(kidOf(pemOf(key)))
  })

  it('is the same for a point that is compressed', async () => {
    await here.write('some.pub.pem', pemOf(es256.publicKey))
    await here.shell('openssl ec -pubin -in some.pub.pem -conv_form compressed -out small.pub.pem')
    expect((await read('small.pub.pem')).length).toBeLessThan((await read('some.pub.pem')).length)
    const wanted = `${kidOf(pemOf(es256.publicKey))}\n`
    expect(await here.shell('python3 kid.py small.pub.pem; sh kid.sh small.pub.pem')).toBe(wanted + wanted)
  })

  it('is said of no other key by the script that does not know it', async () => {
    await here.write('other.pub.pem', pemOf(others['P-384'] as KeyObject))
    await expect(here.shell('sh kid.sh other.pub.pem')).rejects.toThrow('kid.sh knows ES256')
  })
})

describe('a proof of possession, made without this package', () => {
  beforeAll(async () => {
    await here.write('prove.py', page.with('prove.py'))
    await here.write('prove-es256.sh', page.with('prove-es256.sh'))
  })

  /** Registers the public half of a pair, and says what the challenge is and what becomes of a proof. */
  async function registration(pair: { privateKey: KeyObject; publicKey: KeyObject }, alg?: 'PS256') {
    const registry = createRegistry({ store: new MemoryProjectStore(), audience })
    const by = 'ops@platform.example'
    await registry.createProject({ id: 'shop' }, { by })
    const asked = { pem: pemOf(pair.publicKey), by, ...(alg !== undefined && { alg }) }
    const { kid, challenge } = await registry.registerKey('shop', asked)
    await here.write('own.pem', pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    await here.write('challenge.json', JSON.stringify(challenge))
    return {
      challenge,
      confirm: (proof: string) => registry.confirmKey('shop', { kid, by, proof: proof.trim() }),
    }
  }
  const python = () => here.shell(`python3 prove.py own.pem shop ${audience} < challenge.json`)
  const shell = ({ kid, nonce, exp }: KeyChallenge) =>
    here.shell(`sh prove-es256.sh own.pem shop ${audience} '${kid}' '${nonce}' ${exp}`)

  it.each([
    ['ES256', es256],
    ['RS256', rsa],
    ['PS256', rsa],
    ['EdDSA', ed25519],
  ] as const)('is accepted from Python for %s', async (alg, pair) => {
    const { challenge, confirm } = await registration(pair, alg === 'PS256' ? alg : undefined)
    expect(challenge.alg).toBe(alg)
    await expect(confirm(await python())).resolves.toMatchObject({ state: 'active', alg })
  })

  it('is accepted from openssl, once', async () => {
    const { challenge, confirm } = await registration(es256)
    const proof = await shell(challenge)
    await expect(confirm(proof)).resolves.toMatchObject({ state: 'active' })
    await expect(confirm(proof)).rejects.toMatchObject({ code: 'challenge_used' })
  })

  it('is refused by another key, and can be corrected', async () => {
    const { challenge, confirm } = await registration(es256)
    const good = await shell(challenge)
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    await here.write('own.pem', other.export({ type: 'pkcs8', format: 'pem' }))
    await expect(confirm(await shell(challenge))).rejects.toMatchObject({ code: 'proof_invalid' })
    await expect(confirm(good)).resolves.toMatchObject({ state: 'active' })
  })

  it('is not made for the challenge of another project', async () => {
    const { challenge } = await registration(es256)
    await here.write('challenge.json', JSON.stringify({ ...challenge, proj_id: 'rival' }))
    await expect(python()).rejects.toThrow('another project')
  })
})

it('no command on that page is left out', () => {
  expect(page.notRun()).toEqual([])
})
