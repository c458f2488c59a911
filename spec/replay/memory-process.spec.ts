import { describe, expect, it, jest } from '@jest/globals'
import cluster from 'node:cluster'
import { fileURLToPath } from 'node:url'
import { MemoryReplayStore } from '../../lib/index.js'
import { runNode } from '../helpers/child-process.js'
import { small } from './small-store.js'

jest.setTimeout(60_000)

const program = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url))

/** What the programs do many times. Mutation testing runs only the tests that reach a mutant in this very process. */
function useAndForget(jti: string): void {
  const { clock, store, consume } = small()
  consume('shop', jti)
  clock.now += 180
  consume('rival', jti)
  expect(store.size).toBe(1)
}

describe('MemoryReplayStore in a cluster', () => {
  it('warns in a worker, once, and not in the primary', async () => {
    const { code, stdout, stderr } = await runNode([program('memory-in-a-cluster')])
    expect({ code, warnings: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      warnings: { primary: [], worker: ['REVERSE_JWT_MEMORY_STORE_IN_CLUSTER'] },
    })
    expect(stderr).toContain(
      '[REVERSE_JWT_MEMORY_STORE_IN_CLUSTER] ReverseJwtWarning: MemoryReplayStore runs in a cluster worker.',
    )
  })
})

describe('MemoryReplayStore in a process that says to be a worker', () => {
  it.each([
    ['never, without a channel to its primary', false, 0],
    ['once', true, 1],
  ])('warns %s', (_, connected, times) => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
    const before = Object.getOwnPropertyDescriptor(process, 'connected')
    Object.defineProperty(process, 'connected', { value: connected, configurable: true })
    jest.replaceProperty(cluster, 'isWorker', true)
    try {
      new MemoryReplayStore()
      new MemoryReplayStore()
    } finally {
      jest.restoreAllMocks()
      Object.defineProperty(process, 'connected', before ?? { value: undefined, configurable: true })
    }
    const warning = [
      expect.stringContaining('MemoryReplayStore runs in a cluster worker.'),
      { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_MEMORY_STORE_IN_CLUSTER' },
    ]
    expect(emitWarning.mock.calls).toEqual(Array.from({ length: times }, () => warning))
  })
})

describe('MemoryReplayStore of the default capacity', () => {
  it('takes nothing up front, and less than 200 MB when a million ids fill it', async () => {
    const { stdout, stderr } = await runNode(['--expose-gc', program('memory-when-full')])
    expect(stderr).toBe('')
    const { size, full, megabytes } = JSON.parse(stdout) as {
      size: number
      full: string
      megabytes: { made: number; full: number }
    }
    expect(size).toBe(1_000_000)
    expect(full).toBe('the replay store is full; raise capacity')
    expect(megabytes.made).toBeLessThan(1)
    expect(megabytes.full).toBeLessThan(200)
    // Otherwise nothing was measured.
    expect(megabytes.full).toBeGreaterThan(36)
  })
})

describe('MemoryReplayStore with as many projects as ids', () => {
  it('takes less than 350 bytes for each', async () => {
    useAndForget('x')
    const { stdout, stderr } = await runNode(['--expose-gc', program('memory-of-single-ids')])
    expect(stderr).toBe('')
    const { size, bytesAnId } = JSON.parse(stdout) as { size: number; bytesAnId: number }
    expect(size).toBe(100_000)
    expect(bytesAnId).toBeLessThan(350)
    // Otherwise nothing was measured.
    expect(bytesAnId).toBeGreaterThan(100)
  })
})

describe('MemoryReplayStore takes no more memory', () => {
  it('for an id that is long or not ASCII than for any other', async () => {
    useAndForget('j'.repeat(256))
    const { stdout, stderr } = await runNode(['--expose-gc', program('memory-of-long-ids')])
    expect(stderr).toBe('')
    const bytesAnId = JSON.parse(stdout) as number[]
    expect(bytesAnId).toHaveLength(4)
    for (const bytes of bytesAnId) {
      expect(bytes).toBeLessThan(160)
      // Otherwise nothing was measured.
      expect(bytes).toBeGreaterThan(36)
    }
  })

  it('for a project once its last id has expired', async () => {
    useAndForget('x')
    const { stdout, stderr } = await runNode(['--expose-gc', program('memory-of-past-projects')])
    expect(stderr).toBe('')
    const { size, bytesAProject } = JSON.parse(stdout) as { size: number; bytesAProject: number }
    expect(size).toBe(1)
    expect(bytesAProject).toBeLessThan(30)
  })
})
