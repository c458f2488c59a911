import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { PGlite } from '@electric-sql/pglite'
import { createVerifier, type AuthenticationError } from '../../lib/index.js'
import { createRegistry, PostgresProjectStore, recordEvents } from '../../lib/registry/index.js'
import { adminApp, credentials, send } from '../helpers/admin.js'
import { audience, mint } from '../helpers/mint.js'
import { emptyPglite } from '../helpers/pglite.js'
import { platform, rival, rivalKeys, shop } from '../helpers/platform.js'
import { openServer } from '../helpers/server.js'
import { unavailableEvent } from '../helpers/events.js'

const serve = openServer()
let db: PGlite
/** Ids of refusals: what the customers have shown to somebody. */
const ids: Record<string, string> = {}
const origin = 'https://secret.shop.example'
const ofRival = { header: { kid: 'key-rival' }, privateKey: rivalKeys.privateKey }

beforeAll(async () => {
  db = await emptyPglite()
  await new PostgresProjectStore({ db }).migrate()
  const record = recordEvents({ db })
  const projects = [shop([], { ...shop(), allowedOrigins: [origin] }), rival]
  const verifier = createVerifier({ ...platform({}, projects).options, onEvent: record.onEvent })
  const refuse = async (name: string, token: string) => {
    const error = await verifier.verify(token, { origin }).catch((thrown: unknown) => thrown)
    ids[name] = (error as AuthenticationError).id
  }
  await refuse('of the shop', mint({ claims: { iss: 'wrong' } }))
  await refuse('that names the shop', mint({ header: { kid: 'made up' } }))
  const claims = { proj_id: 'rival', sub: 'rival', iss: 'wrong' }
  await refuse('of the rival', mint({ ...ofRival, claims }))
  const outage = unavailableEvent({ id: crypto.randomUUID(), signature: 'good', projectId: 'shop', kid: 'k' })
  record.onEvent(outage)
  ids['that the platform could not check'] = outage.id
  await record.close()
})
afterAll(() => db.close())

/** The consoles of two customers, and the operator's. */
const consoles: Record<string, string> = { 'Bearer of-shop': 'shop', 'Bearer of-rival': 'rival' }
async function ask(path: string, authorization = 'Bearer of-rival') {
  const registry = createRegistry({ store: new PostgresProjectStore({ db }), audience })
  const { app } = adminApp(registry, {
    authorize: ({ headers }, { project, action }) => {
      if (headers.authorization === credentials) return { by: 'operator' }
      const own = consoles[headers.authorization ?? '']
      return own !== undefined && own === project && action === 'refusal.read' && { by: own }
    },
  })
  const { status, text } = await send(serve(app), 'GET', path, { headers: { authorization } })
  return { status, text, body: JSON.parse(text) as Record<string, unknown> }
}

it.each(['of the shop', 'that names the shop', 'that the platform could not check'])(
  'does not show the refusal %s to another customer',
  async (name) => {
    const id = ids[name] ?? ''
    const answer = await ask(`/projects/rival/refusals/${id}`)
    expect(answer).toMatchObject({ status: 404, body: { code: 'refusal_not_found' } })
    // As one that was never made.
    const none = await ask(`/projects/rival/refusals/${crypto.randomUUID()}`)
    expect(answer.text).toBe(none.text)
    for (const path of [
      `/projects/shop/refusals/${id}`,
      `/refusals/${id}`,
      `/projects/rival%2F..%2Fshop/refusals/${id}`,
    ])
      expect((await ask(path)).status).toBe(403)
    for (const path of [`/projects/rival/refusals/${id}?project=shop`, `/projects/rival/refusals/${id}%00`])
      expect((await ask(path)).status).toBe(400)
  },
)

it('does not tell a customer from where somebody else has named it', async () => {
  const { status, body, text } = await ask(
    `/projects/shop/refusals/${ids['that names the shop']}`,
    'Bearer of-shop',
  )
  expect(status).toBe(200)
  expect(body).toMatchObject({ reason: 'key_unknown', unverifiedKid: 'made up' })
  expect(text).not.toContain(origin)
})

it('does not tell a customer what has failed within the platform', async () => {
  const path = `refusals/${ids['that the platform could not check']}`
  const { body, text } = await ask(`/projects/shop/${path}`, 'Bearer of-shop')
  expect(body).toMatchObject({ code: 'store_unavailable', reason: 'store_unavailable' })
  expect(text).not.toMatch(/replay/i)
  expect((await ask(`/${path}`, credentials)).body).toMatchObject({ reason: 'replay_store_failed' })
})

it('shows each customer its own, and the operator all: the control', async () => {
  const own = await ask(`/projects/shop/refusals/urn:uuid:${ids['of the shop']}`, 'Bearer of-shop')
  expect(own).toMatchObject({ status: 200, body: { reason: 'issuer_mismatch', projectId: 'shop', origin } })
  const ofTheRival = await ask(`/projects/rival/refusals/${ids['of the rival']}`)
  expect(ofTheRival).toMatchObject({ status: 200, body: { reason: 'issuer_mismatch', projectId: 'rival' } })
  for (const id of Object.values(ids))
    expect(await ask(`/refusals/${id}`, credentials)).toMatchObject({ status: 200 })
})
