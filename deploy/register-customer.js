/**
 * What a platform and its first customer do once: a project, and a key with the proof that the customer holds it. Here one program has
 * both sides. In earnest the customer keeps the private half and sends the public half and the proof: docs/registry.md.
 * Harmless when repeated.
 */
import { createPublicKey } from 'node:crypto'
import pg from 'pg'
import { proveKeyPossession } from 'reverse-jwt/customer'
import { createRegistry, PostgresProjectStore, RegistryError } from 'reverse-jwt/registry'
import { secret } from './secret.js'

const audience = process.env.PLATFORM_URL
const projectId = 'shop'
const by = 'register-customer.js'

const db = new pg.Pool({ password: () => secret('registry-password'), max: 1 })
const registry = createRegistry({ store: new PostgresProjectStore({ db }), audience })

const settings = { allowedOrigins: [process.env.CUSTOMER_URL], scopes: ['portal:read'] }
try {
  await registry.createProject({ id: projectId, name: 'Shop', ...settings }, { by })
} catch (error) {
  if (!(error instanceof RegistryError && error.code === 'project_exists')) throw error
  await registry.updateProject(projectId, settings, { by })
}

const privateKey = secret('project-key.pem')
const jwk = createPublicKey(privateKey).export({ format: 'jwk' })
const { keys } = await registry.listKeys(projectId, { limit: 500 })
if (!keys.some(({ publicJwk, state }) => publicJwk.x === jwk.x && state !== 'pending')) {
  const { kid, challenge } = await registry.registerKey(projectId, { jwk, by })
  const proof = await proveKeyPossession({ privateKey, challenge, audience, projectId })
  await registry.confirmKey(projectId, { kid, proof, by })
}
await db.end()
console.log(`the project ${projectId} has its key`)
