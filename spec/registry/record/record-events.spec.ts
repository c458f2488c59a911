import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { recordEvents, StoreUnusableError, type RecordEventsOptions } from '../../../lib/registry/index.js'
import { acceptedEvent, anyUuid, refusedEvent } from '../../helpers/events.js'
import { FakeDatabase, sqlError } from '../../helpers/fake-record.js'
import { now } from '../../helpers/mint.js'

let db: FakeDatabase
const clock = { now }
let emitWarning: jest.SpiedFunction<typeof process.emitWarning>
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'performance', 'queueMicrotask', 'setImmediate'] })
  emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
  db = new FakeDatabase()
  clock.now = now
})
afterEach(() => {
  jest.useRealTimers()
  emitWarning.mockRestore()
})

const recorder = (options: Partial<RecordEventsOptions> = {}) =>
  recordEvents({ db, clock: () => clock.now, refusalsPerSecond: 1_000, ...options })
const refused = () => refusedEvent({ id: randomUUID() })

describe('a recorder', () => {
  it('writes once an interval, and nothing where nothing came', async () => {
    const record = recorder({ flushMs: 500 })
    await jest.advanceTimersByTimeAsync(2_000)
    expect(db.asked).toBe(0)
    for (let count = 0; count < 3; count++) record.onEvent(refused())
    await jest.advanceTimersByTimeAsync(499)
    expect(db.asked).toBe(0)
    await jest.advanceTimersByTimeAsync(1)
    expect([db.asked, db.rows.length]).toEqual([1, 3])
    await record.close()
    record.onEvent(refused())
    await jest.advanceTimersByTimeAsync(2_000)
    expect(db.asked).toBe(1)
  })

  it('writes what it counted when the minute is over', async () => {
    const record = recorder()
    for (let count = 0; count < 3; count++) record.onEvent(acceptedEvent())
    await jest.advanceTimersByTimeAsync(5_000)
    expect(db.rows).toEqual([])
    clock.now += 60
    await jest.advanceTimersByTimeAsync(1_000)
    const minute = now - (now % 60)
    expect(db.rows).toMatchObject([{ type: 'accepted', project_id: 'shop', count: 3, at: minute }])
    await record.close()
  })

  it('keeps one statement under way, and waits with the others until it is answered', async () => {
    let answer: (() => void) | undefined
    db.before = () => new Promise<void>((resolve) => (answer = resolve))
    const record = recorder()
    record.onEvent(refused())
    await jest.advanceTimersByTimeAsync(60_000)
    record.onEvent(refused())
    const outcome = expect(record.flush()).rejects.toThrow(
      'recordEvents cannot write events right now: the database did not answer within 10000 ms. Try again shortly.',
    )
    await jest.advanceTimersByTimeAsync(10_000)
    await outcome
    expect([db.asked, record.dropped]).toEqual([1, 0])
    db.before = () => undefined
    answer?.()
    await record.close()
    expect([db.asked, db.rows.length]).toEqual([2, 2])
  })

  it('loses nothing while the database is away for a while', async () => {
    const record = recorder()
    db.before = () => {
      throw sqlError('57P01')
    }
    for (let count = 0; count < 3; count++) record.onEvent(refused())
    await jest.advanceTimersByTimeAsync(5_000)
    await expect(record.flush()).rejects.toMatchObject({ code: 'store_unavailable' })
    expect([db.rows.length, record.dropped]).toEqual([0, 0])
    db.before = () => undefined
    await jest.advanceTimersByTimeAsync(1_000)
    expect([db.rows.length, record.dropped]).toEqual([3, 0])
    await record.close()
  })

  it('drops what finds no place, counts it, and warns once', async () => {
    db.before = () => Promise.reject(sqlError('08006'))
    const record = recorder({ queue: 10 })
    for (let count = 0; count < 25; count++) record.onEvent(refused())
    expect(record.dropped).toBe(15)
    // What a count stands for.
    for (let count = 0; count < 7; count++) record.onEvent(acceptedEvent())
    await expect(record.close()).rejects.toThrow()
    expect(record.dropped).toBe(22)
    expect(emitWarning.mock.calls).toEqual([
      [
        expect.stringContaining('recordEvents has dropped events'),
        { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_EVENTS_DROPPED' },
      ],
    ])
  })

  it.each([
    [
      '42P01',
      'relation "reverse_jwt.events" does not exist',
      'Run migrate() as the owner of the schema reverse_jwt.',
    ],
    [
      '42501',
      'permission denied for table events',
      'Run the SQL of grants() as the owner, again after each migrate() to a newer version, and connect as one of the two roles that it names.',
    ],
  ])('says when it is asked that %s is in the way, and what to do', async (code, message, remedy) => {
    const record = recorder()
    await record.ready()
    expect(db.rows).toEqual([])
    db.before = () => Promise.reject(sqlError(code, message))
    const failure = record.ready()
    await expect(failure).rejects.toBeInstanceOf(StoreUnusableError)
    const text = `recordEvents cannot write events: ${message} (SQLSTATE ${code}). ${remedy}`
    await expect(failure).rejects.toMatchObject({ message: text })
    await record.close()
  })

  it('writes in ASCII what the encoding of the database cannot write', async () => {
    db.before = (rows) => {
      if (/[^\x20-\x7E]/.test(JSON.stringify(rows))) throw sqlError('22P05')
    }
    const record = recorder()
    record.onEvent(refusedEvent({ id: randomUUID(), unverifiedKid: 'ключ\\u0041"' }))
    record.onEvent(refused())
    await record.close()
    expect(db.rows.map(({ detail }) => detail.unverifiedKid)).toEqual([
      String.raw`\u043a\u043b\u044e\u0447\u0041"`,
      undefined,
    ])
  })

  it('drops what no database takes, and goes on', async () => {
    db.before = (rows) => {
      if (rows.some(({ code }) => code === 'bad')) throw sqlError('23514')
    }
    const record = recorder({ batch: 2 })
    for (const code of ['a', 'bad', 'b'])
      record.onEvent(refusedEvent({ id: randomUUID(), code: code as never }))
    await record.close()
    expect(db.rows.map(({ code }) => code)).toEqual(['b'])
    expect(record.dropped).toBe(2)
  })

  it('takes events of others for what they are, however odd', async () => {
    const record = recorder()
    const odd = {
      type: 'refused',
      id: 'x',
      time: Infinity,
      code: {},
      reason: 7,
      projectId: ['x'],
      unverifiedKid: 9n,
    }
    record.onEvent(odd)
    record.onEvent({
      type: 'session.issued',
      scopes: Array.from({ length: 999 }, () => 'x'.repeat(999)),
    } as never)
    record.onEvent(null as never)
    await record.close()
    expect(record.dropped).toBe(1)
    expect(db.rows).toHaveLength(2)
    expect(db.rows[0]).toEqual({ id: anyUuid, at: expect.any(Number), type: 'refused', count: 1, detail: {} })
    expect(JSON.stringify(db.rows).length).toBeLessThan(20_000)
  })
})

it.each<[object, string]>([
  [{}, 'db must be an object with query(text, params), as a pg Pool and a PGlite have it'],
  [{ flushMs: 0 }, 'flushMs must be a positive number of milliseconds up to 60000'],
  [{ batch: 5_001 }, 'batch must be a whole number of rows from 1 to 5000'],
  [{ queue: 0.5 }, 'queue must be a whole number of events from 1 to 1000000'],
  [{ refusalsPerSecond: 0 }, 'refusalsPerSecond must be a whole number of refusals from 1 to 1000'],
  [{ accepted: 'all' }, "accepted must be 'minute' or 'each'"],
  [{ flush: 1 }, 'unknown option "flush". Did you mean "flushMs"?'],
])('refuses the options %j', (options, message) => {
  const given = Object.keys(options).length === 0 ? options : { db: new FakeDatabase(), ...options }
  expect(() => recordEvents(given as RecordEventsOptions)).toThrow(new TypeError(`recordEvents: ${message}`))
})
