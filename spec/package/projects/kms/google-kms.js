/** Stands in for @google-cloud/kms: what getPublicKey and asymmetricSign take and answer, and what they refuse. */
import { isEd25519, publicKey, signData, signDigest } from 'kms-device'

/** A key of Google has one algorithm for its life. */
const algorithm = process.env.DEVICE_ALGORITHM

const version =
  /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+\/cryptoKeyVersions\/\d+$/

function check({ name }, { timeout, retry }) {
  if (!(timeout > 0) || retry !== null)
    throw new Error('The double wants a time limit, and no retries beyond it')
  if (!version.test(name)) throw Object.assign(new Error('3 INVALID_ARGUMENT: Resource name'), { code: 3 })
}

export class KeyManagementServiceClient {
  async getPublicKey(request, options) {
    check(request, options)
    const pem = publicKey.export({ type: 'spki', format: 'pem' })
    const { name } = request
    const answer = { pem, algorithm, pemCrc32c: { value: '2561089887' }, name, protectionLevel: 'HSM' }
    return [answer, undefined, undefined]
  }

  async asymmetricSign(request, options) {
    check(request, options)
    const { name, digest, data } = request
    if ((data === undefined) !== (digest !== undefined) || isEd25519 !== (digest === undefined))
      throw Object.assign(new Error('3 INVALID_ARGUMENT: Digest or data'), { code: 3 })
    if (digest !== undefined && digest.sha256?.length !== 32)
      throw Object.assign(new Error('3 INVALID_ARGUMENT: Digest'), { code: 3 })
    const isPss = algorithm.startsWith('RSA_SIGN_PSS_')
    const signature = isEd25519 ? signData(data) : signDigest(digest.sha256, { isPss })
    const checked = { verifiedDigestCrc32c: false, verifiedDataCrc32c: false }
    const answer = { signature, signatureCrc32c: { value: '1' }, ...checked, name, protectionLevel: 'HSM' }
    return [answer, undefined, undefined]
  }
}
