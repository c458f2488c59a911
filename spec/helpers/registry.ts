import { expect } from '@jest/globals'
import {
  createRegistry,
  MemoryProjectStore,
  RegistryError,
  type ProjectStore,
  type Registry,
  type RegistryErrorCode,
  type RegistryOptions,
} from '../../lib/registry/index.js'
import { makeKeyPair, type KeyPair } from './keys.js'
import { audience, now } from './mint.js'
import { prove } from './possession.js'

export const by = 'ops@platform.example'

export interface ManagedPlatform {
  readonly store: ProjectStore
  readonly registry: Registry
  /** The registry's clock, to be set by a test. */
  readonly clock: { now: number }
}

/** A registry over a store, with a clock that stands still. */
export function managed<Store extends ProjectStore = MemoryProjectStore>(
  store: Store = new MemoryProjectStore() as unknown as Store,
  options: Pick<RegistryOptions, 'challengeLifetime'> = {},
): ManagedPlatform & { readonly store: Store } {
  const clock = { now }
  return { store, clock, registry: createRegistry({ store, audience, clock: () => clock.now, ...options }) }
}

/** The same with a project `shop` in it. */
export async function managedShop(options?: Pick<RegistryOptions, 'challengeLifetime'>) {
  const platform = managed(new MemoryProjectStore(), options)
  await platform.registry.createProject({ id: 'shop' }, { by })
  return platform
}

/** Registers a customer's own key and confirms it. */
export async function handOver(
  registry: Registry,
  projectId: string,
  pair: KeyPair = makeKeyPair('ES256'),
  options: { kid?: string; replaces?: string; overlap?: number } = {},
) {
  const { kid, challenge } = await registry.registerKey(projectId, {
    jwk: pair.publicJwk,
    ...options,
    by,
  })
  const proof = await prove({ privateKey: pair.privateKey, challenge })
  return registry.confirmKey(projectId, { kid, proof, by })
}

const statuses: Readonly<Record<RegistryErrorCode, number>> = {
  request_invalid: 400,
  proof_invalid: 422,
  key_set_unreadable: 422,
  project_not_found: 404,
  key_not_found: 404,
  key_set_not_found: 404,
  refusal_not_found: 404,
  project_exists: 409,
  key_exists: 409,
  key_not_active: 409,
  too_many_keys: 409,
  challenge_used: 409,
  conflict: 409,
  challenge_expired: 410,
}

/** Rejects with this code, its status, and these words. */
export async function expectDenial(
  outcome: Promise<unknown>,
  code: RegistryErrorCode,
  message: string | RegExp,
): Promise<void> {
  const thrown: unknown = await outcome.then(
    () => new Error('done'),
    (reason: unknown) => reason,
  )
  expect(thrown).toMatchObject({
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  })
  expect(thrown).toBeInstanceOf(RegistryError)
  expect(thrown).toMatchObject({ name: 'RegistryError', status: statuses[code] })
  // No frames: some error handlers send them.
  expect((thrown as RegistryError).stack?.split('\n')).toHaveLength(1)
}
