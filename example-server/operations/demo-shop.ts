/** The platform's first customer: what it keeps, and how it comes into the registry. */
import { createPublicKey } from 'node:crypto'
import { join } from 'node:path'
import { generateProjectKey, proveKeyPossession } from 'reverse-jwt/customer'
import {
  RegistryError,
  type KeyView,
  type ProjectView,
  type Registry,
  type RegistryErrorCode,
} from 'reverse-jwt/registry'
import { keptKey } from './kept-key.js'

export const demoShop = 'demo-shop'
const by = 'npm start'

export interface CustomerKey {
  /** PEM. */
  readonly privateKey: string
  /** Where the customer publishes the public half, if it does. Else the platform is given it. */
  readonly jwksUri?: string | undefined
}

/** The customer's own key pair. */
export async function customerKey(dataFolder: string): Promise<{ privateKey: string; file: string }> {
  const file = join(dataFolder, 'customer', 'project-key.pem')
  const privateKey = await keptKey(file, async () => (await generateProjectKey()).privateKey)
  return { privateKey, file }
}

/**
 * Makes the project, and hands over the public half with a proof: what a customer and a platform do once. Returns what keeps
 * the customer from calling, if that is so.
 */
export async function registerDemoShop(
  registry: Registry,
  audience: string,
  customerOrigin: string,
  { privateKey, jwksUri }: CustomerKey,
): Promise<string | undefined> {
  const project = await projectOf(registry, customerOrigin)
  if (project === undefined)
    return 'was deleted, and an id is never used again. For a new start, delete the data.'
  const { allowedOrigins } = project
  if (allowedOrigins?.includes(customerOrigin) === false) {
    const origins = { allowedOrigins: [...allowedOrigins, customerOrigin].slice(-100) }
    await registry.updateProject(demoShop, origins, { by })
  }
  if (jwksUri !== undefined) return registerSet(registry, audience, project, { privateKey, jwksUri })
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' })
  const known = await keyOf(registry, jwk.x ?? jwk.n)
  if (known !== undefined && known.state !== 'pending') {
    const isUsable = known.state === 'active' || known.state === 'retiring'
    return isUsable
      ? undefined
      : `has a key that is ${known.state}, so its calls are refused. For a new one, delete the file of the customer's key and start again.`
  }
  const { kid, challenge } = await registry.registerKey(demoShop, { jwk, by })
  const proof = await proveKeyPossession({ privateKey, challenge, audience, projectId: demoShop })
  await registry.confirmKey(demoShop, { kid, proof, by })
  return undefined
}

/** The same for the address where the customer publishes its keys. */
async function registerSet(
  registry: Registry,
  audience: string,
  { keySet }: ProjectView,
  { privateKey, jwksUri }: CustomerKey & { readonly jwksUri: string },
): Promise<string | undefined> {
  if (keySet?.jwksUri === jwksUri) return undefined
  const { challenge } = await registry.registerKeySet(demoShop, { jwksUri, by })
  const proof = await proveKeyPossession({ privateKey, challenge, audience, projectId: demoShop, jwksUri })
  try {
    await registry.confirmKeySet(demoShop, { proof, by })
    return undefined
  } catch (error) {
    // Somebody has edited the set, or revoked its key.
    if (!isRefusal(error, 'proof_invalid') && !isRefusal(error, 'key_set_unreadable')) throw error
    return `has a key set that was not taken: ${(error as Error).message}`
  }
}

/** The key of the shop with these numbers, if it has one. */
async function keyOf(registry: Registry, number: string | undefined): Promise<KeyView | undefined> {
  let after: string | undefined
  do {
    const { keys, next } = await registry.listKeys(demoShop, { after, limit: 500 })
    const found = keys.find(({ publicJwk: { x, n } }) => (x ?? n) === number)
    if (found !== undefined) return found
    after = next
  } while (after !== undefined)
  return undefined
}

async function projectOf(registry: Registry, customerOrigin: string): Promise<ProjectView | undefined> {
  const settings = {
    id: demoShop,
    name: 'Demo Shop',
    allowedOrigins: [customerOrigin],
    scopes: ['portal:read', 'portal:write'],
  }
  try {
    return await registry.createProject(settings, { by })
  } catch (error) {
    if (!isRefusal(error, 'project_exists')) throw error
  }
  try {
    return await registry.getProject(demoShop)
  } catch (error) {
    if (!isRefusal(error, 'project_not_found')) throw error
    return undefined
  }
}

function isRefusal(error: unknown, code: RegistryErrorCode): boolean {
  return error instanceof RegistryError && error.code === code
}
