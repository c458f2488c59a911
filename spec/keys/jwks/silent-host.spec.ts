import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { refusalFactsOf } from '../../../lib/errors.js'
import { JwksKeyStore } from '../../../lib/index.js'
import { allowedAddress, hostedPlatform, published, setOf } from '../../helpers/hosted-platform.js'
import { customerHost, keySet } from '../../helpers/customer-host.js'
import { soundModulus } from '../../helpers/rsa-numbers.js'
import { until } from '../../helpers/until.js'
import { monotonicClock } from '../../session/other-server.js'

const host = customerHost()
let pass: (seconds: number) => void
beforeEach(() => {
  pass = monotonicClock()
  host.answer = keySet([published('key-1')])
})
const reads = () => host.asked.length
/** Until so many reads have ended, also those that nobody waits for. */
const ended = ({ events }: ReturnType<typeof hostedPlatform>, count: number) =>
  until(`${count} reads`, () => events.length >= count)

describe('a host that does not answer', () => {
  /** What is to be answered later. */
  let answers: (() => void)[]
  beforeEach(() => {
    answers = []
    host.answer = (req, res) => {
      answers.push(() => {
        keySet([published('key-1')])(req, res)
      })
    }
  })
  const asked = async (count: number) => {
    while (answers.length < count) await new Promise(setImmediate)
  }
  const waitedFor = async <T>(outcome: Promise<T>, count = 1): Promise<T> => {
    await asked(count)
    await jest.advanceTimersByTimeAsync(1_500)
    return outcome
  }

  it('is waited for by four names of a project at a time', async () => {
    const { found } = hostedPlatform(host)
    const names = Promise.all(Array.from({ length: 40 }, (_, at) => found(`kid-${at % 8}`)))
    const outcomes = await waitedFor(names)
    expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(20)
    expect(outcomes.filter((outcome) => outcome === 'project_key_set_failed')).toHaveLength(20)
    expect(reads()).toBe(1)
  })

  it('is waited for a second and a half by who asks, who is then told that nobody knows; the read goes on', async () => {
    const platform = hostedPlatform(host)
    expect(await waitedFor(platform.found('key-1'))).toBe('project_key_set_failed')
    expect(platform.events).toEqual([])
    answers[0]?.()
    await ended(platform, 1)
    expect([await platform.found('key-1'), reads()]).toEqual(['key-1', 1])
  })

  it('and then does gives keys that are as old as the question', async () => {
    const platform = hostedPlatform(host)
    const first = platform.found('key-1')
    await asked(1)
    pass(100)
    answers[0]?.()
    expect(await first).toBe('key-1')
    host.answer = keySet([])
    pass(201)
    expect([await platform.found('key-1'), reads()]).toEqual(['none', 2])
  })

  it('leaves open whether there is a new key', async () => {
    const platform = hostedPlatform(host)
    const first = platform.found('key-1')
    await asked(1)
    answers[0]?.()
    expect(await first).toBe('key-1')
    pass(31)
    expect(await waitedFor(platform.found('key-2'), 2)).toBe('project_key_set_failed')
    expect(await platform.found('key-1')).toBe('key-1')
  })

  it('takes no key away that it has had, for an hour', async () => {
    const { answer } = host
    for (const [seconds, outcome] of [
      [301, 'key-1'],
      [3_300, 'key-1'],
      [3_601, 'project_key_set_failed'],
    ] as const) {
      host.answer = keySet([published('key-1')])
      const { found } = hostedPlatform(host)
      await found('key-1')
      host.answer = answer
      pass(seconds)
      const before = answers.length
      expect(await waitedFor(found('key-1'), before + 1)).toBe(outcome)
      expect(await waitedFor(found('key-2'), before + 1)).toBe('project_key_set_failed')
    }
  })

  it('is given three seconds, and is one of 16 that are read at a time, unless the options say otherwise', async () => {
    // No read ends, however slow the machine is.
    const reading: AbortController[] = []
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const controller = new AbortController()
      reading.push(controller)
      return controller.signal
    })
    const { store } = hostedPlatform(host)
    const names = Array.from({ length: 17 }, (_, at) => `set-${at}`)
    for (const id of names) {
      host.names.set(`${id}.many.example`, [allowedAddress])
      store.sets.set(id, setOf(`https://${id}.many.example:${host.port}/`, { id }))
    }
    const jwks = new JwksKeyStore(store, { ports: [host.port], allowAddress: () => true })
    const outcomes = Promise.allSettled(names.map((id) => jwks.find(id, 'key-1')))
    await asked(16)
    expect(timeout.mock.calls).toEqual(Array.from({ length: 16 }, () => [3_000]))
    await jest.advanceTimersByTimeAsync(1_500)
    for (const controller of reading) controller.abort()
    const reasons = (await outcomes).map((outcome) =>
      outcome.status === 'rejected' ? refusalFactsOf(outcome.reason)?.reason : outcome.value,
    )
    expect(reasons).toEqual([...Array.from({ length: 16 }, () => 'project_key_set_failed'), 'busy'])
  })

  it('and hangs up does not take away the keys that are at hand', async () => {
    const { found } = hostedPlatform(host)
    host.answer = keySet([published('key-1')])
    await found('key-1')
    host.answer = (req) => req.socket.destroy()
    pass(301)
    expect([await found('key-1'), reads()]).toEqual(['key-1', 2])
  })

  it('keeps its place among those that are read, and others are busy when all are taken', async () => {
    const platform = hostedPlatform(host, { concurrency: 2 })
    const { found, store } = platform
    for (const name of ['a', 'b', 'c']) {
      host.names.set(`${name}.many.example`, [allowedAddress])
      store.sets.set(name, setOf(`https://${name}.many.example:${host.port}/`, { id: name }))
    }
    const outcomes = Promise.all(['a', 'b', 'c'].map((name) => found('key-1', name)))
    expect(await waitedFor(outcomes, 2)).toEqual(['project_key_set_failed', 'project_key_set_failed', 'busy'])
    for (const answer of answers) answer()
    await ended(platform, 2)
    host.answer = keySet([published('key-1')])
    expect(await found('key-1', 'c')).toBe('key-1')
  })
})

it('a set whose new keys wait to be checked for long takes none of the others away', async () => {
  const newKeys = Array.from({ length: 19 }, (_, at) => {
    const n = soundModulus(2_048, at).toString(16)
    return { kty: 'RSA', n: Buffer.from(n, 'hex').toString('base64url'), e: 'AQAB', kid: `rsa-${at}` }
  })
  const { found, events } = hostedPlatform(host)
  await found('key-1')
  // The clock stands still, or a slow machine would have them checked meanwhile.
  let now = performance.now() + 301_000
  jest.spyOn(performance, 'now').mockImplementation(() => now)
  host.answer = keySet([published('key-1'), ...newKeys])
  const after = async (kid: string) => {
    const outcome = found(kid)
    await jest.advanceTimersByTimeAsync(1_500)
    return outcome
  }
  // Four are checked at once, and each further one waits for a quarter of a second.
  while ((await after('rsa-0')) !== 'rsa-0') await new Promise(setImmediate)
  expect(await after('rsa-18')).toBe('project_key_set_failed')
  now += 301_000
  expect([await after('key-1'), events.length]).toEqual(['key-1', 1])
  while (events.length < 2) {
    now += 1_000
    await after('rsa-18')
  }
})
