/** The private half of the doubles in this folder, and what they sign with it. The program that is tested never sees it. */
import { execFileSync } from 'node:child_process'
import { constants, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'

const file = process.env.DEVICE_KEY
const privateKey = createPrivateKey(readFileSync(file))

export const publicKey = createPublicKey(privateKey)
export const isRsa = publicKey.asymmetricKeyType === 'rsa'
export const isEd25519 = publicKey.asymmetricKeyType === 'ed25519'

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }

/** Hashes with SHA-256 and signs; Ed25519 takes the text itself. ECDSA is DER, unless it is asked for R and S joined. */
export function signData(data, { isPss = false, dsaEncoding = 'der' } = {}) {
  return sign(isEd25519 ? null : 'sha256', data, { key: privateKey, dsaEncoding, ...(isPss && pss) })
}

/** Signs a SHA-256, which node:crypto cannot. ECDSA is DER. */
export function signDigest(digest, { isPss }) {
  const padding = isPss ? ['rsa_padding_mode:pss', 'rsa_pss_saltlen:32'] : []
  const options = ['digest:sha256', ...padding].flatMap((option) => ['-pkeyopt', option])
  return execFileSync('openssl', ['pkeyutl', '-sign', '-inkey', file, ...options], { input: digest })
}
