/**
 * Tokens that the platform must refuse, for visitors who try attacks:
 *
 *     POST /story/tokens/expired   ->  { "token": "eyJ..." }
 *
 * No real customer has this: its backend signs what is right, and nothing else. What is wrong with each is wrong for every platform, so
 * none of them is good for anything.
 */
import { importPKCS8 } from 'jose/key/import'
import { decodeJwt } from 'jose/jwt/decode'
import { SignJWT } from 'jose/jwt/sign'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { createSigner, generateProjectKey } from 'reverse-jwt/customer'

export interface OddTokenSettings {
  /** The customer's origin: for use from its page, as its honest tokens are. */
  readonly address: string
  readonly platformAddress: string
  /** PEM. */
  readonly privateKey: string
}

export type OddToken = () => Promise<string>

const anotherPlatform = 'https://another-platform.example'
/** Seconds. More than platforms forgive for clocks that differ. */
const expiredFor = 120

export function oddTokens(settings: OddTokenSettings): ReadonlyMap<string, OddToken> {
  const { address, platformAddress, privateKey } = settings
  const expiresIn = 60
  const extra = { scope: 'portal:read', origin: address }
  const own = { projectId: 'demo-shop', privateKey, expiresIn }
  const signer = createSigner({ ...own, audience: platformAddress })
  const elsewhere = createSigner({ ...own, audience: anotherPlatform })

  /** Signed with the right key, for here, and too late. A signer of the package would not: it reads the clock itself. */
  const expired = async () => {
    const token = await signer.sign(extra)
    const { alg, kid, typ } = decodeProtectedHeader(token) as { alg: string; kid: string; typ: string }
    const exp = Math.floor(Date.now() / 1000) - expiredFor
    return new SignJWT({ ...decodeJwt(token), exp, iat: exp - expiresIn })
      .setProtectedHeader({ alg, kid, typ })
      .sign(await importPKCS8(privateKey, alg))
  }

  /** Names the project and the key of Demo Shop, and is signed with the key of somebody else, which is made for it. */
  const foreignKey = async () => {
    const { kid = '' } = decodeProtectedHeader(await signer.sign())
    const pair = await generateProjectKey()
    const names = { projectId: 'demo-shop', kid, audience: platformAddress, expiresIn }
    return createSigner({ ...names, privateKey: pair.privateKey }).sign(extra)
  }

  return new Map<string, OddToken>([
    ['audience', () => elsewhere.sign(extra)],
    ['expired', expired],
    ['foreign-key', foreignKey],
  ])
}
