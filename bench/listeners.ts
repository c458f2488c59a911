import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { pino } from 'pino'
import type { VerifierEvent, VerifierEventListener } from '../lib/index.js'
import { alertEvents, logEvents, meterEvents } from '../lib/events/index.js'
import { recordEvents } from '../lib/registry/index.js'
import { interleave, ratio, spread } from './interleave.js'
import { cell, type Part } from './results.js'
import { targets } from './targets.js'

export interface ListenersSize {
  readonly rounds: number
  readonly warmUp: number
  /** Events a turn. */
  readonly batch: number
}

class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

const meter = () => new MeterProvider({ readers: [new Reader()] }).getMeter('reverse-jwt')

/** What a platform that uses all of them has as `onEvent`. */
const listeners: Readonly<Record<string, () => VerifierEventListener>> = {
  logEvents: () => logEvents(pino({}, { write: () => undefined })),
  meterEvents: () => meterEvents(meter()),
  alertEvents: () => alertEvents({ onAlert: () => undefined }),
  recordEvents: () => recordEvents({ db: { query: () => Promise.resolve({ rows: [] }) } }).onEvent,
}

const yardstick = 'counter.add'
const together = 'all together'

/** What listeners cost an accepted request, in which Redis was waited for. Events are made before. */
export async function listening({ rounds, warmUp, batch }: ListenersSize): Promise<Part> {
  const events = Array.from({ length: batch }, (_, number) => event(number))
  const each = (of: readonly VerifierEventListener[]) => () => {
    for (const one of events) for (const listener of of) listener(one)
  }
  const counter = meter().createCounter('accepted')
  const contestants: Record<string, () => void> = {
    [yardstick]: each([
      ({ face }) => {
        counter.add(1, { outcome: 'accepted', face })
      },
    ]),
    [together]: each(Object.values(listeners).map((make) => make())),
  }
  for (const [name, make] of Object.entries(listeners)) contestants[name] = each([make()])
  const turns = await interleave(contestants, rounds, warmUp)
  const micros = (name: string) =>
    cell(spread((turns[name] ?? []).map(({ main }) => main / batch / 1e3)), 'µs')
  const ofYardstick = (name: string) =>
    cell(ratio(turns[name] ?? [], turns[yardstick] ?? [], 'main'), 'ratio')
  return {
    tables: [
      {
        title: 'Listeners, for an accepted token',
        text: 'CPU of the main thread for a call of each, with events that were made before; Redis was waited for, the key was at hand. `meterEvents` has the SDK of OpenTelemetry, `logEvents` has pino and logs no accepted token, `recordEvents` has a database that answers at once. The yardstick is one `counter.add` of that SDK, with two attributes.',
        columns: ['main thread, µs', '÷ counter.add'],
        rows: Object.keys(contestants).map((name) => ({ name, cells: [micros(name), ofYardstick(name)] })),
      },
    ],
    verdicts: [
      {
        target: 'all listeners, µs an accepted token',
        reached: micros(together),
        atMost: targets.maxListenersMicros,
      },
    ],
  }
}

/** One of a token that was accepted, as a verifier makes it. */
const event = (number: number): VerifierEvent => ({
  type: 'accepted',
  id: '0b9c7a52-5f2e-4c37-9d0e-6a1d1f6f9b11',
  time: 1_790_000_000 + number / 1000,
  duration: 0.0005 + (number % 10) / 10_000,
  face: 'express',
  // Keys are at hand, and Redis is asked.
  storeSeconds: { replay: 0.0004 },
  projectId: `project-${number % 100}`,
  kid: 'key-1',
  alg: 'ES256',
  jti: `jti-${number}`,
  scopes: ['portal:read'],
  origin: 'https://shop.example',
  issuedAt: 1_790_000_000 + number / 1000 - 2,
  expiresAt: 1_790_000_100,
})
