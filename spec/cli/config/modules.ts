import { afterAll } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where what is imported is found: this package by its name, and its development dependencies. */
const outputs = join(import.meta.dirname, '../../..')

const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

/** The path of a file with this content, in a folder of its own that is removed in the end. */
export async function moduleFile(content: string | Buffer, name = 'platform.mjs'): Promise<string> {
  const folder = await mkdtemp(join(outputs, 'config-'))
  folders.push(folder)
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}
