import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { PGlite } from '@electric-sql/pglite'
import { createVerifier, type AuthenticationError } from '../../lib/index.js'
import { createRegistry, PostgresProjectStore, recordEvents } from '../../lib/registry/index.js'
import { audience, mint } from '../helpers/mint.js'
import { emptyPglite } from '../helpers/pglite.js'
import { platform } from '../helpers/platform.js'
import { recordedRows } from '../helpers/recorded.js'

let db: PGlite
beforeAll(async () => {
  db = await emptyPglite()
  await new PostgresProjectStore({ db }).migrate()
})
afterAll(() => db.close())

/** PostgreSQL takes neither NUL nor half a character in a text, and one of them would spoil a whole statement. */
const odd = [
  mint({ header: { kid: 'a\0b' } }),
  mint({ claims: { proj_id: '\0', sub: '\0' } }),
  mint({ claims: { proj_id: 'x\ud800', sub: 'x\ud800' } }),
  mint({ claims: { aud: '\udc00\0' } }),
  mint({ header: { kid: '😀'.repeat(128) } }),
  mint({ header: { kid: `${'x'.repeat(255)}\ud83d\ude00` } }),
  mint({ header: { kid: `'); DROP TABLE reverse_jwt.events; --` } }),
  mint({ header: { kid: '{"$":[1,"\\u0000"]}' } }),
]

it('an odd kid, project or audience loses neither the others of its statement nor itself', async () => {
  const record = recordEvents({ db, refusalsPerSecond: 100 })
  const { options } = platform()
  const verifier = createVerifier({ ...options, onEvent: record.onEvent })
  const ids: string[] = []
  const honest = mint({ claims: { iss: 'wrong' } })
  for (const token of [...odd, honest]) {
    const error = await verifier.verify(token).catch((thrown: unknown) => thrown)
    ids.push((error as AuthenticationError).id)
  }
  await record.close()
  expect(record.dropped).toBe(0)
  const registry = createRegistry({ store: new PostgresProjectStore({ db }), audience })
  for (const id of ids) expect(await registry.getRefusal(id)).toMatchObject({ id })
  // The control.
  expect(await registry.getRefusal(ids.at(-1) ?? '')).toMatchObject({
    reason: 'issuer_mismatch',
    projectId: 'shop',
  })
  expect(await registry.getRefusal(ids[0] ?? '')).toMatchObject({ unverifiedKid: 'a\ufffdb' })
  expect(await recordedRows(db)).toHaveLength(odd.length + 1)
})
