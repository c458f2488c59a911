import { generateProjectKey } from '../../lib/customer/index.js'
import type { KeyStore } from '../../lib/index.js'
import { MemoryRevocations } from '../../lib/session/index.js'

/** What a platform needs for its sessions, in one process that lives as long as a test. */
export async function sessionSettings(keyStore: KeyStore) {
  const { privateKey } = await generateProjectKey()
  const revocations = new MemoryRevocations({ keyStore })
  return { keyStore, sessionKey: privateKey, revocations, servicesSecret: 'known-to-services' }
}
