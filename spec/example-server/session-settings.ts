import { generateProjectKey } from '../../lib/customer/index.js'
import type { KeyStore } from '../../lib/index.js'
import { MemoryRevocations } from '../../lib/session/index.js'

/** What a platform needs for its sessions and the service that takes them, in one process that lives as long as a test. */
export async function sessionSettings(keyStore: KeyStore) {
  const { privateKey } = await generateProjectKey()
  const revocations = new MemoryRevocations({ keyStore })
  const ordersAddress = 'http://127.0.0.1:4002'
  return {
    keyStore,
    sessionKey: privateKey,
    revocations,
    ordersAddress,
    servicesSecret: 'known-to-services',
  }
}
