import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { KeyChecks } from '../../../lib/keys/jwks/key-checks.js'
import { letTimeGo, seconds, stopTime } from '../caches.js'

beforeEach(stopTime)
afterEach(letTimeGo)

/** A check of three steps that says when it ended, and whose it was. */
function* steps(ended: string[], name: string): Generator<undefined, string, undefined> {
  yield
  yield
  ended.push(name)
  return name
}

it('runs four at once and then four a second', async () => {
  const checks = new KeyChecks()
  const ended: string[] = []
  for (let at = 0; at < 12; at++) void checks.run(`project-${at}`, steps(ended, `${at}`))
  const counts: number[] = []
  for (let quarter = 0; quarter < 9; quarter++) {
    await seconds(quarter === 0 ? 0.1 : 0.25)
    counts.push(ended.length)
  }
  expect(counts).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12])
})

it('saves up four at most', async () => {
  const checks = new KeyChecks()
  const ended: string[] = []
  await seconds(3_600)
  for (let at = 0; at < 8; at++) void checks.run(`project-${at}`, steps(ended, `${at}`))
  await seconds(0.2)
  expect(ended).toHaveLength(4)
})

it('serves projects in turns', async () => {
  const checks = new KeyChecks()
  const ended: string[] = []
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'])
    void checks.run(name.slice(0, 1), steps(ended, name))
  await seconds(2)
  expect(ended).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
})

it('gives way after each step', async () => {
  const checks = new KeyChecks()
  const order: string[] = []
  function* noting(): Generator<undefined, void, undefined> {
    for (let step = 0; step < 3; step++) {
      order.push('step')
      yield
    }
  }
  const done = checks.run('shop', noting())
  const other = () => {
    order.push('other')
    if (order.length < 10) setImmediate(other)
  }
  setImmediate(other)
  await seconds(1)
  await done
  expect(order.filter((one) => one === 'step')).toHaveLength(3)
  const [first, last] = [order.indexOf('step'), order.lastIndexOf('step')]
  expect(order.slice(first, last)).toContain('other')
})

it('lets 1,024 wait, and four of one project', async () => {
  const checks = new KeyChecks()
  const outcomes: string[] = []
  const ask = (projectId: string) => {
    checks.run(projectId, steps([], '')).then(
      () => outcomes.push('checked'),
      (error: unknown) => outcomes.push(String(error)),
    )
  }
  // The first one is under way.
  for (let at = 0; at < 6; at++) ask('shop')
  await jest.advanceTimersByTimeAsync(0)
  expect(outcomes).toEqual(['Error: too many keys wait to be checked'])
  for (let at = 0; at < 1_025; at++) ask(`project-${at}`)
  await jest.advanceTimersByTimeAsync(0)
  expect(outcomes.filter((one) => one.startsWith('Error')).length).toBeGreaterThanOrEqual(2)
})

it('hands on what a check throws, and goes on', async () => {
  const checks = new KeyChecks()
  const ended: string[] = []
  function* failing(): Generator<undefined, void, undefined> {
    throw new Error('broken')
  }
  const failed = checks.run('shop', failing())
  const next = checks.run('shop', steps(ended, 'next'))
  await expect(failed).rejects.toThrow('broken')
  await seconds(1)
  expect(await next).toBe('next')
})
