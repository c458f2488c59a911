import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { readdirSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { output } from './command.js'
import { emptyFolder, root } from './installation.js'

let folder: string
beforeEach(async () => {
  folder = await emptyFolder()
})
afterEach(() => rm(folder, { recursive: true }))

async function make(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), '')
  }
}
const removeStaleOutputs = () =>
  output(process.execPath, [join(root, 'spec/package/remove-stale-outputs.js'), folder], folder)
const outputs = () => readdirSync(join(folder, 'dist'), { recursive: true }).sort()

const memories = ['dist/.tsbuildinfo', 'dist/example-server/.tsbuildinfo']
const compiled = ['dist/lib/a.js', 'dist/lib/a.d.ts', 'dist/lib/a.js.map', 'dist/example-server/b.js']

it('leaves what has a source, and what makes the next build short', async () => {
  await make('lib/a.ts', 'example-server/b.ts', ...compiled, ...memories)
  const before = outputs()
  await removeStaleOutputs()
  expect(outputs()).toEqual(before)
})

it('removes what was compiled from a file or a folder that is gone, and has the next build compile everything', async () => {
  await make('lib/a.ts', 'example-server/b.ts', ...compiled, ...memories)
  const remaining = outputs().filter((name) => !name.includes('.tsbuildinfo'))
  await make('dist/lib/gone.js', 'dist/lib/gone.d.ts', 'dist/lib/gone.js.map', 'dist/spec/old/gone.spec.js')
  await removeStaleOutputs()
  expect(outputs()).toEqual(remaining)
})

it('does nothing before the first build', async () => {
  await removeStaleOutputs()
  expect(readdirSync(folder)).toEqual([])
})
