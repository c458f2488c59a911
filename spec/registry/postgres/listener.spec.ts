import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { EventEmitter } from 'node:events'
import { listenWithPg, type ListenWithPgOptions, type PgClient } from '../../../lib/registry/index.js'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

/** A `pg` Client whose database does what a test says. */
class FakeClient extends EventEmitter {
  readonly asked: string[] = []
  hasEnded = false
  readonly answer: (text: string) => Promise<unknown>
  constructor(answer: (text: string) => Promise<unknown>) {
    super()
    this.answer = answer
  }
  connect() {
    return this.query('connect')
  }
  query(text: string) {
    this.asked.push(text)
    return this.answer(text)
  }
  end() {
    this.hasEnded = true
    return Promise.reject(new Error('too late'))
  }
}

function fakes(
  answer: (text: string) => Promise<unknown> = () => Promise.resolve(),
  options: ListenWithPgOptions = {},
) {
  const clients: FakeClient[] = []
  const heard: (string | undefined)[] = []
  const errors: unknown[] = []
  const connect = () => {
    const client = new FakeClient((text) => answer(text))
    clients.push(client)
    return client as PgClient
  }
  const listen = listenWithPg(connect, { onError: (error) => errors.push(error), ...options })
  return { clients, heard, errors, start: () => listen('channel', (payload) => heard.push(payload)) }
}

it('listens, tells that anything may have changed, and passes on what it hears', async () => {
  const { clients, heard, start } = fakes()
  const listening = await start()
  expect(clients[0]?.asked).toEqual(['connect', 'LISTEN "channel"'])
  expect(heard).toEqual([undefined])
  clients[0]?.emit('notification', { channel: 'channel', payload: 'shop' })
  clients[0]?.emit('notification', { channel: 'channel' })
  expect(heard).toEqual([undefined, 'shop', ''])
  await listening.close()
  expect(clients[0]?.hasEnded).toBe(true)
  clients[0]?.emit('notification', { channel: 'channel', payload: 'late' })
  expect(heard).toHaveLength(3)
  await jest.advanceTimersByTimeAsync(600_000)
  expect(clients).toHaveLength(1)
})

it('checks a silent connection, and makes another when it does not answer', async () => {
  let silent = false
  const { clients, heard, errors, start } = fakes(() =>
    silent ? new Promise(() => undefined) : Promise.resolve(),
  )
  const listening = await start()
  await jest.advanceTimersByTimeAsync(30_000)
  expect(clients[0]?.asked.slice(2)).toEqual(['SELECT 1', 'SELECT 1', 'SELECT 1'])
  silent = true
  await jest.advanceTimersByTimeAsync(19_999)
  expect(clients).toHaveLength(1)
  silent = false
  await jest.advanceTimersByTimeAsync(100)
  expect(errors).toEqual([expect.objectContaining({ cause: 'the database did not answer within 10000 ms' })])
  expect(clients).toHaveLength(2)
  expect(clients[0]?.hasEnded).toBe(true)
  expect(heard).toEqual([undefined, undefined])
  await listening.close()
})

it.each(['error', 'end'])('makes another connection at once after the event %s', async (event) => {
  const { clients, heard, errors, start } = fakes()
  const listening = await start()
  clients[0]?.emit(event, new Error('gone'))
  await jest.advanceTimersByTimeAsync(100)
  expect(clients).toHaveLength(2)
  expect(heard).toEqual([undefined, undefined])
  expect(errors).toHaveLength(1)
  // What the dead connection still says harms nobody.
  clients[0]?.emit('error', new Error('gone again'))
  await listening.close()
})

it('waits longer from attempt to attempt, within a bound, and shorter again after a success', async () => {
  jest.spyOn(Math, 'random').mockReturnValue(1)
  let up = false
  const { clients, start } = fakes(() => (up ? Promise.resolve() : Promise.reject(new Error('down'))))
  const listening = await start()
  const after = async (milliseconds: number) => {
    await jest.advanceTimersByTimeAsync(milliseconds)
    return clients.length
  }
  expect([await after(49), await after(1)]).toEqual([1, 2])
  expect([await after(99), await after(1)]).toEqual([2, 3])
  expect(await after(6_200)).toBe(8)
  expect([await after(4_999), await after(1)]).toEqual([8, 9])
  expect([await after(4_999), await after(1)]).toEqual([9, 10])
  up = true
  expect(await after(5_000)).toBe(11)
  clients[10]?.emit('end')
  expect([await after(49), await after(1)]).toEqual([11, 12])
  jest.restoreAllMocks()
  await listening.close()
})

it('ends while it waits for the next attempt, and while it connects', async () => {
  const down = fakes(() => Promise.reject(new Error('down')))
  const waiting = await down.start()
  await waiting.close()
  await jest.advanceTimersByTimeAsync(600_000)
  expect(down.clients).toHaveLength(1)

  const slow = fakes(() => new Promise(() => undefined))
  const starting = slow.start()
  await jest.advanceTimersByTimeAsync(10_000)
  const listening = await starting
  await jest.advanceTimersByTimeAsync(60)
  expect(slow.clients).toHaveLength(2)
  const closing = listening.close()
  await jest.advanceTimersByTimeAsync(10_000)
  await closing
  expect(slow.heard).toEqual([])
})

it.each([
  [undefined, {}, 'listenWithPg: connect is missing: a function that makes a pg Client'],
  [7, {}, 'listenWithPg: connect must be a function that makes a pg Client'],
  [() => undefined, { retry: 1 }, 'listenWithPg: unknown option "retry". Did you mean "retryMs"?'],
  [() => undefined, { checkMs: undefined }, 'listenWithPg: checkMs is undefined; set it or leave it out'],
  [
    () => undefined,
    { checkMs: 0 },
    'listenWithPg: checkMs must be a positive number of milliseconds up to 600000',
  ],
  [
    () => undefined,
    { retryMs: '5' },
    'listenWithPg: retryMs must be a positive number of milliseconds up to 600000',
  ],
])('refuses listenWithPg(%p, %j)', (connect, options, message) => {
  expect(() => listenWithPg(connect as never, options as never)).toThrow(new TypeError(message))
})
