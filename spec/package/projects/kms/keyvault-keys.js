/** Stands in for @azure/keyvault-keys: what getKey and signData take and answer, and what they refuse. */
import { DefaultAzureCredential } from '@azure/identity'
import { isRsa, publicKey, signData } from 'kms-device'

export function parseKeyVaultKeyIdentifier(sourceId) {
  const [, collection, name, version] = new URL(sourceId).pathname.split('/')
  if (collection !== 'keys') throw new Error(`Invalid Azure Key Vault Key identifier: ${sourceId}`)
  return { sourceId, vaultUrl: new URL(sourceId).origin, version, name }
}

function checkCredential(credential) {
  if (!(credential instanceof DefaultAzureCredential)) throw new Error('The double wants a credential')
}

function checkTimeLimit({ abortSignal }) {
  if (!(abortSignal instanceof AbortSignal)) throw new Error('The double wants a time limit')
}

export class KeyClient {
  constructor(vaultUrl, credential) {
    checkCredential(credential)
    this.vaultUrl = vaultUrl
  }

  async getKey(name, options) {
    checkTimeLimit(options)
    const { version } = options
    const { vaultUrl } = this
    const id = `${vaultUrl}/keys/${name}/${version}`
    const jwk = publicKey.export({ format: 'jwk' })
    const bytes = (text) => text && new Uint8Array(Buffer.from(text, 'base64url'))
    const kty = `${jwk.kty}-HSM`
    const keyOps = ['sign', 'verify']
    const numbers = { n: bytes(jwk.n), e: bytes(jwk.e), x: bytes(jwk.x), y: bytes(jwk.y) }
    const key = { kid: id, kty, keyOps, crv: jwk.crv, ...numbers }
    const properties = { name, version, vaultUrl, enabled: true }
    return { key, id, name, keyType: kty, keyOperations: keyOps, properties }
  }
}

export class CryptographyClient {
  constructor(key, credential) {
    checkCredential(credential)
    this.key = key
  }

  async signData(algorithm, data, options) {
    checkTimeLimit(options)
    if (!(isRsa ? ['RS256', 'PS256'] : ['ES256']).includes(algorithm))
      throw Object.assign(new Error('Key and signing algorithm are incompatible'), {
        code: 'BadParameter',
        statusCode: 400,
      })
    const result = signData(data, { isPss: algorithm === 'PS256', dsaEncoding: 'ieee-p1363' })
    return { result: new Uint8Array(result), algorithm, keyID: this.key.id }
  }
}
