import { PGlite } from '@electric-sql/pglite'
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kept } from './kept-folder.js'

/**
 * What a start over few data would spend most of its time on: to fill a cache of 128 MB with zeros, and to read a log of 16 MB. The
 * folder keeps both sizes.
 */
const small = { postgresqlconf: ['shared_buffers = 4MB'], initDbStartParams: ['--wal-segsize=1'] }

/**
 * The data folder of a PGlite in which there is nothing yet, as a tar file. To make it takes seconds of the processor, for each of
 * many tests, and it is the same each time.
 */
async function emptyDatabase(): Promise<string> {
  const program = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const { version } = JSON.parse(await readFile(join(program, '../../package.json'), 'utf8')) as {
    version: string
  }
  const folder = await kept(`lasting-small-pglite-${version}`, async (filling) => {
    const db = await PGlite.create(small)
    // Or each start would do again what is in its log.
    await db.exec('CHECKPOINT')
    const data = await db.dumpDataDir('none')
    await db.close()
    await writeFile(join(filling, 'data.tar'), Buffer.from(await data.arrayBuffer()))
  })
  return join(folder, 'data.tar')
}

/** One of its own, in memory, in which there is nothing yet. */
export async function emptyPglite(): Promise<PGlite> {
  return PGlite.create({ loadDataDir: new Blob([await readFile(await emptyDatabase())]) })
}

/** Puts one in which there is nothing yet into this data folder of a demo. */
export async function putEmptyPgliteInto(dataFolder: string): Promise<void> {
  const folder = join(dataFolder, 'projects/pglite')
  await mkdir(folder, { recursive: true })
  await promisify(execFile)('tar', ['-xf', await emptyDatabase(), '-C', folder])
}
