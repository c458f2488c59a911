import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/*
 * The build compiles what has changed and leaves the rest of dist/ alone. So what was compiled from a file that has been deleted or
 * renamed would stay, and a deleted test would go on running. This removes it. It is JavaScript because it runs before the build.
 *
 *     node spec/package/remove-stale-outputs.js [the folder above dist/]
 */
const root = process.argv[2] ?? join(import.meta.dirname, '../..')
const outputs = join(root, 'dist')

/** What TypeScript remembers of the build before. */
const isMemory = (name) => name.endsWith('.tsbuildinfo')
const sourceOf = (name) => join(root, name.replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts'))

if (existsSync(outputs)) {
  const entries = readdirSync(outputs, { recursive: true })
  const stale = entries.filter((name) => !isMemory(name) && !existsSync(sourceOf(name)))
  // A folder may be removed before what is in it.
  for (const name of stale) rmSync(join(outputs, name), { recursive: true, force: true })
  // Or a file that comes back unchanged would not be compiled again.
  if (stale.length > 0)
    for (const name of entries.filter(isMemory)) rmSync(join(outputs, name), { force: true })
}
