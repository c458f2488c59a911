import { expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { createRegistry, MemoryProjectStore, type RefusalRecord } from '../../../lib/registry/index.js'
import { whatToDo } from '../../../lib/registry/record/what-to-do.js'
import { outageReasons, outages, refusals } from '../../../lib/http/refusals.js'
import { audience, now } from '../../helpers/mint.js'

const id = randomUUID()
const found: RefusalRecord = {
  id,
  at: now,
  type: 'refused',
  code: 'token_replayed',
  reason: 'token_replayed',
  projectId: 'shop',
}
/** A registry whose store has kept one refusal; as with a listener, which wraps the store. */
function registryWith(record: RefusalRecord | undefined) {
  const refusal = (asked: string) => Promise.resolve(asked === id ? record : undefined)
  const store = Object.assign(new MemoryProjectStore(), { refusal })
  return createRegistry({ store, audience, onEvent: () => undefined })
}

it.each([id, id.toUpperCase(), `urn:uuid:${id}`, `URN:UUID:${id.toUpperCase()}`])(
  'a refusal is found by %s',
  async (given) => {
    expect(await registryWith(found).getRefusal(given)).toEqual({
      ...found,
      whatToDo: whatToDo.token_replayed,
    })
  },
)

it.each(['', 'x', `urn:uuid:${id}x`, `uuid:${id}`, ` ${id}`, `${id}\n`, undefined, 7])(
  'by %j nothing is looked for',
  async (given) => {
    await expect(registryWith(found).getRefusal(given as string)).rejects.toMatchObject({
      code: 'request_invalid',
    })
  },
)

it('an id of a project that got lost opens nothing', async () => {
  const query = { projectId: undefined } as unknown as { projectId: string }
  await expect(registryWith({ ...found, projectId: 'rival' }).getRefusal(id, query)).rejects.toMatchObject({
    code: 'request_invalid',
  })
})

it('one that was not kept says why it may not have been', async () => {
  const failure = registryWith(undefined).getRefusal(id)
  await expect(failure).rejects.toMatchObject({ code: 'refusal_not_found', status: 404 })
  await expect(failure).rejects.toThrow(/recordEvents counts them instead/)
})

it('a store without a record says that it has none', async () => {
  const registry = createRegistry({ store: new MemoryProjectStore(), audience, onEvent: () => undefined })
  await expect(registry.getRefusal(id)).rejects.toThrow(
    'This store keeps no refusals; PostgresProjectStore finds what recordEvents has kept.',
  )
})

it('there is something to do about every code and every reason', () => {
  const codes = [...Object.keys(refusals), ...Object.keys(outages), ...outageReasons]
  expect(codes.filter((code) => !Object.hasOwn(whatToDo, code))).toEqual([])
  for (const text of Object.values(whatToDo))
    expect(text).toMatch(/^(?:Customer|Page|Platform|Nothing)\b[\x20-\x7E]+[.?]$/)
})
