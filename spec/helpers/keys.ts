import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kept } from './kept-folder.js'

export interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly publicJwk: JsonWebKey
}

function pairOf(pair: { privateKey: KeyObject; publicKey: KeyObject }): KeyPair {
  return { ...pair, publicJwk: pair.publicKey.export({ format: 'jwk' }) }
}

/** A fresh pair that fits the algorithm. */
export function makeKeyPair(alg: string): KeyPair {
  if (alg === 'EdDSA' || alg === 'Ed25519') return pairOf(generateKeyPairSync('ed25519'))
  if (/^[RP]S/.test(alg)) return pairOf(generateKeyPairSync('rsa', { modulusLength: 2048 }))
  const namedCurve = alg === 'ES256' ? 'P-256' : alg === 'ES384' ? 'P-384' : 'P-521'
  return pairOf(generateKeyPairSync('ec', { namedCurve }))
}

/** To make an RSA key costs a tenth of a second, and hundreds of test files use one: so the honest ones are made once. */
const keptAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const keptFile = 'keys.json'
const folder = await kept('lasting-rsa-keys', async (filling) => {
  const keys = keptAlgorithms.map((alg) => {
    const { privateKey } = makeKeyPair(alg)
    return [alg, privateKey.export({ type: 'pkcs8', format: 'pem' })] as const
  })
  await writeFile(join(filling, keptFile), JSON.stringify(Object.fromEntries(keys)))
})
const keptKeys = JSON.parse(readFileSync(join(folder, keptFile), 'utf8')) as Readonly<Record<string, string>>

const pairs = new Map<string, KeyPair>()

/** The honest project's pair for the algorithm, the same all through a test file. RS and PS have pairs of their own. */
export function keyPair(alg: string): KeyPair {
  const pair = pairs.get(alg) ?? keptKeyPair(alg) ?? makeKeyPair(alg)
  pairs.set(alg, pair)
  return pair
}

function keptKeyPair(alg: string): KeyPair | undefined {
  const pem = keptKeys[alg]
  if (pem === undefined) return undefined
  const privateKey = createPrivateKey(pem)
  return pairOf({ privateKey, publicKey: createPublicKey(privateKey) })
}
