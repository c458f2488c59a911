import { describe, expect, it } from '@jest/globals'
import { createRegistry, MemoryProjectStore } from '../../lib/registry/index.js'
import { audience } from '../helpers/mint.js'
import { by } from '../helpers/registry.js'

describe('createRegistry', () => {
  const store = new MemoryProjectStore()
  it.each([
    [{ audience }, 'createRegistry: store must be a project store, such as new PostgresProjectStore({ db })'],
    [
      { store: {}, audience },
      'createRegistry: store must be a project store, such as new PostgresProjectStore({ db })',
    ],
    [{ store }, "createRegistry: audience is missing: the platform's name, as the verifier has it"],
    [{ store, audience: '' }, "createRegistry: audience must be the platform's name, as the verifier has it"],
    [
      { store, audience: undefined },
      'createRegistry: audience is undefined; is the variable set that should hold it?',
    ],
    [{ store, audience, clock: 7 }, 'createRegistry: clock must be a function that returns epoch seconds'],
    [{ store, audience, clok: 7 }, 'createRegistry: unknown option "clok". Did you mean "clock"?'],
  ])('refuses %j', (options, message) => {
    expect(() => createRegistry(options as never)).toThrow(new TypeError(message))
  })

  it.each([NaN, undefined, '1790000000'])('changes nothing while its clock says %p', async (time) => {
    const registry = createRegistry({ store, audience, clock: () => time as number })
    await expect(registry.createProject({}, { by })).rejects.toMatchObject({
      name: 'StoreError',
      code: 'store_unavailable',
      message: 'createRegistry: the option clock does not say what time it is. Nothing was changed.',
      cause: 'the clock did not return epoch seconds',
    })
    expect(await store.list({ limit: 1 })).toEqual([])
  })

  it('has the time of the system unless told otherwise', async () => {
    const begun = Date.now() / 1000
    const registry = createRegistry({ store: new MemoryProjectStore(), audience })
    const { createdAt } = await registry.createProject({}, { by })
    expect(createdAt).toBeGreaterThanOrEqual(begun)
    expect(createdAt).toBeLessThanOrEqual(Date.now() / 1000)
  })
})
