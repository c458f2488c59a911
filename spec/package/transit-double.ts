import { constants, sign, type KeyObject } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { json } from 'node:stream/consumers'

export const vaultToken = 'hvs.CAESIJ4f'

interface Asked {
  readonly input: string
  readonly key_version?: number
  readonly marshaling_algorithm?: 'asn1' | 'jws'
  readonly signature_algorithm?: 'pss' | 'pkcs1v15'
  readonly salt_length?: 'auto' | 'hash'
}

/** Answers as the transit engine of Vault does for the key `shop`, of which these are the versions from 1 on. */
export function transitDouble(
  ...versions: readonly { privateKey: KeyObject; publicKey: KeyObject }[]
): RequestListener {
  const publicHalves = versions.map(({ publicKey }, index) => [
    index + 1,
    { public_key: publicText(publicKey) },
  ])
  const answers: Record<string, (asked: Asked) => object> = {
    'GET /v1/transit/keys/shop': () => ({
      type: 'ecdsa-p256',
      name: 'shop',
      latest_version: versions.length,
      supports_signing: true,
      keys: Object.fromEntries(publicHalves) as object,
    }),
    'POST /v1/transit/sign/shop/sha2-256': (asked) => {
      const { key_version: version = versions.length } = asked
      const privateKey = versions[version - 1]?.privateKey
      if (privateKey === undefined)
        throw new Error('requested version for signing is higher than the latest key version')
      return { key_version: version, signature: `vault:v${version}:${signatureText(privateKey, asked)}` }
    },
  }
  return (request, response) => {
    const answerTo = async () => {
      if (request.headers['x-vault-token'] !== vaultToken)
        return [403, { errors: ['permission denied'] }] as const
      const answer = answers[`${request.method ?? ''} ${request.url ?? ''}`]
      if (answer === undefined) return [404, { errors: [] }] as const
      const data = answer(request.method === 'POST' ? await bodyOf(request) : { input: '' })
      const rest = { request_id: '5c1d1b9c', lease_id: '', renewable: false, lease_duration: 0 }
      return [200, { ...rest, data, wrap_info: null, warnings: null, auth: null }] as const
    }
    answerTo()
      .catch((error: unknown) => [400, { errors: [String(error)] }] as const)
      .then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
      .catch(() => response.destroy())
  }
}

const bodyOf = async (request: IncomingMessage) => (await json(request)) as Asked

/** PEM, but the 32 bytes alone for Ed25519. */
function publicText(key: KeyObject): string {
  if (key.asymmetricKeyType !== 'ed25519') return key.export({ type: 'spki', format: 'pem' }) as string
  return key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
}

function signatureText(key: KeyObject, asked: Asked): string {
  const {
    marshaling_algorithm: marshaling = 'asn1',
    signature_algorithm: algorithm = 'pss',
    salt_length: salt,
  } = asked
  const pss = {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    // As long as can be, unless it is told otherwise.
    saltLength: salt === 'hash' ? 32 : constants.RSA_PSS_SALTLEN_MAX_SIGN,
  }
  const isPss = key.asymmetricKeyType === 'rsa' && algorithm === 'pss'
  const signature = sign(
    key.asymmetricKeyType === 'ed25519' ? null : 'sha256',
    Buffer.from(asked.input, 'base64'),
    {
      key,
      dsaEncoding: marshaling === 'jws' ? 'ieee-p1363' : 'der',
      ...(isPss && pss),
    },
  )
  return signature.toString(marshaling === 'jws' ? 'base64url' : 'base64')
}
