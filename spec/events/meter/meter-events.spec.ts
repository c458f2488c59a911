import { describe, expect, it, jest } from '@jest/globals'
import type { Histogram } from '@opentelemetry/sdk-metrics'
import { createVerifier } from '../../../lib/index.js'
import { meterEvents } from '../../../lib/events/index.js'
import { acceptedEvent, refusedEvent, unavailableEvent } from '../../helpers/events.js'
import { mint, now } from '../../helpers/mint.js'
import { platform } from '../../helpers/platform.js'
import { alertRaised, told } from '../observed-events.js'
import { metered, type Metric } from './metered.js'

const outcome = 'reverse_jwt.outcome'
const histogramOf = (metrics: ReadonlyMap<string, Metric>, name: string) =>
  metrics.get(`reverse_jwt.${name}`)?.points[0]?.value as Histogram | undefined

it('counts what a verifier tells of', async () => {
  const { listener, values, read } = metered()
  const { options, clock } = platform()
  const verifier = createVerifier({ ...options, onEvent: listener })
  const token = mint()
  await verifier.verify(token)
  await verifier.verify(token).catch(() => undefined)
  clock.now += 500
  await verifier.verify(mint()).catch(() => undefined)
  expect(await values('reverse_jwt.verifications')).toEqual([
    [{ [outcome]: 'accepted', 'reverse_jwt.face': 'verify' }, 1],
    [{ [outcome]: 'refused', 'error.type': 'token_expired' }, 1],
    [{ [outcome]: 'refused', 'error.type': 'token_replayed' }, 1],
  ])
  expect(await values('reverse_jwt.verification.duration')).toEqual([
    [{ [outcome]: 'accepted' }, 1],
    [{ [outcome]: 'refused' }, 2],
  ])
  expect(histogramOf(await read(), 'token.age')).toMatchObject({ count: 1, sum: 10 })
})

it('counts accepted tokens by their face, and others by their code', async () => {
  const { listener, values } = metered()
  listener(acceptedEvent({ face: 'express' }))
  listener(acceptedEvent({ face: 'passport' }))
  listener(refusedEvent({ face: 'express' }))
  listener(refusedEvent({ face: 'passport' }))
  listener(unavailableEvent({ code: 'replay_store_full', reason: 'replay_store_full' }))
  expect(await values('reverse_jwt.verifications')).toEqual([
    [{ [outcome]: 'accepted', 'reverse_jwt.face': 'express' }, 1],
    [{ [outcome]: 'accepted', 'reverse_jwt.face': 'passport' }, 1],
    [{ [outcome]: 'refused', 'error.type': 'token_not_verified' }, 2],
    [{ [outcome]: 'unavailable', 'error.type': 'replay_store_full' }, 1],
  ])
})

it('takes what was issued in the future apart from what is old: no histogram goes below 0', async () => {
  const { listener, read } = metered()
  for (const issuedAt of [now - 5, now, now + 7]) listener(acceptedEvent({ issuedAt }))
  listener(acceptedEvent())
  const metrics = await read()
  expect(histogramOf(metrics, 'token.age')).toMatchObject({ count: 2, sum: 5 })
  expect(histogramOf(metrics, 'token.ahead')).toMatchObject({ count: 1, sum: 7 })
})

it('has the buckets that fit what is measured', async () => {
  const { listener, read } = metered()
  listener(acceptedEvent({ issuedAt: now - 1, storeSeconds: { key: 0.1 } }))
  listener(acceptedEvent({ issuedAt: now + 1 }))
  const metrics = await read()
  const boundaries = (name: string) => histogramOf(metrics, name)?.buckets.boundaries
  expect(boundaries('token.age')).toEqual([0, 1, 2, 5, 10, 30, 60, 120, 300])
  expect(boundaries('token.ahead')).toEqual([1, 2, 4, 6, 8, 10, 30, 60])
  for (const name of ['verification.duration', 'store.duration'])
    expect([boundaries(name)?.at(0), boundaries(name)?.at(-1)]).toEqual([0.0005, 2.5])
})

it('times stores, and says which one failed', async () => {
  const { listener, values } = metered()
  const storeSeconds = { key: 0.001, replay: 0.002 }
  listener(acceptedEvent({ storeSeconds }))
  listener(unavailableEvent({ storeSeconds, reason: 'replay_store_late' }))
  listener(unavailableEvent({ storeSeconds: { key: 2 }, reason: 'key_store_failed' }))
  listener(acceptedEvent())
  const store = 'reverse_jwt.store'
  expect(await values('reverse_jwt.store.duration')).toEqual([
    [{ [store]: 'key', [outcome]: 'answered' }, 2],
    [{ [store]: 'replay', [outcome]: 'answered' }, 1],
    [{ [store]: 'replay', [outcome]: 'failed' }, 1],
    [{ [store]: 'key', [outcome]: 'failed' }, 1],
  ])
})

describe('sessions', () => {
  it('are counted once an exchange: by the session, or by what kept it from being', async () => {
    const { listener, values } = metered()
    const face = 'exchange'
    // One that became a session, one whose token was good and that could not be signed, and two others.
    listener(acceptedEvent({ face }))
    listener(told('session.issued'))
    listener(acceptedEvent({ face }))
    listener(told('session.failed'))
    listener(refusedEvent({ face }))
    listener(unavailableEvent({ face }))
    expect(await values('reverse_jwt.session.exchanges')).toEqual([
      [{ [outcome]: 'accepted' }, 1],
      [{ [outcome]: 'refused' }, 1],
      [{ [outcome]: 'unavailable' }, 2],
    ])
  })

  it('that are presented are no project tokens', async () => {
    const { listener, values } = metered()
    const face = 'session'
    listener(acceptedEvent({ face }))
    listener(refusedEvent({ face, code: 'session_revoked' }))
    listener(refusedEvent({ face, code: 'claim_missing' }))
    listener(unavailableEvent({ face, reason: 'revocations_stale' }))
    expect(await values('reverse_jwt.session.verifications')).toEqual([
      [{ [outcome]: 'accepted' }, 1],
      [{ [outcome]: 'unavailable', 'error.type': 'store_unavailable' }, 1],
      [{ [outcome]: 'refused', 'error.type': 'session_revoked' }, 1],
      [{ [outcome]: 'refused', 'error.type': '_OTHER' }, 1],
    ])
    expect(await values('reverse_jwt.verifications')).toEqual([])
  })
})

it('counts alerts when they are raised, and reads of key sets', async () => {
  const { listener, values } = metered()
  listener(alertRaised('revoked_key_used', 'critical'))
  listener(told('alert.ended', { rule: 'revoked_key_used' }))
  listener(told('key_set.read'))
  listener(told('key_set.failed'))
  expect(await values('reverse_jwt.alerts')).toEqual([[{ 'reverse_jwt.rule': 'revoked_key_used' }, 1]])
  expect(await values('reverse_jwt.key_set.reads')).toEqual([
    [{ [outcome]: 'answered' }, 1],
    [{ [outcome]: 'failed' }, 1],
  ])
})

it('says how many projects have a key set that cannot be read, as long as somebody reads it', async () => {
  const { listener, read } = metered()
  const failing = async () => (await read()).get('reverse_jwt.key_set.failing')?.points[0]?.value
  expect(await failing()).toBe(0)
  for (const projectId of ['shop', 'shop', 'rival']) listener(told('key_set.failed', { projectId }))
  listener(told('key_set.failed'))
  listener(told('key_set.read', { projectId: 'third' }))
  expect(await failing()).toBe(2)
  listener(told('key_set.read', { projectId: 'shop' }))
  expect(await failing()).toBe(1)
  const now = performance.now()
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now + 901_000)
  expect(await failing()).toBe(0)
  clock.mockRestore()
})

it('says how old the list of ended sessions is, once there was one', async () => {
  const { listener, read } = metered()
  const age = async () => (await read()).get('reverse_jwt.revocations.age')?.points[0]?.value
  expect(await age()).toBeUndefined()
  listener(told('revocations.failed'))
  expect(await age()).toBeUndefined()
  listener(told('revocations.failed', { age: 40 }))
  expect(await age()).toBeGreaterThanOrEqual(40)
  listener(told('revocations.read', { age: 45, entries: 2 }))
  expect(await age()).toBeLessThan(40)
})

it('says what sinks dropped, by their names', async () => {
  const record = { dropped: 0 }
  const { values } = metered({ sinks: { record, log: { dropped: 1 } } })
  record.dropped = 7
  expect(await values('reverse_jwt.events.dropped')).toEqual([
    [{ 'reverse_jwt.sink': 'record' }, 7],
    [{ 'reverse_jwt.sink': 'log' }, 1],
  ])
})

describe('with names of projects', () => {
  const project = 'reverse_jwt.project.id'

  it('counts the first verified ones apart, and the others together', async () => {
    const { listener, values } = metered({ projects: 2 })
    for (const projectId of ['shop', 'rival', 'third', 'shop', 'fourth'])
      listener(acceptedEvent({ projectId }))
    const accepted = { [outcome]: 'accepted', 'reverse_jwt.face': 'verify' }
    expect(await values('reverse_jwt.verifications')).toEqual([
      [{ ...accepted, [project]: 'shop' }, 2],
      [{ ...accepted, [project]: 'rival' }, 1],
      [{ ...accepted, [project]: 'other' }, 2],
    ])
  })

  it('names none of a token that is not verified', async () => {
    const { listener, values } = metered({ projects: 2 })
    listener(refusedEvent({ unverifiedProjectId: 'shop' }))
    listener(refusedEvent({ code: 'token_replayed', signature: 'good', projectId: 'shop' }))
    expect(await values('reverse_jwt.verifications')).toEqual([
      [{ [outcome]: 'refused', 'error.type': 'token_not_verified' }, 1],
      [{ [outcome]: 'refused', 'error.type': 'token_replayed', [project]: 'shop' }, 1],
    ])
  })
})

const meter = { createHistogram() {}, createObservableCounter() {}, createObservableGauge() {} }
it.each([
  [{}, {}, 'meterEvents: meter must be a Meter of OpenTelemetry'],
  [meter, { projects: -1 }, 'meterEvents: projects must be a whole number of projects from 0 to 1000'],
  [meter, { project: 1 }, 'meterEvents: unknown option "project". Did you mean "projects"?'],
  [meter, { store: {} }, 'meterEvents: store must be a project store'],
  [meter, { sinks: { record: {} } }, 'meterEvents: sinks must be an object of at most 8 names'],
  [meter, { sinks: { 'a b': { dropped: 0 } } }, 'meterEvents: sinks must be an object of at most 8 names'],
  [meter, { sinks: 'record' }, 'meterEvents: sinks must be an object of at most 8 names'],
])('says what is wrong', (meter, options, message) => {
  expect(() => meterEvents(meter as never, options as never)).toThrow(message)
})
