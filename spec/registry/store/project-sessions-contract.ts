import { beforeEach, describe, expect, it } from '@jest/globals'
import type { KeyRecord, ProjectRecord, ProjectStore } from '../../../lib/registry/index.js'
import { changeOf, keyRecord, projectRecord } from '../../helpers/records.js'
import { until } from '../../helpers/until.js'

/** What every project store says of sessions that have ended. `make` returns an empty one, whose clock is the system's. */
export function describeEndedSessions(name: string, make: () => ProjectStore | Promise<ProjectStore>): void {
  describe(`${name}, asked which sessions have ended,`, () => {
    let store: ProjectStore
    let now: number
    beforeEach(async () => {
      store = await make()
      // Whole, so that no database rounds it.
      now = Math.floor(Date.now() / 1000)
    })
    const add = (id: string, record: Partial<ProjectRecord> = {}, keys: KeyRecord[] = []) =>
      store.commit(changeOf(projectRecord(id, { updatedAt: now, ...record }), keys))
    const suspended = (id: string) => ({ id, issuer: id, suspended: true })
    const end = (sessionId: string, { projectId = 'shop', expiresAt = now + 600, at = now } = {}) =>
      store.endSession({ projectId, sessionId, expiresAt, at })
    const ended = async () => {
      const { projects, keys, sessions } = await store.revocations()
      const text = (value: unknown) => JSON.stringify(value)
      const sorted = <T>(list: readonly T[]) =>
        list.toSorted((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0))
      return { projects: sorted(projects), keys: sorted(keys), sessions: sorted(sessions) }
    }
    const none = { projects: [], keys: [], sessions: [] }

    it('says by its own clock when that was, each time later than before', async () => {
      await add('shop', {}, [keyRecord('a')])
      const first = await store.revocations()
      const second = await store.revocations()
      expect(first).toEqual({ generatedAt: first.generatedAt, ...none })
      expect(Math.abs(first.generatedAt - Date.now() / 1000)).toBeLessThan(10)
      expect(second.generatedAt).toBeGreaterThan(first.generatedAt)
    })

    it('lists what was suspended and deleted lately', async () => {
      await add('running')
      await add('suspended', { project: suspended('suspended') })
      await add('deleted', { project: suspended('deleted'), deletedAt: now })
      await add('yet', { project: suspended('yet'), updatedAt: now - 7_200 })
      await add('long ago', { project: suspended('long ago'), updatedAt: now - 7_300 })
      const projects = ['deleted', 'suspended', 'yet'].map((project) => ({ project }))
      expect(await ended()).toEqual({ ...none, projects })
    })

    it('lists up to when the sessions of a project have ended, and forgets it with time', async () => {
      await add('shop', { sessionsBefore: now + 10 })
      await add('old', { sessionsBefore: now - 7_300 })
      await add('both', { project: suspended('both'), sessionsBefore: now - 1.5 })
      expect(await ended()).toEqual({
        ...none,
        projects: [
          { project: 'both' },
          { project: 'both', before: now - 1.5 },
          { project: 'shop', before: now + 10 },
        ].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      })
      expect(await store.load('shop', { now, madeAfter: now })).toMatchObject({ sessionsBefore: now + 10 })
      const [project] = await store.list({ limit: 1 })
      expect(project).toMatchObject({ sessionsBefore: now - 1.5 })
      await add('shop', { version: 2 })
      expect((await store.load('shop', { now, madeAfter: now }))?.sessionsBefore).toBeUndefined()
    })

    it('lists keys that were revoked lately', async () => {
      const revoked = (kid: string, revokedAt: number) =>
        keyRecord(kid, { revokedAt, revocationReason: 'exposed' })
      const keys = [keyRecord('good'), revoked('bad', now - 0.5), revoked('old', now - 7_300)]
      await add('shop', {}, keys)
      await store.revoke({ projectId: 'shop', kid: 'good', reason: 'other', by: 'x', at: now })
      const listed = ['bad', 'good'].map((kid) => ({
        project: 'shop',
        kid,
        revokedAt: kid === 'bad' ? now - 0.5 : now,
      }))
      expect(await ended()).toEqual({ ...none, keys: listed })
    })

    it('lists a session once, until two minutes after it has expired', async () => {
      await end('a')
      await end('a', { at: now + 5 })
      await end('expired', { expiresAt: now - 120 })
      await end('expired a moment ago', { expiresAt: now - 30 })
      // A verifier whose clock is behind takes it still.
      await end('expired since', { expiresAt: now - 40, at: now - 600 })
      await end('expired long since', { expiresAt: now - 130, at: now - 600 })
      await end('of another project', { projectId: 'other' })
      const { sessions, ...others } = await ended()
      expect(others).toEqual({ projects: [], keys: [] })
      expect(
        sessions.map(({ project, session, endedAt, until }) => [
          project,
          session,
          endedAt - now,
          until - now,
        ]),
      ).toEqual([
        ['other', 'of another project', 0, 600],
        ['shop', 'a', 0, 600],
        ['shop', 'expired a moment ago', 0, -30],
        ['shop', 'expired since', -600, -40],
      ])
    })

    it('remembers no session for longer than the longest one lives', async () => {
      await end('a', { expiresAt: 9e10 })
      expect((await ended()).sessions).toEqual([
        { project: 'shop', session: 'a', endedAt: now, until: now + 7_260 },
      ])
    })

    it('ends those of the project from the 101st single one on, and none of another', async () => {
      await end('of another project', { projectId: 'other' })
      // Those that have expired do not count.
      await end('expired', { expiresAt: now - 160, at: now - 300 })
      for (let count = 1; count <= 100; count++) await end(`session-${count}`)
      expect((await ended()).projects).toEqual([])
      await end('session-100', { at: now + 1 })
      expect((await ended()).projects).toEqual([])
      await end('session-101', { at: now + 2 })
      const { sessions, projects } = await ended()
      expect(projects).toEqual([{ project: 'shop', before: now + 12 }])
      expect(sessions).toHaveLength(101)
      await end('session-102', { at: now + 4 })
      await end('session-103', { at: now + 3 })
      expect((await ended()).projects).toEqual([{ project: 'shop', before: now + 14 }])
      expect((await ended()).sessions).toHaveLength(101)
    })

    it('forgets after two hours that a project had too many', async () => {
      const at = now - 7_265
      for (let count = 0; count <= 100; count++) await end(`session-${count}`, { at, expiresAt: at + 600 })
      expect(await ended()).toEqual(none)
    })

    it('brings no session back by a clock that is ahead', async () => {
      await end('a')
      await end('b', { at: now + 100_000, expiresAt: now + 100_600 })
      expect((await ended()).sessions.map(({ session }) => session)).toEqual(['a', 'b'])
    })

    it('takes any name for a session', async () => {
      const names = ["it's", '*', '__proto__', '"é😀"', 'x'.repeat(256)]
      for (const name of names) await end(name)
      const { sessions, projects } = await ended()
      expect(projects).toEqual([])
      expect(sessions.map(({ session }) => session).toSorted()).toEqual(names.toSorted())
    })

    it('tells who watches of an entry, and of nothing else', async () => {
      const heard: (string | undefined)[] = []
      const watch = await store.watch((projectId) => {
        // A new connection says that anything may have changed.
        if (projectId !== undefined) heard.push(projectId)
      })
      await end('expired', { expiresAt: now - 120 })
      await end('a')
      await until('the message came', () => heard.length > 0)
      await end('a')
      await end('b', { projectId: 'other' })
      await until('the second message came', () => heard.length > 1)
      expect(heard).toEqual(['shop', 'other'])
      await watch.close()
    })
  })
}
