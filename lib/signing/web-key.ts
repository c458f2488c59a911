import type { CryptoKey, JWK } from 'jose'
import { CompactSign } from 'jose/jws/compact/sign'
import { compactVerify } from 'jose/jws/compact/verify'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { exportJWK } from 'jose/key/export'
import { importJWK, importPKCS8 } from 'jose/key/import'
import { parsedJson } from '../jwk/jwk-text.js'
import type { PrivateKeyInput } from '../jwk/private-half.js'
import { isDamaged, isPublic, isSymmetric, twoKeys } from '../jwk/private-key-faults.js'
import { isCryptoKey, rsaAlgorithmOf } from '../jwk/web-crypto.js'
import type { Wrong } from '../options/options.js'
import { limits } from '../protocol.js'
import { chooseAlgorithm, chooseKid, type LoadedKey, type WantedNames } from './key-names.js'
import { keyText } from './key-text.js'
import { keyTypeOf, pkcs8Text } from './web-pkcs8.js'

interface WebHalf {
  readonly key: CryptoKey
  readonly alg: LoadedKey['alg']
  readonly kid?: unknown
  /** Undefined for a CryptoKey that cannot be exported. */
  readonly publicJwk: JWK | undefined
}

/**
 * The reader of private keys where there is no `node:crypto`, with WebCrypto alone: PKCS#8, a JWK, or a CryptoKey. It stands in for
 * private-key.ts at the edge, by the conditions in package.json. A wrong key is heard of at the first signature, or by
 * `signer.ready()`. Rejects with a TypeError that says what is wrong, and never quotes the key.
 */
export async function loadPrivateKey(input: PrivateKeyInput, wanted: WantedNames): Promise<LoadedKey> {
  const wrong: Wrong = (what) => new TypeError(`${wanted.caller}: privateKey ${what}`)
  const { key, alg, kid: label, publicJwk } = await importKey(input, wanted, wrong)
  if (publicJwk !== undefined) await checkHalves(key, publicJwk, alg, wrong)
  const kid = chooseKid(wanted.kid, wanted.labels.kid ?? label, wanted.caller)
  if (kid !== undefined) return { key, alg, kid }
  if (publicJwk === undefined) throw wrong('is a CryptoKey that cannot be exported, so it needs kid')
  return { key, alg, kid: await calculateJwkThumbprint(publicJwk) }
}

async function importKey(input: PrivateKeyInput, wanted: WantedNames, wrong: Wrong): Promise<WebHalf> {
  const text = keyText(input)
  if (text?.startsWith('{') === true) return importFromJwk(parsedJson(text), wanted, wrong)
  if (text !== undefined || input instanceof Uint8Array)
    return importFromPkcs8(pkcs8Text(text ?? (input as Uint8Array), wrong), wanted, wrong)
  if (typeof input === 'object' && isCryptoKey(input)) return importFromCryptoKey(input, wanted, wrong)
  return importFromJwk(input, wanted, wrong)
}

async function importFromPkcs8(
  pem: string,
  { alg: given, labels, caller }: WantedNames,
  wrong: Wrong,
): Promise<WebHalf> {
  const type = keyTypeOf(pem)
  if (type === undefined)
    throw wrong('is of a type that cannot be used; use P-256, P-384, P-521, Ed25519 or RSA')
  const alg = chooseAlgorithm(given, labels.alg, type, caller)
  const key = await attempt(importPKCS8(pem, alg, { extractable: true }), wrong)
  return { key, alg, publicJwk: await publicHalf(key) }
}

async function importFromJwk(
  given: unknown,
  { alg: wanted, labels, caller }: WantedNames,
  wrong: Wrong,
): Promise<WebHalf> {
  if (typeof given !== 'object' || given === null || !('kty' in given)) throw wrong(isDamaged)
  const { kty, crv, n, e, x, y, d, p, q, dp, dq, qi, alg: label, kid } = given as JWK
  if (kty === 'oct') throw wrong(isSymmetric)
  if (d === undefined) throw wrong(isPublic)
  const alg = chooseAlgorithm(wanted, labels.alg ?? label, { kty, crv }, caller)
  const publicJwk = withoutUndefined({ kty, crv, n, e, x, y })
  const members = withoutUndefined({ ...publicJwk, d, p, q, dp, dq, qi })
  const key = (await attempt(importJWK(members, alg), wrong)) as CryptoKey
  return { key, alg, kid, publicJwk }
}

async function importFromCryptoKey(
  key: CryptoKey,
  { alg: wanted, labels, caller }: WantedNames,
  wrong: Wrong,
): Promise<WebHalf> {
  if (key.type !== 'private') throw wrong(isPublic)
  if (!key.usages.includes('sign')) throw wrong("is a CryptoKey without the usage 'sign'")
  const { name, namedCurve } = key.algorithm as { name: string; namedCurve?: string }
  const type = { ECDSA: { kty: 'EC', crv: namedCurve }, Ed25519: { kty: 'OKP', crv: 'Ed25519' } }[name] ?? {
    kty: 'RSA',
  }
  const alg = chooseAlgorithm(wanted, labels.alg ?? rsaAlgorithmOf(key), type, caller)
  return { key, alg, publicJwk: key.extractable ? await publicHalf(key) : undefined }
}

async function publicHalf(key: CryptoKey): Promise<JWK> {
  const { kty, crv, n, e, x, y } = await exportJWK(key)
  return withoutUndefined({ kty, crv, n, e, x, y })
}

function withoutUndefined(jwk: { readonly [name in keyof JWK]?: JWK[name] | undefined }): JWK {
  return Object.fromEntries(Object.entries(jwk).filter(([, value]) => value !== undefined))
}

/** The two halves of a JWK may come from two keys. Better to hear of it now than from every platform. */
async function checkHalves(key: CryptoKey, publicJwk: JWK, alg: string, wrong: Wrong): Promise<void> {
  const { min, max } = limits.rsaBits
  const bits = Math.floor(((publicJwk.n?.length ?? 0) * 3) / 4) * 8
  if (publicJwk.kty === 'RSA' && (bits < min || bits > max))
    throw wrong(`is an RSA key of ${bits} bits; platforms accept ${min} to ${max}`)
  const probe = new CompactSign(new TextEncoder().encode('reverse-jwt')).setProtectedHeader({ alg })
  try {
    await compactVerify(await probe.sign(key), await importJWK(publicJwk, alg))
  } catch {
    throw wrong(twoKeys)
  }
}

/** What WebCrypto says would help nobody, and nothing of the key shall get near an error. */
async function attempt<T>(importing: Promise<T>, wrong: Wrong): Promise<T> {
  try {
    return await importing
  } catch {
    throw wrong(isDamaged)
  }
}
