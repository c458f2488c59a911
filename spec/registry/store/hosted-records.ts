import type { HostedKeyRecord, ProjectChange, ProjectRecord } from '../../../lib/registry/index.js'
import { thumbprint } from '../../../lib/jwk/thumbprint.js'
import { keyPair } from '../../helpers/keys.js'
import { now } from '../../helpers/mint.js'
import { changeOf } from '../../helpers/records.js'

export const jwksUri = 'https://shop.example/jwks.json'
export const keySet = { jwksUri, confirmedAt: now }
export const pendingKeySet = {
  jwksUri: 'https://keys.shop.example/é.json',
  challenge: { nonceHash: 'hash', expiresAt: now + 600 },
}
export const { publicJwk } = keyPair('ES256')

export const hostedKey = (kid: string, override: Partial<HostedKeyRecord> = {}): HostedKeyRecord => ({
  kid,
  alg: 'ES256',
  publicJwk,
  thumbprint: thumbprint(publicJwk),
  firstSeen: now,
  ...override,
})

/** A change that makes the project, or takes it to another version. */
export const setChange = (
  project: ProjectRecord,
  hostedKeys: readonly HostedKeyRecord[] = [],
  keys: ProjectChange['keys'] = [],
): ProjectChange => ({ ...changeOf(project, keys), hostedKeys })
