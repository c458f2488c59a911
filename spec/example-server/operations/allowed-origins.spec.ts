import { expect, it } from '@jest/globals'
import { AllowedOrigins } from '../../../example-server/operations/allowed-origins.js'
import type { Registry } from '../../../lib/registry/index.js'
import { managed, by } from '../../helpers/registry.js'

it('has the origins of all projects once they are read, and any where a project has no list', async () => {
  const { registry } = managed()
  const origins = new AllowedOrigins(registry)
  await registry.createProject({ id: 'a', allowedOrigins: ['https://a.example'] }, { by })
  expect(origins.has('https://a.example')).toBe(false)
  await origins.refresh()
  expect([origins.has('https://a.example'), origins.has('https://b.example')]).toEqual([true, false])
  await registry.createProject({ id: 'b' }, { by })
  await origins.refresh()
  expect(origins.has('https://b.example')).toBe(true)
})

/** Answers when it is told to. */
function slowRegistry() {
  const waiting: (() => void)[] = []
  let reads = 0
  const listProjects = () => {
    reads++
    return new Promise((resolve) => {
      waiting.push(() => {
        resolve({ projects: [] })
      })
    })
  }
  const answer = async () => {
    waiting.shift()?.()
    // What hangs on an answer runs before the next turn.
    await new Promise(setImmediate)
  }
  return { registry: { listProjects } as Pick<Registry, 'listProjects'>, answer, reads: () => reads }
}

it('ends a refresh with the read that began after it, although changes never end', async () => {
  const { registry, answer, reads } = slowRegistry()
  const origins = new AllowedOrigins(registry)
  const ended: number[] = []
  const refresh = (number: number) => void origins.refresh().then(() => ended.push(number))
  refresh(0)
  await new Promise(setImmediate)
  // While the first read is under way, for which those that come now may be too late.
  refresh(1)
  refresh(2)
  await answer()
  expect([ended, reads()]).toEqual([[0], 2])
  for (let number = 3; number < 6; number++) {
    refresh(number)
    await answer()
  }
  expect(ended).toEqual([0, 1, 2, 3, 4])
  // One at a time, and one for all that came during another.
  expect(reads()).toBe(5)
})

it('reads again after a read that failed', async () => {
  let fails = true
  const listProjects = () =>
    fails
      ? Promise.reject(new Error('away'))
      : Promise.resolve({ projects: [{ allowedOrigins: ['https://a.example'] }] })
  const origins = new AllowedOrigins({ listProjects } as unknown as Pick<Registry, 'listProjects'>)
  const first = origins.refresh()
  const second = origins.refresh()
  await expect(first).rejects.toThrow('away')
  await expect(second).rejects.toThrow('away')
  fails = false
  await origins.refresh()
  expect(origins.has('https://a.example')).toBe(true)
})
