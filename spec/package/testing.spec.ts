import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codesOf, read, tablesOf } from '../docs/markdown.js'
import { nodeProgram } from '../helpers/node-program.js'
import { codeBlocksOf } from './code-blocks.js'
import { run } from './command.js'
import { installation } from './installation.js'

jest.setTimeout(120_000)

const page = 'docs/testing.md'
const [platform, first, ...others] = codeBlocksOf(page)
  .filter(({ isMarkedAsNotRun }) => !isMarkedAsNotRun)
  .map(({ code }) => code)
const usual = "import { test } from 'node:test'\n"
const tests = [first, ...others].filter((code) => code?.includes(usual))
const programs = others.filter((code) => !code.includes(usual))
const titlesOf = (code = '') => Array.from(code.matchAll(/^ *test\(['`](.+)['`]/gm), ([, title]) => title)

/** Each runner, the line that differs, and how it is started. */
const [runners = []] = tablesOf(read(page))

let folder: string
beforeAll(async () => {
  const packages = ['express', 'passport', 'supertest', 'jest', '@jest/globals', 'vitest@4']
  folder = await mkdtemp(join(await installation(...packages), 'project-'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'create-app.js'), platform ?? '')
  // The reader's own.
  await writeFile(join(folder, 'app.js'), 'export const app = JSON.parse(process.env.SHOP_PUBLIC_JWK)')
}, 180_000)
afterAll(() => rm(folder, { recursive: true }))

/** Two tests of this file may be writing at a time. */
async function file(name: string, code = ''): Promise<string> {
  await writeFile(join(folder, name), code)
  return name
}

describe('the examples of docs/testing.md, from the tarball', () => {
  it('are all here', () => {
    expect(runners).toHaveLength(3)
    expect([titlesOf(first).length, tests.length, programs.length]).toEqual([5, 4, 5])
  })

  it.each(['20.19.0', '24', '26'])(
    'are tests that pass, and programs that end well, on Node %s',
    async (version) => {
      const files = await Promise.all([
        ...tests.map((code, index) => file(`example-${index}.test.js`, code)),
        // To node:test a program is a test of the name of its file.
        ...programs.map((code, index) => file(`program-${index}.js`, code)),
      ])
      const node = await nodeProgram(version)
      const { code, stdout } = await run(node, ['--test', '--test-reporter=tap', ...files], folder)
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^# fail 0$/m)])
      const titles = tests.flatMap(titlesOf)
      for (const title of titles) expect(stdout).toContain(`- ${title ?? ''}\n`)
      expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBe(titles.length + programs.length)
    },
  )

  it.each(runners)('begin with one line in %s', async (name = '', line = '', command = '') => {
    const [own = ''] = codesOf(line)
    const [start = ''] = codesOf(command)
    const code = first?.replace(usual, `${own}\n`)
    expect(code).toContain(`\n${own}\n`)
    const test = await file(`${name.replace(':', '-').toLowerCase()}.test.js`, code)
    const installed = join(folder, '../node_modules')
    const asInstalled = start.replace('npx vitest', `node ${installed}/vitest/vitest.mjs`)
    const [, ...args] = asInstalled.replace('node_modules/jest', `${installed}/jest`).split(' ')
    const { code: exitCode, stdout, stderr } = await run(process.execPath, [...args, test], folder)
    expect([exitCode, stdout + stderr]).toEqual([0, expect.stringMatching(/pass(ed)? +5|5 passed/)])
  })
})
