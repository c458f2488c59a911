import { generateKeyPair } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** The private key in a file, as PEM: made once, and kept where only its owner reads it. */
export async function keptKey(file: string, make: () => Promise<string>): Promise<string> {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const privateKey = await make()
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, privateKey, { mode: 0o600, flag: 'wx' })
  return privateKey
}

/** The platform's own key, for its sessions. They outlive a restart, because it does. */
export async function sessionKey(dataFolder: string): Promise<string> {
  return keptKey(join(dataFolder, 'platform', 'session-key.pem'), async () => {
    const { privateKey } = await promisify(generateKeyPair)('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    return privateKey
  })
}
