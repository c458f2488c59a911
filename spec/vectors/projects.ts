import {
  ed25519,
  otherP256,
  otherRsa,
  p256,
  p384,
  p521,
  publicHalfOf,
  rsa,
  thirdP256,
  type PublishedKey,
} from './published-keys.js'
import type { VectorKey, VectorProject } from './shape.js'

/** The clock of most vectors, in epoch seconds. */
export const now = 1_790_000_000
export const audience = 'https://platform.example'

type Times = Pick<VectorKey, 'notBefore' | 'notAfter' | 'revokedAt'>

interface KnownKey {
  readonly stored: VectorKey
  readonly published: PublishedKey
}

interface KnownProject extends Omit<VectorProject, 'keys'> {
  readonly keys: readonly KnownKey[]
}

const key = (kid: string, alg: string, published: PublishedKey, times: Times = {}): KnownKey => ({
  stored: { kid, alg, jwk: publicHalfOf(published), ...times },
  published,
})

/** RFC 7638, of `otherP256`. The spec holds the file to it. */
export const otherP256Thumbprint = 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s'

/** Whom the verifier knows. The first has a key for each algorithm, the others have them for ES256. */
const projects: readonly KnownProject[] = [
  {
    id: 'shop',
    keys: [
      key('es256', 'ES256', p256),
      key('rs256', 'RS256', rsa),
      key('ps256', 'PS256', otherRsa),
      key('eddsa', 'EdDSA', ed25519),
      key('es384', 'ES384', p384),
      key('es512', 'ES512', p521),
      key('gone', 'ES256', thirdP256, { revokedAt: now }),
      key('old', 'ES256', thirdP256, { notAfter: now }),
      key('new', 'ES256', thirdP256, { notBefore: now }),
    ],
  },
  {
    id: 'rival',
    // The second kid is also that of a key of the shop.
    keys: [key(otherP256Thumbprint, 'ES256', otherP256), key('es256', 'ES256', otherP256)],
  },
  { id: 'portal', scopes: ['portal:read', 'portal:write'], keys: [key('key-1', 'ES256', thirdP256)] },
  { id: 'tenant', issuer: 'https://issuer.example', keys: [key('key-1', 'ES256', thirdP256)] },
  {
    id: 'pages',
    allowedOrigins: ['https://shop.example', 'https://shop.example:8443'],
    keys: [key('key-1', 'ES256', thirdP256)],
  },
  { id: 'no-pages', allowedOrigins: [], keys: [key('key-1', 'ES256', thirdP256)] },
  { id: 'paused', suspended: true, keys: [key('key-1', 'ES256', thirdP256)] },
  // What joins project and jti without care takes this project's "1" for the shop's "eu:1".
  { id: 'shop:eu', keys: [key('key-1', 'ES256', thirdP256)] },
]

export const publicProjects: readonly VectorProject[] = projects.map(({ keys, ...project }) => ({
  ...project,
  keys: keys.map(({ stored }) => stored),
}))

export function projectWith(id: string): KnownProject {
  const project = projects.find((known) => known.id === id)
  if (project === undefined) throw new Error(`There is no project ${id}`)
  return project
}

export function keyOf(projectId: string, kid: string): KnownKey {
  const found = projectWith(projectId).keys.find(({ stored }) => stored.kid === kid)
  if (found === undefined) throw new Error(`${projectId} has no key ${kid}`)
  return found
}
