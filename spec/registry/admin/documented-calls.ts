import type { Registry } from '../../../lib/registry/index.js'
import { makeKeyPair } from '../../helpers/keys.js'

/** A good body for each operation that needs one. */
export const bodies: Readonly<Record<string, unknown>> = {
  'PATCH /projects/{project}': { name: 'Shop' },
  'POST /projects/{project}/keys/register': { jwk: makeKeyPair('ES256').publicJwk },
  'POST /projects/{project}/keys/confirm': { kid: 'key-1', proof: 'e30.e30.AA' },
  'POST /projects/{project}/keys/revoke': { kid: 'key-1', reason: 'exposed' },
  'POST /projects/{project}/key-set/register': { jwksUri: 'https://shop.example/jwks.json' },
  'POST /projects/{project}/key-set/confirm': { proof: 'e30.e30.AA' },
}

export const bodyOf = (name: string) => ({ body: bodies[name] })

/** A registry whose every method fails like this. */
export function failing(error: Error): Registry {
  const fail = () => Promise.reject(error)
  return new Proxy({} as Registry, { get: () => fail })
}
