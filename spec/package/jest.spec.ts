import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { run } from './command.js'
import { nodeProgram } from '../helpers/node-program.js'
import { installation, projectIn } from './installation.js'

jest.setTimeout(60_000)

/** A customer who tests with Jest, in CommonJS. Jest loads modules itself, and not always as Node does. */
describe.each(['20.19.0', '24', '26'])(
  'in a CommonJS project that is tested with Jest on Node %s',
  (version) => {
    let node: string
    let project: string
    beforeAll(async () => {
      node = await nodeProgram(version)
      project = await projectIn(await installation('jest', '@babel/preset-env'), 'jest')
    }, 180_000)
    afterAll(() => rm(project, { recursive: true }))

    /** What became of the one test of each file: `passed`, or the reason. */
    async function outcomes(nodeFlags: string[], jestFlags: string[] = []): Promise<Record<string, string>> {
      const program = join(project, '../node_modules/jest/bin/jest.js')
      const flags = ['--json', '--ci', '--no-cache', '--no-watchman', '--runInBand', ...jestFlags]
      const { stdout } = await run(node, [...nodeFlags, program, ...flags], project)
      const { testResults } = JSON.parse(stdout) as {
        testResults: { name: string; status: string; message: string }[]
      }
      const results = testResults.map(
        ({ name, status, message }) => [basename(name), message || status] as const,
      )
      expect(results.map(([name]) => name).sort()).toEqual(['import.test.js', 'require.test.js'])
      return Object.fromEntries(results)
    }
    const requires = Number(version.split('.')[0]) >= 24

    it(`await import() works with --experimental-vm-modules, and require() ${requires ? 'too' : 'does not'}`, async () => {
      const outcome = await outcomes(['--experimental-vm-modules'])
      expect(outcome['import.test.js']).toBe('passed')
      if (requires) expect(outcome['require.test.js']).toBe('passed')
      else expect(outcome['require.test.js']).toContain('Must use import to load ES Module')
    })

    // What is not of Node but of Jest is the same on each version.
    if (version !== '20.19.0') return

    it('neither works without a flag', async () => {
      expect(await outcomes([])).toEqual({
        'import.test.js': expect.stringContaining('without --experimental-vm-modules'),
        'require.test.js': expect.stringContaining('Must use import to load ES Module'),
      })
    })

    it('both work without a flag when Babel transforms the package and jose', async () => {
      expect(await outcomes([], ['--config', 'transformed.json'])).toEqual({
        'import.test.js': 'passed',
        'require.test.js': 'passed',
      })
    })
  },
)
