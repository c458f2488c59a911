import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { createVerifier, type Verifier } from '../../lib/index.js'
import { recordEvents, type EventRecorder } from '../../lib/registry/index.js'
import { acceptedEvent } from '../helpers/events.js'
import { FakeDatabase } from '../helpers/fake-record.js'
import { mint, now } from '../helpers/mint.js'
import { platform, rival, rivalKeys, shop } from '../helpers/platform.js'

/** What a second may write, by default. */
const ofStrangers = 5
const ofProject = 20

let db: FakeDatabase
let record: EventRecorder
let clock: { now: number }
let verifier: Verifier
beforeEach(() => {
  db = new FakeDatabase()
  const made = platform({}, [shop(), rival])
  ;({ clock } = made)
  record = recordEvents({ db, clock: () => clock.now })
  verifier = createVerifier({ ...made.options, onEvent: record.onEvent })
})
afterEach(() => record.close())

const refused = (token: string) => expect(verifier.verify(token)).rejects.toThrow()
/** Each with its number. */
const many = async (count: number, token: (at: number) => string) => {
  for (let at = 0; at < count; at++) await refused(token(at))
}
const rows = async () => {
  await record.flush()
  const singles = db.rows.filter(({ detail }) => detail.counted === undefined)
  const counted = db.rows.filter(({ detail }) => detail.counted !== undefined)
  return { singles, counted, all: counted.reduce((sum, { count }) => sum + count, singles.length) }
}
/** The one refusal of the other project, for which support will ask. */
const refuseTheOther = () =>
  refused(
    mint({
      header: { kid: 'key-rival' },
      claims: { iss: 'wrong', proj_id: 'rival', sub: 'rival' },
      privateKey: rivalKeys.privateKey,
    }),
  )
const isOfTheOther = { code: 'issuer_mismatch', project_id: 'rival', count: 1 }

describe('the record is not filled, and does not lose what became of others, by', () => {
  it('tokens of a stranger with names that are made up', async () => {
    const made = (at: number) => ({ proj_id: `made-up-${at}`, sub: `made-up-${at}`, iss: 'x' })
    await many(1_000, (at) => mint({ claims: made(at), header: { kid: `kid-${at}` } }))
    await refuseTheOther()
    const { singles, counted, all } = await rows()
    expect(all).toBe(1_001)
    expect(singles).toHaveLength(ofStrangers + 1)
    expect(singles).toContainEqual(expect.objectContaining(isOfTheOther))
    // One row, whatever the names: they are not verified.
    expect(counted).toMatchObject([
      { code: 'token_not_verified', reason: 'key_unknown', count: 1_000 - ofStrangers },
    ])
    expect(counted[0]).not.toHaveProperty('project_id')
  })

  it('one used token of mine, sent again and again', async () => {
    const token = mint()
    await verifier.verify(token)
    await many(500, () => token)
    await refuseTheOther()
    const { singles, counted } = await rows()
    expect(singles.filter(({ code }) => code === 'token_replayed')).toHaveLength(5)
    expect(singles).toContainEqual(expect.objectContaining(isOfTheOther))
    const others = { code: 'token_replayed', project_id: 'shop', count: 495 }
    expect(counted).toContainEqual(expect.objectContaining(others))
  })

  it('refusals of my own tokens of every kind', async () => {
    const used = mint()
    await verifier.verify(used)
    const kinds = [
      () => used,
      () => mint({ claims: { iss: 'wrong' } }),
      () => mint({ claims: { origin: 'https://shop.example' } }),
    ]
    await many(100, (at) => (kinds[at % kinds.length] ?? kinds[0])?.() ?? '')
    // Kinds that this verifier does not know.
    for (let at = 0; at < 1_000; at++) {
      const code = `code-${at % 50}` as 'claim_invalid'
      record.onEvent({
        type: 'refused',
        id: randomUUID(),
        time: now,
        signature: 'good',
        projectId: 'shop',
        code,
      } as never)
    }
    await refuseTheOther()
    const { singles, all } = await rows()
    expect(all).toBe(1_102)
    expect(singles.filter(({ project_id }) => project_id === 'shop')).toHaveLength(ofProject)
    expect(singles).toContainEqual(expect.objectContaining(isOfTheOther))
  })

  it('sessions without end, and calls from ever other origins', async () => {
    for (let at = 0; at < 2_000; at++) {
      record.onEvent({
        type: 'session.issued',
        id: randomUUID(),
        time: now,
        projectId: 'shop',
        kid: 'k',
      } as never)
      record.onEvent(acceptedEvent({ origin: `https://${at}.example` }))
    }
    await refuseTheOther()
    const { singles, counted, all } = await rows()
    expect(all).toBe(4_001)
    expect(singles.filter(({ type }) => type === 'session.issued')).toHaveLength(100)
    expect(singles).toContainEqual(expect.objectContaining(isOfTheOther))
    expect(counted.filter(({ type }) => type === 'accepted')).toHaveLength(51)
    expect(counted).toContainEqual(expect.objectContaining({ type: 'session.issued', count: 1_900 }))
    expect(record.dropped).toBe(0)
  })

  it('sessions without end, so that an alert about my stolen key is not among them', async () => {
    for (let at = 0; at < 2_000; at++)
      record.onEvent({
        type: 'session.issued',
        id: randomUUID(),
        time: now,
        projectId: at % 2 === 0 ? 'shop' : `mine-${at}`,
        kid: 'k',
      } as never)
    const alert = { type: 'alert.raised', time: now, rule: 'revoked_key_used', projectId: 'shop' }
    record.onEvent({ ...alert, id: randomUUID() } as never)
    const { singles } = await rows()
    expect(singles).toContainEqual(expect.objectContaining({ type: 'alert.raised', project_id: 'shop' }))
  })

  it('more projects than it counts apart', async () => {
    for (let at = 0; at < 6_000; at++) record.onEvent(acceptedEvent({ projectId: `project-${at}` }))
    const { counted, all } = await rows()
    expect([counted.length, all]).toEqual([5_001, 6_000])
  })
})

it('the control: in the next second a refusal of each is kept again', async () => {
  await many(10, () => mint({ claims: { iss: 'wrong' } }))
  clock.now += 1
  await many(2, () => mint({ claims: { iss: 'wrong' } }))
  expect((await rows()).singles).toHaveLength(7)
})
