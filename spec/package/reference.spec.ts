import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { output } from './command.js'
import { emptyFolder, root } from './installation.js'

const pages = [
  'README.md',
  'browser.md',
  'customer.md',
  'observe.md',
  'redis.md',
  'registry.md',
  'session.md',
  'testing.md',
]
const committed = join(root, 'docs/reference')
let made: string
beforeAll(async () => {
  made = await emptyFolder()
  const program = join(root, 'node_modules/typedoc/bin/typedoc')
  const args = ['--options', 'spec/package/typedoc.json', '--out', made, '--logLevel', 'Warn']
  await output(process.execPath, [program, ...args], root)
}, 180_000)
afterAll(() => rm(made, { recursive: true }))

it('docs/reference has a page for each entry point', () => {
  expect(readdirSync(made).sort()).toEqual(pages)
  expect(readdirSync(committed).sort()).toEqual(readdirSync(made).sort())
})

it.each(pages)('docs/reference/%s is what the docstrings say; else: npm run docs', (name) => {
  expect(readFileSync(join(committed, name), 'utf8')).toBe(readFileSync(join(made, name), 'utf8'))
})
