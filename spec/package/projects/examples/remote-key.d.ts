/** The file that docs/kms.md has the reader write, whatever the service. */
import type { RemoteSigner } from 'reverse-jwt/customer'

export function remoteKey(alg: 'ES256' | 'RS256' | 'PS256', key: string): Promise<RemoteSigner>
