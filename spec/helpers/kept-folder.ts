import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/**
 * What takes long to make is kept from one run to the next, by what is in it. It is outside of the repository, because a project
 * within it would find what the repository has installed.
 */
const shelf = join(tmpdir(), `reverse-jwt-spec-${userInfo().username}`)
const keptMs = 24 * 60 * 60 * 1000

/**
 * Fills a folder once. Two test files that do so at a time both fill one, and the first to be done is kept. A name that begins with
 * `lasting-` says all of what is in it, and stays.
 */
export async function kept(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(shelf, name)
  if (existsSync(folder)) return folder
  await mkdir(shelf, { recursive: true, mode: 0o700 })
  // What is in it is run: it must be nobody else's.
  if ((await stat(shelf)).uid !== userInfo().uid) throw new Error(`${shelf} belongs to someone else`)
  const filling = await mkdtemp(join(shelf, 'filling-'))
  await fill(filling)
  await rename(filling, folder).catch(async (error: unknown) => {
    if (!existsSync(folder)) throw error
    await rm(filling, { recursive: true })
  })
  return folder
}

/** What other builds left behind. */
export async function tidy(): Promise<void> {
  for (const name of await readdir(shelf)) {
    if (name.startsWith('lasting-')) continue
    const folder = join(shelf, name)
    const age = await stat(folder).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > keptMs) await rm(folder, { recursive: true, force: true })
  }
}
