import { describe, expect, it, jest } from '@jest/globals'
import { pino } from 'pino'
import { createVerifier } from '../../lib/index.js'
import { logEvents, type AnyEvent, type EventLogger } from '../../lib/events/index.js'
import { acceptedEvent, refusedEvent, unavailableEvent } from '../helpers/events.js'
import { mint, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { alertRaised, changed, told } from './observed-events.js'

/** pino, as it is, and the lines it wrote. */
function logging(options?: Parameters<typeof logEvents>[1]) {
  const lines: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line) => lines.push(line) })
  const read = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  return { listener: logEvents(logger, options), lines, read }
}

it('writes one line for an event, with the event as it is beside what pino has', () => {
  const { listener, lines, read } = logging()
  listener(refusedEvent())
  expect(lines).toHaveLength(1)
  const [line = {}] = read()
  expect(line).toMatchObject({
    level: 30,
    msg: 'A token was refused: token_not_verified',
    event: refusedEvent(),
  })
  // The time of the line is that of pino, in milliseconds.
  expect(line.time).toBeGreaterThan(1e12)
})

describe('the level', () => {
  const session = { face: 'session' } as const
  const ofProject = { projectId: 'shop' }
  const cases: readonly [string, string, AnyEvent][] = [
    ['info', 'A token was refused: token_not_verified', refusedEvent()],
    ['info', 'A session was refused: session_revoked', refusedEvent({ ...session, code: 'session_revoked' })],
    [
      'warn',
      'A token was refused: token_replayed',
      refusedEvent({ code: 'token_replayed', signature: 'good' }),
    ],
    ['error', 'A token could not be checked: store_unavailable', unavailableEvent()],
    ['error', 'A session could not be checked: store_unavailable', unavailableEvent(session)],
    ['info', 'A session was issued', told('session.issued')],
    ['info', 'Sessions were ended', told('session.revoked')],
    ['error', 'A session could not be signed', told('session.failed')],
    ['error', 'The keys that sign sessions could not be read', told('signing_keys.failed')],
    ['info', 'A key set was read', told('key_set.read')],
    ['info', 'A key set was read', told('key_set.read', { ...ofProject, newKids: ['key-2'] })],
    [
      'warn',
      'A key set was read',
      told('key_set.read', { ...ofProject, droppedKeys: [{ reason: 'private' }] }),
    ],
    ['warn', 'A key set could not be read', told('key_set.failed')],
    ['warn', 'A key set could not be read', told('key_set.failed', ofProject)],
    ['warn', 'The list of ended sessions could not be read', told('revocations.failed')],
    ['info', 'A project or a key was changed', changed],
    ['error', 'An alert was raised: revoked_key_used', alertRaised('revoked_key_used', 'critical')],
    ['warn', 'An alert was raised: replay_burst', alertRaised('replay_burst', 'warning')],
    ['info', 'An alert was raised: probing', alertRaised('probing', 'info')],
    ['info', 'An alert has ended: probing', told('alert.ended', { rule: 'probing' })],
    ['info', 'Something else happened', told('mine')],
  ]

  it.each(cases)('is %s: %s', (level, msg, event) => {
    const { listener, read } = logging()
    listener(event)
    expect(read()).toMatchObject([{ level: pino.levels.values[level], msg, event: { type: event.type } }])
  })
})

describe('what is as it should be', () => {
  const events = [
    acceptedEvent(),
    acceptedEvent({ face: 'session' }),
    told('revocations.read'),
    told('key_set.read', { projectId: 'shop', droppedKeys: [], newKids: [] }),
  ]

  it('is not logged', () => {
    const { listener, lines } = logging()
    events.forEach(listener)
    expect(lines).toEqual([])
  })

  it('is logged on demand', () => {
    const { listener, read } = logging({ accepted: true })
    events.forEach(listener)
    expect(read().map(({ msg }) => msg)).toEqual([
      'A token was accepted',
      'A session was accepted',
      'The list of ended sessions was read',
      'A key set was read',
    ])
  })
})

it('has of a change who made it to what, and no states with keys', () => {
  const { listener, read } = logging()
  listener(changed)
  const { before, after, ...record } = changed.record
  expect([before, after]).toEqual([{}, { key: { jwk: { kty: 'EC' } } }])
  expect(read()).toMatchObject([{ event: { type: 'registry.changed', record } }])
  expect(JSON.stringify(read())).not.toMatch(/before|after|jwk/)
})

it('refuses no token where the logger throws, or fails later', async () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const failing: (() => unknown)[] = [
    () => {
      throw new Error('disk full')
    },
    () => Promise.reject(new Error('disk full')),
  ]
  for (const fail of failing) {
    const logger: EventLogger = { info: fail, warn: fail, error: fail }
    const { options } = platform({ onEvent: [logEvents(logger, { accepted: true })] })
    await expect(createVerifier(options).verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
  }
  await new Promise((resolve) => setImmediate(resolve))
  expect(warned).toHaveBeenCalledTimes(1)
  warned.mockRestore()
})

it('calls the methods of the logger as methods', () => {
  class Kept {
    readonly texts: string[] = []
    info(_entry: object, text: string) {
      this.texts.push(text)
    }
    warn = undefined as never
    error = undefined as never
  }
  const logger = Object.assign(new Kept(), { warn: () => undefined, error: () => undefined })
  logEvents(logger)(refusedEvent({ time: now }))
  expect(logger.texts).toEqual(['A token was refused: token_not_verified'])
})

it.each([
  [undefined, undefined, 'logEvents: logger must be a logger with info, warn and error'],
  [{ info: () => undefined }, undefined, 'logEvents: logger must be a logger with info, warn and error'],
  [console, { accept: true }, 'logEvents: unknown option "accept". Did you mean "accepted"?'],
  [console, { accepted: 1 }, 'logEvents: accepted must be true or false'],
])('says what is wrong', (logger, options, message) => {
  expect(() => logEvents(logger as never, options as never)).toThrow(message)
})
