import { beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import {
  createRegistry,
  deleteEventsBefore,
  PostgresProjectStore,
  recordEvents,
  type RecordEventsOptions,
  type RegistryDatabase,
} from '../../../lib/registry/index.js'
import { acceptedEvent, refusedEvent, unavailableEvent } from '../../helpers/events.js'
import { audience, now } from '../../helpers/mint.js'
import { recordedRows } from '../../helpers/recorded.js'
import { codeBlocksOf } from '../../package/code-blocks.js'

/** What a record does over any database. `make` returns one that has been migrated. */
export function describeRecord(name: string, make: () => RegistryDatabase): void {
  describe(`${name} records events, and`, () => {
    let db: RegistryDatabase
    beforeEach(async () => {
      db = make()
      await db.query('DELETE FROM reverse_jwt.events')
    })
    const recorder = (options: Partial<RecordEventsOptions> = {}) =>
      recordEvents({ db, flushMs: 60_000, clock: () => now, ...options })
    const registry = () => createRegistry({ store: new PostgresProjectStore({ db }), audience })

    it('keeps a refusal with what was verified, and nothing of the token but a hash of its jti', async () => {
      const record = recorder()
      const id = randomUUID()
      const verified = { signature: 'good', projectId: 'shop', kid: 'key-1', jti: 'use-1' } as const
      const times = { issuedAt: now - 10.5, expiresAt: now + 110, revokedAt: now - 99, seconds: 99 }
      const reason = { code: 'token_not_verified', reason: 'key_revoked' } as const
      const origin = 'https://shop.example'
      record.onEvent(refusedEvent({ id, ...reason, ...verified, ...times, origin, cause: 'secret cause' }))
      await record.close()
      const [row, ...others] = await recordedRows(db)
      expect(others).toEqual([])
      expect(row).toEqual({
        id,
        at: now,
        type: 'refused',
        ...reason,
        signature: 'good',
        project_id: 'shop',
        kid: 'key-1',
        jti_hash: expect.stringMatching(/^[\w-]{43}$/),
        origin,
        count: 1,
        detail: { face: 'verify', description: 'The token could not be verified.', ...times },
      })
      expect(JSON.stringify(row)).not.toMatch(/use-1|secret/)
      const found = await registry().getRefusal(`urn:uuid:${id.toUpperCase()}`)
      expect(found).toEqual({
        id,
        at: now,
        type: 'refused',
        ...reason,
        signature: 'good',
        projectId: 'shop',
        kid: 'key-1',
        origin,
        face: 'verify',
        description: 'The token could not be verified.',
        ...times,
        whatToDo: expect.stringContaining('somebody still uses the revoked key'),
      })
    })

    it('hashes one jti of two projects to two texts, and that of one token to one', async () => {
      const record = recorder({ accepted: 'each' })
      const of = (projectId: string) => ({ id: randomUUID(), projectId, kid: 'k', jti: 'same' })
      record.onEvent(acceptedEvent(of('a')))
      record.onEvent(refusedEvent({ ...of('a'), signature: 'good', code: 'token_replayed' }))
      record.onEvent(acceptedEvent(of('b')))
      await record.close()
      const hashes = (await recordedRows(db)).map(
        ({ project_id, jti_hash }) => [project_id, jti_hash] as const,
      )
      expect(hashes).toHaveLength(3)
      const ofProject = (id: string) =>
        new Set(hashes.flatMap(([project, hash]) => (project === id ? [hash] : [])))
      expect([ofProject('a').size, ofProject('b').size]).toEqual([1, 1])
      expect(ofProject('a')).not.toEqual(ofProject('b'))
    })

    it('answers what the pages ask it', async () => {
      const record = recordEvents({ db, flushMs: 60_000 })
      const origin = 'https://shop.example'
      for (let calls = 0; calls < 2; calls++)
        record.onEvent(acceptedEvent({ projectId: 'shop', kid: 'key-1', origin }))
      record.onEvent(refusedEvent({ id: randomUUID(), time: Date.now() / 1000, code: 'token_malformed' }))
      await record.close()
      const answerOf = async (page: string) => {
        const block = codeBlocksOf(page).find(({ code }) => code.includes('reverse_jwt.events\n'))
        return (await db.query(block?.code ?? '', [])).rows
      }
      expect(await answerOf('docs/operations.md')).toMatchObject([{ origin, calls: expect.anything() }])
      expect(await answerOf('docs/registry.md')).toMatchObject([{ code: 'token_malformed' }])
    })

    it('keeps what nobody verified under that name alone', async () => {
      const record = recorder()
      const id = randomUUID()
      const said = { unverifiedProjectId: 'shop', unverifiedKid: 'key-9', unverifiedAudience: 'x' }
      record.onEvent(refusedEvent({ id, ...said }))
      await record.flush()
      const [row] = await recordedRows(db)
      expect(row).toMatchObject({ project_id: null, kid: null, jti_hash: null, detail: said })
      expect(await registry().getRefusal(id)).toMatchObject({ id, ...said, signature: 'unchecked' })
      await record.close()
    })

    it('finds outages, and sessions that could not be signed', async () => {
      const record = recorder()
      const outage = unavailableEvent({ id: randomUUID(), cause: 'password=hunter2' })
      const failed = { type: 'session.failed', id: randomUUID(), time: now, reason: 'signer_failed' } as const
      record.onEvent(outage)
      record.onEvent({ ...failed, projectId: 'shop', cause: 'password=hunter2' } as typeof failed)
      await record.close()
      expect(await registry().getRefusal(outage.id)).toMatchObject({
        type: 'unavailable',
        code: 'store_unavailable',
        reason: 'replay_store_failed',
      })
      expect(await registry().getRefusal(failed.id)).toMatchObject({
        type: 'session.failed',
        code: 'store_unavailable',
        reason: 'signer_failed',
        signature: 'good',
        projectId: 'shop',
      })
      expect(JSON.stringify(await recordedRows(db))).not.toContain('hunter2')
    })

    it('keeps sessions and alerts one by one, an alert from its beginning to its end', async () => {
      const record = recorder()
      const told = () => ({ id: randomUUID(), time: now, projectId: 'shop' })
      const session = { ...told(), sessionId: 'the session', kid: 'k', scopes: ['a'], expiresAt: now + 600 }
      const alert = { ...told(), rule: 'replay_burst', severity: 'warning', text: 'Look.', count: 20 }
      for (const event of [
        { type: 'session.issued', ...session, embedder: 'https://shop.example' },
        { type: 'session.revoked', ...told(), sessionId: 'the session', by: 'holder', reason: 'asked' },
        { type: 'alert.raised', ...alert },
        { type: 'alert.ended', ...alert },
      ])
        record.onEvent(event)
      await record.close()
      const rows = await recordedRows(db)
      expect(rows.map(({ type, code, project_id }) => [type, code, project_id])).toEqual([
        ['alert.ended', 'replay_burst', 'shop'],
        ['alert.raised', 'replay_burst', 'shop'],
        ['session.issued', null, 'shop'],
        ['session.revoked', null, 'shop'],
      ])
      expect(rows[1]?.id).toBe(alert.id)
      expect(rows[2]?.jti_hash).toBe(rows[3]?.jti_hash)
      expect(rows[2]?.detail).toEqual({
        scopes: ['a'],
        embedder: 'https://shop.example',
        expiresAt: now + 600,
      })
      expect(rows[3]).toMatchObject({ reason: 'asked', detail: { by: 'holder' } })
      expect(JSON.stringify(rows)).not.toContain('the session')
      await expect(registry().getRefusal(session.id)).rejects.toMatchObject({ code: 'refusal_not_found' })
    })

    it('counts failed reads of key sets by minute and project, and keeps no cause', async () => {
      const record = recorder()
      const failed = {
        type: 'key_set.failed',
        id: randomUUID(),
        time: now,
        cause: 'it answered 503',
      } as const
      for (const projectId of ['shop', 'shop', 'other', undefined])
        record.onEvent({ ...failed, ...(projectId !== undefined && { projectId }) })
      await record.close()
      const rows = await recordedRows(db)
      const counts = rows.map(({ type, project_id, count }) => [type, project_id, count])
      expect(counts).toHaveLength(3)
      expect(counts).toEqual(
        expect.arrayContaining([
          ['key_set.failed', 'shop', 2],
          ['key_set.failed', 'other', 1],
          ['key_set.failed', null, 1],
        ]),
      )
      expect(JSON.stringify(rows)).not.toContain('503')
    })

    it('counts accepted tokens by minute, project, key and origin, and calls without a token', async () => {
      const record = recorder()
      const origin = 'https://shop.example'
      for (let count = 0; count < 3; count++) record.onEvent(acceptedEvent({ origin }))
      record.onEvent(acceptedEvent({ projectId: 'other', face: 'session' }))
      for (let count = 0; count < 2; count++)
        record.onEvent(refusedEvent({ code: 'credentials_missing', reason: 'credentials_missing' }))
      await record.close()
      const rows = (await recordedRows(db)).map(({ at, project_id, kid, origin, code, count, detail }) => [
        at,
        ...[project_id, kid, origin, code, count, detail],
      ])
      const minute = now - (now % 60)
      const counted = 'minute'
      expect(rows).toHaveLength(3)
      expect(rows).toEqual(
        expect.arrayContaining([
          [minute, 'shop', 'key-es256', origin, null, 3, { counted, face: 'verify' }],
          [minute, 'other', 'key-es256', null, null, 1, { counted, face: 'session' }],
          [minute, null, null, null, 'credentials_missing', 2, { counted }],
        ]),
      )
    })

    it('passes over events of others, and whatever is no event', async () => {
      const record = recorder()
      for (const event of [{ type: 'registry.changed' }, { type: 'mine' }, { type: 7 }, {}])
        record.onEvent(event as { type: string })
      expect(record.dropped).toBe(0)
      await record.close()
      expect(await recordedRows(db)).toEqual([])
    })

    it('writes what came twice once', async () => {
      const event = refusedEvent({ id: randomUUID() })
      for (const record of [recorder(), recorder()]) {
        record.onEvent(event)
        await record.close()
      }
      expect(await recordedRows(db)).toHaveLength(1)
    })

    it('writes more than a statement takes, in several', async () => {
      const record = recorder({ batch: 3, refusalsPerSecond: 10 })
      for (let count = 0; count < 10; count++) record.onEvent(refusedEvent({ id: randomUUID() }))
      await record.close()
      expect(await recordedRows(db)).toHaveLength(10)
    })

    it('is only ever added to, also by the owner, who deletes what is old', async () => {
      const record = recorder({ refusalsPerSecond: 10 })
      const at = (time: number) => refusedEvent({ id: randomUUID(), time })
      for (const time of [now - 100, now - 50, now]) record.onEvent(at(time))
      await record.close()
      for (const sql of ['UPDATE reverse_jwt.events SET reason = NULL', 'TRUNCATE reverse_jwt.events'])
        await expect(db.query(sql)).rejects.toMatchObject({ code: '42501' })
      expect(await deleteEventsBefore(db, new Date((now - 10) * 1000))).toBe(2)
      expect((await recordedRows(db)).map(({ at }) => at)).toEqual([now])
    })
  })
}
