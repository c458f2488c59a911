import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { changeOf, keyRecord, projectRecord } from '../helpers/records.js'
import { by } from '../helpers/registry.js'
import { pass, revocationStore, session, time } from './revocation-store.js'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  // With them go those of what a test has made.
  jest.useRealTimers()
})

/** Two projects with two keys each, and who knows of their sessions. */
async function twoProjects() {
  const platform = revocationStore()
  for (const id of ['shop', 'other'])
    await platform.store.commit(changeOf(projectRecord(id), [keyRecord('key-1'), keyRecord('key-2')]))
  const revocations = await platform.settled()
  /** The sessions that have ended: one of each key, and a second one of the first key. */
  const ended = (issuedAt = time() - 60) =>
    ['shop', 'other'].flatMap((projectId) =>
      [
        ['a', 'key-1'],
        ['b', 'key-1'],
        ['c', 'key-2'],
      ]
        .map(([name, kid]) => session({ id: `${projectId} ${name}`, projectId, kid: kid ?? '', issuedAt }))
        .filter((one) => revocations.isRevoked(one))
        .map(({ id }) => id),
    )
  return { ...platform, revocations, ended }
}

const allOfShop = ['shop a', 'shop b', 'shop c']
const cause = { by, reason: 'A test.' }

describe('a session ends', () => {
  it('never, where nothing was ended', async () => {
    const { ended, revocations } = await twoProjects()
    expect(ended()).toEqual([])
    expect(await revocations.list()).toEqual({ generatedAt: expect.any(Number), revocations: [] })
  })

  it('when its project is suspended, and stays so when the project is resumed', async () => {
    const { ended, registry } = await twoProjects()
    await registry.suspendProject('shop', { by })
    await pass(0.1)
    expect(ended()).toEqual(allOfShop)
    expect(ended(time() + 100)).toEqual(allOfShop)
    await pass(300)
    await registry.resumeProject('shop', { by })
    await pass(0.1)
    expect(ended(time() - 290)).toEqual(allOfShop)
    // An issuer whose clock is ahead.
    expect(ended(time() + 9)).toEqual(allOfShop)
    expect(ended(time() + 11)).toEqual([])
  })

  it('when its project is deleted', async () => {
    const { ended, registry } = await twoProjects()
    await registry.deleteProject('shop', { by })
    await pass(0.1)
    expect(ended()).toEqual(allOfShop)
  })

  it('when its key is revoked', async () => {
    const { ended, registry } = await twoProjects()
    await registry.revokeKey('shop', { kid: 'key-1', reason: 'exposed', by })
    await pass(0.1)
    expect(ended()).toEqual(['shop a', 'shop b'])
  })

  it('when all of its project are ended, and the next one lives', async () => {
    const { ended, registry } = await twoProjects()
    await registry.endSessions('shop', { by, reason: 'A test.' })
    await pass(0.1)
    expect(ended()).toEqual(allOfShop)
    expect(ended(time() + 9)).toEqual(allOfShop)
    expect(ended(time() + 11)).toEqual([])
    // A clock that was set back brings none back.
    jest.setSystemTime(Date.now() - 30_000)
    await registry.endSessions('shop', { by })
    expect((await registry.listAudit()).records.slice(0, 2).map(({ action }) => action)).toEqual([
      'sessions.ended',
      'sessions.ended',
    ])
    jest.setSystemTime(Date.now() + 31_000)
    await pass(0.1)
    expect(ended(time() + 8)).toEqual(allOfShop)
  })

  it('when it alone is ended', async () => {
    const { ended, revocations } = await twoProjects()
    await revocations.revoke({ projectId: 'shop', sessionId: 'shop a', expiresAt: time() + 600 }, cause)
    expect(ended()).toEqual(['shop a'])
  })

  it('until two hours later, when nobody can have it any more', async () => {
    const { registry, revocations } = await twoProjects()
    await registry.suspendProject('shop', { by })
    await registry.revokeKey('other', { kid: 'key-1', reason: 'exposed', by })
    await revocations.revoke({ projectId: 'other', sessionId: 'a', expiresAt: time() + 600 }, cause)
    const entries = async () => {
      const { revocations: listed } = await revocations.list()
      return listed.toSorted((a, b) => Object.values(b).join().length - Object.values(a).join().length)
    }
    const shop = { project: 'shop' }
    const key = { project: 'other', kid: 'key-1' }
    expect(await entries()).toEqual([{ session: 'a', until: expect.any(Number) }, key, shop])
    await pass(730)
    expect(await entries()).toEqual([key, shop])
    await pass(6_510)
    expect(await entries()).toEqual([key, shop])
    await pass(30)
    expect(await entries()).toEqual([])
  })
})

describe('revoke', () => {
  it('of a project ends its sessions at once, and is in the audit', async () => {
    const { ended, registry, revocations } = await twoProjects()
    await revocations.revoke({ projectId: 'shop' }, cause)
    expect(ended()).toEqual(allOfShop)
    const { records } = await registry.listAudit({ limit: 1 })
    expect(records).toMatchObject([{ action: 'sessions.ended', projectId: 'shop', ...cause }])
  })

  it('of a revoked key writes nothing, and knows of it at once', async () => {
    const { ended, registry, revocations } = await twoProjects()
    await registry.revokeKey('shop', { kid: 'key-2', reason: 'exposed', by })
    const { records } = await registry.listAudit()
    await revocations.revoke({ projectId: 'shop', kid: 'key-2' }, cause)
    expect(ended()).toEqual(['shop c'])
    expect((await registry.listAudit()).records).toEqual(records)
  })

  it.each([
    ['key-1', 'is not revoked: its holder would get the next session at once'],
    ['key-9', 'is not there'],
  ])('refuses a key that is not revoked: %s', async (kid, reason) => {
    const { ended, revocations } = await twoProjects()
    await expect(revocations.revoke({ projectId: 'shop', kid }, cause)).rejects.toThrow(
      new TypeError(
        `RegistryRevocations.revoke: the key "${kid}" of the project "shop" ${reason}. Revoke it with revokeKey, which ends its sessions, too.`,
      ),
    )
    expect(ended()).toEqual([])
  })

  it('of what has ended or expired asks the store for nothing', async () => {
    const { registry, revocations, state } = await twoProjects()
    const one = { projectId: 'shop', sessionId: 'a', expiresAt: time() + 600 }
    await revocations.revoke(one, cause)
    await revocations.revoke(one, cause)
    await revocations.revoke({ ...one, sessionId: 'b', expiresAt: time() - 120 }, cause)
    await registry.deleteProject('shop', { by })
    await pass(0.1)
    await revocations.revoke({ ...one, sessionId: 'c' }, cause)
    expect(state.ended).toBe(1)
    // The control, and one of a project that had its sessions ended before.
    await registry.endSessions('other', { by })
    await revocations.revoke({ ...one, projectId: 'other', sessionId: 'd' }, cause)
    expect(state.ended).toBe(2)
  })

  it('resolves when it is written, and rejects when it is not', async () => {
    const { revocations, state, errors, store } = await twoProjects()
    const one = { projectId: 'shop', sessionId: 'a', expiresAt: time() + 600 }
    state.fails = new Error('away')
    await expect(revocations.revoke(one, cause)).rejects.toBe(state.fails)
    state.fails = undefined
    jest.spyOn(store, 'revocations').mockRejectedValueOnce(new Error('away again'))
    await revocations.revoke(one, cause)
    expect(errors).toEqual([new Error('away again')])
    await pass(10)
    expect(revocations.isRevoked(session({ id: 'a' }))).toBe(true)
  })

  it('does not take a read that began before it for one that has seen it', async () => {
    const { revocations, state } = await twoProjects()
    state.delayMs = 500
    await pass(9)
    const done = revocations.revoke({ projectId: 'shop', sessionId: 'a', expiresAt: time() + 600 }, cause)
    await pass(0.5)
    expect([state.reads, revocations.isRevoked(session({ id: 'a' }))]).toEqual([2, false])
    await pass(0.5)
    await done
    expect(revocations.isRevoked(session({ id: 'a' }))).toBe(true)
  })

  it.each([
    [{}, 'projectId is missing: the id of a project'],
    [{ projectId: '' }, 'projectId must be a string'],
    [
      { projectId: 'shop', sessionId: 'a' },
      'sessionId and expiresAt come together: jti and exp of the session',
    ],
    [{ projectId: 'shop', sessionId: '', expiresAt: 1 }, 'sessionId must be a string'],
    [{ projectId: 'shop', sessionId: 'a', expiresAt: Infinity }, 'expiresAt must be epoch seconds'],
    [{ projectId: 'shop', sessionId: 'a', kid: 'b', expiresAt: 1 }, 'give kid or sessionId, not both'],
    [{ projectId: 'shop', jti: 'a' }, 'unknown member of a revocation "jti"'],
  ])('refuses %j', async (given, message) => {
    const { revocations, ended } = await twoProjects()
    const asked = revocations.revoke(given as { projectId: string }, cause)
    await expect(asked).rejects.toThrow(`RegistryRevocations.revoke: ${message}`)
    await expect(asked).rejects.toBeInstanceOf(TypeError)
    expect(ended()).toEqual([])
  })

  it('says what is wrong with the project, and with what the audit shall say', async () => {
    const { revocations } = await twoProjects()
    await expect(revocations.revoke({ projectId: 'none' }, cause)).rejects.toMatchObject({
      code: 'project_not_found',
    })
    await expect(revocations.revoke({ projectId: 'shop' }, { by: '', reason: 'x' })).rejects.toMatchObject({
      code: 'request_invalid',
    })
  })
})
