import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { MemoryRevocations, type RevocationStore } from '../../lib/session/index.js'
import { PulledRevocations } from '../../lib/revocations/pulled.js'
import { openServer } from '../helpers/server.js'
import { until } from '../helpers/until.js'
import { monotonicClock, otherServer } from '../session/other-server.js'
import { exchange, issuing, now, pageOrigin, sessionsOf, type Issuing } from '../session/platform.js'

/*
 * Somebody holds a session that was ended, and stands between the service and the list: nothing that he answers in its place may keep
 * the session alive beyond the bound.
 */
const serve = openServer()
const between = otherServer()
let pass: (seconds: number) => void
let made: Issuing
let revocations: RevocationStore
let pulled: PulledRevocations
/** Bodies that the real list had, the oldest first. */
let recorded: string[] = []

async function listNow(): Promise<string> {
  const { generatedAt, ...list } = await revocations.list()
  return JSON.stringify({ generated_at: generatedAt, expires_in: 60, ...list })
}

beforeEach(() => {
  pass = monotonicClock()
  recorded = []
  revocations = new MemoryRevocations({ keyStore: { find: () => undefined }, clock: () => now })
  made = issuing({ revocations })
  between.answer = (_, res) => {
    void listNow().then((body) => {
      recorded.push(body)
      res.end(body)
    })
  }
  pulled = new PulledRevocations({
    url: new URL(`${between.url}/list`),
    headers: undefined,
    interval: 0.02,
    maxStaleness: 60,
    clock: () => now,
    report: () => undefined,
  })
})
afterEach(() => {
  pulled.close()
  jest.restoreAllMocks()
})

async function held(): Promise<() => Promise<string>> {
  const session = (await exchange(serve(made.app))).body.access_token as string
  const sessions = sessionsOf(made, { revocations: pulled })
  return () =>
    sessions.verify(session, { origin: pageOrigin }).then(
      () => 'passes',
      (error: unknown) => (error as { code: string }).code,
    )
}

const endAll = () => made.issuer.revoke({ projectId: 'shop' }, { by: 'ops', reason: 'stolen' })

it('hears of it where nobody stands between', async () => {
  const send = await held()
  expect(await send()).toBe('passes')
  await endAll()
  await until('it is refused', async () => (await send()) === 'session_revoked')
})

it.each<[string, () => void]>([
  ['silence', () => (between.answer = () => undefined)],
  ['an old list again', () => (between.answer = (_, res) => res.end(recorded[0]))],
  ['the last list for ever', () => (between.answer = (_, res) => res.end(recorded.at(-1)))],
  ['an empty page', () => (between.answer = (_, res) => res.end())],
  ['HTML', () => (between.answer = (_, res) => res.end('<!doctype html>'))],
  [
    'a list from the future',
    () => (between.answer = (_, res) => res.end(`{"generated_at":${now + 3_600},"revocations":[]}`)),
  ],
  [
    'a list without the entry that hurts, in words of tomorrow',
    () =>
      (between.answer = (_, res) =>
        res.end(`{"generated_at":${now + 1},"revocations":[{"project":"shop","until":1}]}`)),
  ],
  [
    '50 MB',
    () =>
      (between.answer = (_, res) => {
        res.write('{"generated_at":1790000001,"revocations":[')
        for (let at = 0; at < 50; at++) res.write(' '.repeat(1_048_576))
        res.end(']}')
      }),
  ],
  [
    'another address',
    () => (between.answer = (_, res) => res.writeHead(307, { Location: 'http://127.0.0.1:1/' }).end()),
  ],
  ['an error', () => (between.answer = (_, res) => res.writeHead(500).end('{}'))],
])('a service that gets %s in its place closes after 60 s, and does not open', async (_, stand) => {
  const send = await held()
  expect(await send()).toBe('passes')
  stand()
  await endAll()
  pass(61)
  expect(await send()).toBe('store_unavailable')
  expect(await send()).toBe('store_unavailable')
})
