/** How the platform reads the key sets of its customers. */
import { resolve4 } from 'node:dns/promises'
import { rootCertificates } from 'node:tls'
import type { JwksKeyStoreOptions } from 'reverse-jwt'
import type { KeySetReadOptions } from 'reverse-jwt/registry'
import { keyHostName, type KeyHost } from './key-host.js'

const loopback = '127.0.0.1'

/**
 * Nothing but what is public is connected to: those are the defaults, and a platform leaves them as they are. **In this demo alone** a
 * customer's host may be this machine, when there is one.
 */
export function keySetReads(keyHost: KeyHost | undefined): KeySetReadOptions & JwksKeyStoreOptions {
  if (keyHost === undefined) return {}
  return {
    allowAddress: (address) => address === loopback,
    resolve: (name) => (name === keyHostName ? Promise.resolve([loopback]) : resolve4(name)),
    ca: [...rootCertificates, keyHost.certificate],
    ports: [443, keyHost.port],
  }
}
