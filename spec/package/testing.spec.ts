import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import express from 'express'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codesOf, read, tablesOf } from '../docs/markdown.js'
import { nodeProgram } from '../helpers/node-program.js'
import { freePort } from '../helpers/redis-server.js'
import { codeBlocksOf } from './code-blocks.js'
import { run } from './command.js'
import { installation, root } from './installation.js'

jest.setTimeout(120_000)

const page = 'docs/testing.md'
const blocks = codeBlocksOf(page).map(({ code }) => code)
const isInBrowser = (code: string) => code.includes('@playwright/test')
const isForJest = (code: string) => code.includes('@jest/globals')
const [platform, first, ...others] = blocks.filter((code) => !isInBrowser(code) && !isForJest(code))
const [inBrowser = '', ...morePages] = blocks.filter(isInBrowser)
const [forJest = '', ...moreForJest] = blocks.filter(isForJest)
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

/** The lines of the example for Jest, and what the page says to write in their place in Vitest. */
const linesForVitest = codesOf(/^In Vitest these three lines are .*$/m.exec(read(page))?.[0] ?? '')
const linesForJest = forJest.match(/^.*\bjest\b.*$/gm) ?? []
const vitestLines = linesForJest.map((line, index) => [line.trim(), linesForVitest[index] ?? ''] as const)

/** Runs a test by the command of the table. */
async function runAs(command: string, test: string) {
  const [start = ''] = codesOf(command)
  const installed = join(folder, '../node_modules')
  const asInstalled = start.replace('npx vitest', `node ${installed}/vitest/vitest.mjs`)
  const [, ...args] = asInstalled.replace('node_modules/jest', `${installed}/jest`).split(' ')
  const { code, stdout, stderr } = await run(process.execPath, [...args, test], folder)
  return { code, printed: stdout + stderr }
}

describe('the examples of docs/testing.md, from the tarball', () => {
  it('are all here', () => {
    expect(runners).toHaveLength(3)
    expect([titlesOf(first).length, tests.length, programs.length]).toEqual([5, 4, 5])
    expect([morePages, moreForJest]).toEqual([[], []])
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

  it.each(runners)('begin with one line in %s', async (name = '', line = '', needed = '', command = '') => {
    const [own = ''] = codesOf(line)
    const code = first?.replace(usual, `${own}\n`)
    expect(code).toContain(`\n${own}\n`)
    const test = await file(`${name.replace(':', '-').toLowerCase()}.test.js`, code)
    const { code: exitCode, printed } = await runAs(command, test)
    expect([exitCode, printed]).toEqual([0, expect.stringMatching(/pass(ed)? +5|5 passed/)])
    const [install = ''] = codesOf(needed)
    const runner = name === 'node:test' ? '' : ` ${name.toLowerCase()}`
    expect(install).toBe(`npm install --save-dev supertest${runner}${isForJest(own) ? ' @jest/globals' : ''}`)
  })

  it('move the clock in Jest, and in Vitest by the lines that are given', async () => {
    const [, [, , , vitest = ''] = [], [, , , jest = ''] = []] = runners
    const inVitest = vitestLines.reduce((code, [own, line]) => {
      expect(code).toContain(own)
      return code.replace(own, line)
    }, forJest)
    for (const [command, test] of [
      [jest, await file('clock-in-jest.test.js', forJest)],
      [vitest, await file('clock-in-vitest.test.js', inVitest)],
    ] as const) {
      const { code, printed } = await runAs(command, test)
      expect([code, printed]).toEqual([0, expect.stringMatching(/1 passed/)])
    }
  })

  it('open the page of README in a browser', async () => {
    const [port, platformPort] = [await freePort(), await freePort()].map(String)
    const onFreePort = (text: string) =>
      text.replaceAll('4200', port ?? '').replaceAll('4100', platformPort ?? '')
    const blocks = codeBlocksOf('README.md')
    const blockWith = (text: string) => blocks.find(({ code }) => code.includes(text))?.code ?? ''
    const web = express()
    web.get('/', (_req, res) => void res.type('html').send(blockWith('<!doctype html>')))
    web.get(
      '/page.js',
      (_req, res) => void res.type('js').send(onFreePort(blockWith('createProjectClient('))),
    )
    web.use('/reverse-jwt', express.static(join(root, 'dist/lib/browser')))
    const server = web.listen(Number(port))
    try {
      await mkdir(join(folder, 'node_modules/@playwright/test'), { recursive: true })
      await file(
        'node_modules/@playwright/test/package.json',
        '{ "type": "module", "exports": "./index.js" }',
      )
      await file('node_modules/@playwright/test/index.js', runnerOfPages)
      const test = await file('page.spec.js', onFreePort(inBrowser))
      const { code, stdout, stderr } = await run(process.execPath, [test], folder)
      expect([code, stdout, stderr]).toEqual([0, `passed: ${titlesOf(inBrowser)[0] ?? ''}\n`, ''])
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})

/** What the example uses of `@playwright/test`, which would download browsers. */
const runnerOfPages = `
import { launchChromium } from ${JSON.stringify(join(root, 'dist/spec/browser/chromium.js'))}
const [before, after, tests] = [[], [], []]
export const test = Object.assign((...args) => tests.push(args), {
  beforeAll: (hook) => before.push(hook),
  afterAll: (hook) => after.push(hook),
})
setImmediate(async () => {
  for (const hook of before) await hook()
  const browser = await launchChromium()
  try {
    for (const [title, body] of tests) {
      const page = await browser.newPage()
      page.setDefaultTimeout(10_000)
      await body({ page })
      console.log('passed: ' + title)
    }
  } finally {
    await browser.close()
    for (const hook of after) await hook()
  }
})
`
