import { shown } from '../options/quoted.js'
import { isAbsent, type JwkMembers } from './jwk-labels.js'

/** The curves that have an algorithm here, by type of key. RFC 7518 section 6.2.1.1, RFC 8037 section 2. */
const curves = new Map([
  ['EC', ['P-256', 'P-384', 'P-521']],
  ['OKP', ['Ed25519']],
])
const types = ['RSA', ...curves.keys()]

/** Other names of the curves, in small letters and without signs. RFC 5480 and RFC 3279 have their own. */
const curveNames = new Map([
  ['p256', 'P-256'],
  ['secp256r1', 'P-256'],
  ['prime256v1', 'P-256'],
  ['p384', 'P-384'],
  ['secp384r1', 'P-384'],
  ['p521', 'P-521'],
  ['secp521r1', 'P-521'],
  ['ed25519', 'Ed25519'],
])

/**
 * What is wrong with the kty of a JWK, or with its crv as far as a name that is spelled wrong; undefined: nothing. A curve that
 * has no algorithm here is left to the caller.
 */
export function typeFault({ kty, crv }: JwkMembers): string | undefined {
  if (isAbsent(kty)) return 'is an object, but not a JWK: it has no kty ("EC", "RSA" or "OKP")'
  if (typeof kty !== 'string') return 'has a kty that is no text; it is "EC", "RSA" or "OKP"'
  if (!types.includes(kty)) return otherType(kty)
  return kty === 'RSA' ? undefined : curveFault(kty, crv)
}

function otherType(kty: string): string {
  const [, name = '', hsm] = /^(.*?)(-HSM)?$/is.exec(kty.slice(0, 16)) ?? []
  const meant = types.find((type) => type === name.toUpperCase())
  if (name.toLowerCase() === 'oct') return `has the kty${shown(kty)}: a shared secret; use a key pair`
  if (meant === undefined) return `has the kty${shown(kty)}, which cannot be used; use "EC", "RSA" or "OKP"`
  if (hsm === undefined) return `has the kty${shown(kty)}; write "${meant}"`
  return `has the kty${shown(kty)}, as Azure marks a key that stays in its HSM; write "${meant}" for its public half, and sign with a remote signer`
}

function curveFault(kty: string, crv: unknown): string | undefined {
  const own = curves.get(kty) ?? []
  if (typeof crv !== 'string') {
    return `has no crv; with kty "${kty}" it is one of ${own.join(', ')}`
  }
  if (own.includes(crv)) return undefined
  const curve = curveNames.get(
    crv
      .slice(0, 16)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, ''),
  )
  if (curve === undefined) return undefined
  const [properType] = Array.from(curves).find(([, names]) => names.includes(curve)) ?? []
  if (properType === kty) return `has the crv${shown(crv)}; write "${curve}"`
  return `has the kty "${kty}" and the crv${shown(crv)}, which do not go together; with "${curve}" the kty is "${properType ?? ''}"`
}
