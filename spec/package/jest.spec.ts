import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.js'
import { installation, nodeProgram, projectIn } from './installation.js'

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

    /** What became of the one test of a file: `passed`, or the reason. */
    async function test(file: string, nodeFlags: string[], jestFlags: string[] = []): Promise<string> {
      const program = join(project, '../node_modules/jest/bin/jest.js')
      const flags = ['--json', '--ci', '--no-cache', '--no-watchman', ...jestFlags]
      const { stdout } = await run(node, [...nodeFlags, program, file, ...flags], project)
      const { testResults } = JSON.parse(stdout) as { testResults: { status: string; message: string }[] }
      expect(testResults).toHaveLength(1)
      return testResults.map(({ status, message }) => message || status).join()
    }
    const vmModules = ['--experimental-vm-modules']
    const requires = Number(version.split('.')[0]) >= 24

    it('await import() works with --experimental-vm-modules', async () => {
      expect(await test('import.test.js', vmModules)).toBe('passed')
    })

    it(`require() ${requires ? 'works' : 'does not work'} with --experimental-vm-modules`, async () => {
      const outcome = await test('require.test.js', vmModules)
      if (requires) expect(outcome).toBe('passed')
      else expect(outcome).toContain('Must use import to load ES Module')
    })

    it('neither works without a flag', async () => {
      expect(await test('import.test.js', [])).toContain('without --experimental-vm-modules')
      expect(await test('require.test.js', [])).toContain('Must use import to load ES Module')
    })

    it.each(['import.test.js', 'require.test.js'])(
      '%s works without a flag when Babel transforms the package and jose',
      async (file) => {
        expect(await test(file, [], ['--config', 'transformed.json'])).toBe('passed')
      },
    )
  },
)
