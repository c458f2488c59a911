import { beforeEach, expect, it } from '@jest/globals'
import { MemoryKeyStore, MemoryReplayStore, type ProjectKey } from '../../lib/index.js'
import { onceARequest } from '../../lib/verify/once-a-request.js'
import { kidOf } from '../helpers/mint.js'
import { shop } from '../helpers/platform.js'

const keyStore = new MemoryKeyStore([shop()])
const key = keyStore.find('shop', kidOf('ES256')) as ProjectKey
const consumption = { token: 'a.b.c', keyStore, replayStore: new MemoryReplayStore() }

interface Verified {
  readonly key: ProjectKey
}

/** What was done, in order. */
let runs: string[]
beforeEach(() => {
  runs = []
})

function run(): Promise<Verified> {
  runs.push('consumes')
  return Promise.resolve({ key })
}

function remember(verifiedBy: ProjectKey): Verified {
  expect(verifiedBy).toBe(key)
  runs.push('remembers')
  return { key }
}

const once = (request: object, which: typeof consumption, first: () => Verified | Promise<Verified>) =>
  new Promise<Verified>((resolve) => {
    resolve(onceARequest(request, which, first, remember))
  })

function refuse(): Promise<never> {
  runs.push('refused')
  return Promise.reject(new Error('refused'))
}

it('gives a second run on one request the key that the first has verified with', async () => {
  const request = {}
  await expect(once(request, consumption, run)).resolves.toEqual({ key })
  await once(request, consumption, run)
  await once(request, consumption, run)
  expect(runs).toEqual(['consumes', 'remembers', 'remembers'])
})

it('does so where the first had its answer at hand', async () => {
  const request = {}
  const atHand = () => {
    runs.push('consumes')
    return { key }
  }
  expect(onceARequest(request, consumption, atHand, remember)).toEqual({ key })
  await once(request, consumption, run)
  expect(runs).toEqual(['consumes', 'remembers'])
})

it('does not remember a refusal that was thrown at once', async () => {
  const request = {}
  const refuseAtOnce = () => {
    runs.push('refused')
    throw new Error('refused')
  }
  expect(() => onceARequest(request, consumption, refuseAtOnce, remember)).toThrow('refused')
  await once(request, consumption, run)
  expect(runs).toEqual(['refused', 'consumes'])
})

it('lets a second run wait for a first that is still under way', async () => {
  const request = {}
  const outcomes = [run, run, run].map((each) => once(request, consumption, each))
  expect(runs).toEqual(['consumes'])
  await Promise.all(outcomes)
  expect(runs).toEqual(['consumes', 'remembers', 'remembers'])
})

it('does not remember a refusal', async () => {
  const request = {}
  await expect(once(request, consumption, refuse)).rejects.toThrow('refused')
  await once(request, consumption, run)
  await once(request, consumption, run)
  expect(runs).toEqual(['refused', 'consumes', 'remembers'])
})

it('lets one of two that waited for a refused run consume, and the other remember', async () => {
  const request = {}
  const first = once(request, consumption, refuse)
  const others = [run, run].map((each) => once(request, consumption, each))
  await expect(first).rejects.toThrow('refused')
  await Promise.all(others)
  expect(runs).toEqual(['refused', 'consumes', 'remembers'])
})

it('does not forget a verified token because a later run on the request was refused', async () => {
  const request = {}
  await once(request, consumption, run)
  const stricter = () => {
    runs.push('refused')
    throw new Error('refused')
  }
  await expect(onceARequest(request, consumption, run, stricter)).rejects.toThrow('refused')
  await once(request, consumption, run)
  expect(runs).toEqual(['consumes', 'refused', 'remembers'])
})

it.each([
  ['token', { ...consumption, token: 'a.b.d' }],
  ['key store', { ...consumption, keyStore: new MemoryKeyStore([shop()]) }],
  ['replay store', { ...consumption, replayStore: new MemoryReplayStore() }],
])('remembers nothing for another %s', async (_, other) => {
  const request = {}
  await once(request, consumption, run)
  await once(request, other, run)
  expect(runs).toEqual(['consumes', 'consumes'])
})

it('remembers nothing for another request', async () => {
  await once({}, consumption, run)
  await once({}, consumption, run)
  expect(runs).toEqual(['consumes', 'consumes'])
})
