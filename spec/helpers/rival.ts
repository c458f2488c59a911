import { mint, type Override } from './mint.js'
import { rivalKeys } from './platform.js'

/** An honest token of the other tenant. */
export function mintRival(override: Override = {}): string {
  return mint({
    ...override,
    privateKey: rivalKeys.privateKey,
    header: { kid: 'key-rival', ...override.header },
    claims: { iss: 'rival', sub: 'rival', proj_id: 'rival', ...override.claims },
  })
}
